"""The service that has pilots' output: PilotManager in DIRAC 9.0, Monitoring/WebApp since 9.1.

DIRAC's own commands and the portal ask the same one. What decides is the methods of DIRAC's handler, not its version.
"""

from __future__ import annotations

from DIRAC.WorkloadManagementSystem.Service.PilotManagerHandler import PilotManagerHandler

_IS_PILOT_MANAGER = hasattr(PilotManagerHandler, "export_getPilotOutput")

#: System and service, as DIRAC's clients take them.
OUTPUT_SERVICE = "WorkloadManagement/PilotManager" if _IS_PILOT_MANAGER else "Monitoring/WebApp"
