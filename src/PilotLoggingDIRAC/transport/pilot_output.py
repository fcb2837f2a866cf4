"""``getPilotOutput`` for the handlers that have it: DIRAC asks Monitoring/WebApp, and asked PilotManager before."""

from __future__ import annotations

from PilotLoggingDIRAC.assembly.callers import policy
from PilotLoggingDIRAC.assembly.sources import logging_info, pilot_outputs
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.read import selection
from PilotLoggingDIRAC.transport.audited import AuditedMixin
from PilotLoggingDIRAC.transport.guards.service import guard_service


class PilotOutputMixin(AuditedMixin):
    """For handlers of any protocol; goes in front of DIRAC's class.

    ``createClient`` reads ``export_*`` from the handler's own class, so each handler states the method itself:

        @exported
        def export_getPilotOutput(self, pilotReference):
            return self.pilotOutput(pilotReference)
    """

    @classmethod
    def initializeHandler(cls, serviceInfo):
        """Guard the service, then do what the class behind this one does."""
        guard_service()
        return super().initializeHandler(serviceInfo)

    def pilotOutput(self, reference: str, names: object = ()) -> dict:
        """The output of a pilot that the caller may read, as DIRAC answers it, and where it came from.

        ``names`` are the sources to ask, in order; without any they are the VO's.
        """
        self.about = lambda: {"reference": validation.printable(reference)}
        vo, found = pilot_outputs().get(self.who, policy(self.who.vo), reference, selection.sources(names))
        self.audit.read(self.who, "getPilotOutput", reference=reference, vo=vo, source=found.source)
        return {
            "StdOut": found.stdout,
            "StdErr": found.stderr,
            "VO": vo,
            "FileList": list(found.files),
            "LogSource": found.source,
            "LogComplete": found.complete,
        }

    def pilotLoggingInfo(self, reference: str) -> str:
        """What the CE noted of a pilot that the caller may read; where it has nothing, how the pilot's log went."""
        self.about = lambda: {"reference": validation.printable(reference)}
        vo, found = logging_info().get(self.who, policy(self.who.vo), reference)
        self.audit.read(self.who, "getPilotLoggingInfo", reference=reference, vo=vo, source=found.source)
        return found.stdout
