"""``getPilotOutput`` for the services that have it: Monitoring/WebApp, and PilotManager in older versions of DIRAC."""

from __future__ import annotations

from PilotLoggingDIRAC.assembly.access.callers import policy
from PilotLoggingDIRAC.assembly.reading.sources import logging_info, pilot_outputs
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.read import selection
from PilotLoggingDIRAC.transport.audited import AuditedMixin
from PilotLoggingDIRAC.transport.guards.service import guard_service


class PilotOutputMixin(AuditedMixin):
    """Mixin for handlers of either protocol; put it before DIRAC's class in the list of bases.

    ``createClient`` reads ``export_*`` from the handler's own class, so each handler states the method itself::

        @exported
        def export_getPilotOutput(self, pilotReference):
            return self.pilotOutput(pilotReference)
    """

    @classmethod
    def initializeHandler(cls, serviceInfo):
        """Guard the service, then initialise DIRAC's handler."""
        guard_service()
        return super().initializeHandler(serviceInfo)

    def pilotOutput(self, reference: str, names: object = ()) -> dict:
        """Return the output of a pilot that the caller may read, in DIRAC's format, and the source that it came from.

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
            "LogEnded": found.ended or found.complete,
            "LogMissingBytes": found.missing_bytes,
        }

    def pilotLoggingInfo(self, reference: str) -> str:
        """Return the CE's logging info of a pilot that the caller may read, or a summary of the pilot's own log."""
        self.about = lambda: {"reference": validation.printable(reference)}
        vo, found = logging_info().get(self.who, policy(self.who.vo), reference)
        self.audit.read(self.who, "getPilotLoggingInfo", reference=reference, vo=vo, source=found.source)
        return found.stdout
