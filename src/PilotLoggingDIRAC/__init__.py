"""PilotLoggingDIRAC: the logs of DIRAC's pilots, collected while they run and archived when they end."""

__version__ = "0.1.0"


def extension_metadata():
    """Return what DIRAC asks of an extension; priority 50 puts it before DIRAC (0) and after a VO's own (100)."""
    return {"priority": 50}
