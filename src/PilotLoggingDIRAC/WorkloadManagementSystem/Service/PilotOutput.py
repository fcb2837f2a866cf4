"""``getPilotOutput`` for the handlers that have it: DIRAC asks Monitoring/WebApp, and asked PilotManager before."""

from __future__ import annotations

from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Assembly.callers import caller, policy
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Assembly.sources import pilot_outputs


class PilotOutputMixin:
    """For handlers of any protocol; goes in front of DIRAC's class.

    ``createClient`` reads ``export_*`` from the handler's own class, so each handler states the method itself:

        @exported
        def export_getPilotOutput(self, pilotReference):
            return self.pilotOutput(pilotReference)
    """

    def pilotOutput(self, reference: str) -> dict:
        """The output of a pilot that the caller may read, as DIRAC answers it, and where it came from."""
        who = caller(self.getRemoteCredentials())
        vo, found = pilot_outputs().get(who, policy(who.vo), reference)
        return {
            "StdOut": found.stdout,
            "StdErr": found.stderr,
            "VO": vo,
            "FileList": list(found.files),
            "LogSource": found.source,
            "LogComplete": found.complete,
        }
