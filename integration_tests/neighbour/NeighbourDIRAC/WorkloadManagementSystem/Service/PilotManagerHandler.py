"""A VO's own PilotManagerHandler, which knows nothing of ours."""

from DIRAC.WorkloadManagementSystem.Service.PilotManagerHandler import PilotManagerHandler as DIRACHandler


class PilotManagerHandler(DIRACHandler):
    """DIRAC's, as it is."""
