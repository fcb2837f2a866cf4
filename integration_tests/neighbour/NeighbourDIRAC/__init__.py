"""A VO's DIRAC extension for tests: it comes before ours, and derives services of its own from DIRAC's.

It is found by whoever has the folder above on PYTHONPATH.
"""


def extension_metadata():
    """Return what DIRAC asks of an extension; 100 is what VOs' extensions have."""
    return {"priority": 100}
