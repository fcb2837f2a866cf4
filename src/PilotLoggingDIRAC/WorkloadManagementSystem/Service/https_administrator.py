"""WMSAdministrator over HTTPS."""

from __future__ import annotations

from DIRAC.Core.Tornado.Server.TornadoService import TornadoService

from PilotLoggingDIRAC.transport import stand_in
from PilotLoggingDIRAC.transport.guards.server import guard_server
from PilotLoggingDIRAC.transport.identity.certificates import OwnCertificates
from PilotLoggingDIRAC.transport.identity.tokens import CertificatesOnly
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.WMSAdministratorHandler import WMSAdministratorHandlerMixin


class HttpsAdministrator(WMSAdministratorHandlerMixin, CertificatesOnly, OwnCertificates, TornadoService):
    """The HTTPS handler, with the method of the DISET service."""

    @classmethod
    def _pre_initialize(cls):
        try:
            guard_server()
        except Exception as error:  # one Tornado serves many services
            return stand_in.routes(cls, error)
        return super()._pre_initialize()

    def _getMethod(self):
        """Return DIRAC's method, unless the extra credentials are refused."""
        self.refuse_odd_claims()
        return super()._getMethod()
