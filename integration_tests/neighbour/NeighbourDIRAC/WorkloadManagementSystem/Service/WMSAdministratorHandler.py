"""A VO's own WMSAdministratorHandler, which knows nothing of ours."""

from DIRAC.WorkloadManagementSystem.Service.WMSAdministratorHandler import WMSAdministratorHandler as DIRACHandler


class WMSAdministratorHandler(DIRACHandler):
    """DIRAC's, as it is."""
