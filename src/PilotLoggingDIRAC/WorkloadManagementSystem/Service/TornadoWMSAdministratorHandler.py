"""WMSAdministrator over HTTPS."""

from __future__ import annotations

from PilotLoggingDIRAC.transport import stand_in

try:
    from PilotLoggingDIRAC.WorkloadManagementSystem.Service.https_administrator import HttpsAdministrator as Handler
except Exception as error:  # one Tornado serves many services
    Handler = stand_in.for_code("TornadoWMSAdministrator", error)  # type: ignore[misc]


class TornadoWMSAdministratorHandler(Handler):
    """The class that DIRAC looks up."""
