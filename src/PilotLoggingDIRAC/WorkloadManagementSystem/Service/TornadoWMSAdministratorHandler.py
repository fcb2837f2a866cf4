"""WMSAdministrator over HTTPS."""

from __future__ import annotations

from DIRAC.Core.Tornado.Server.TornadoService import TornadoService

from PilotLoggingDIRAC.WorkloadManagementSystem.Service.WMSAdministratorHandler import WMSAdministratorHandlerMixin


class TornadoWMSAdministratorHandler(WMSAdministratorHandlerMixin, TornadoService):
    """The same as over DISET."""
