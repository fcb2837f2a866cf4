"""A DIRAC extension for tests alone: found by whoever has the folder above on PYTHONPATH."""


def extension_metadata():
    """Return what DIRAC asks of an extension."""
    return {"priority": 61}
