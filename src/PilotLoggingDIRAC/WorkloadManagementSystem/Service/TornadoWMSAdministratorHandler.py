"""WMSAdministrator over HTTPS."""

from __future__ import annotations

from DIRAC.Core.Tornado.Server.TornadoService import TornadoService

from PilotLoggingDIRAC.WorkloadManagementSystem.Service.WMSAdministratorHandler import WMSAdministratorHandlerMixin
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Guards.Server import guard_server
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Identity.Certificates import OwnCertificates
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Identity.Tokens import CertificatesOnly


class TornadoWMSAdministratorHandler(WMSAdministratorHandlerMixin, CertificatesOnly, OwnCertificates, TornadoService):
    """The same as over DISET."""

    @classmethod
    def _pre_initialize(cls):
        guard_server()
        return super()._pre_initialize()

    def _getMethod(self):
        """As DIRAC's."""
        self.refuse_odd_claims()
        return super()._getMethod()
