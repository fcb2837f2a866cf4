"""DIRAC's PilotManager; pilots' output and logging info come from the chains of sources, after a check of rights.

DIRAC 9.0 has these two methods here, later versions in Monitoring/WebApp: see ``adapters/output_service``.
"""

from __future__ import annotations

from DIRAC.WorkloadManagementSystem.Service.PilotManagerHandler import PilotManagerHandler as DIRACPilotManagerHandler

from PilotLoggingDIRAC.transport import missing

try:
    from PilotLoggingDIRAC.transport.edge import exported
    from PilotLoggingDIRAC.transport.pilot_output import PilotOutputMixin
except Exception as error:  # the service does more than this
    exported, PilotOutputMixin = missing.exported(error), missing.NoMixin  # type: ignore[assignment,misc]


class PilotManagerHandler(PilotOutputMixin, DIRACPilotManagerHandler):
    """DIRAC's handler, with pilots' output and logging info of ours."""

    auth_getPilotOutput = ["authenticated"]
    types_getPilotOutput = [str]

    @exported
    def export_getPilotOutput(self, pilotReference, sources=()):
        """Return the output of a pilot, from the first source that has it.

        :param str pilotReference: the pilot's reference, or its stamp
        :param list sources: names of sources to ask, in this order, instead of those set for the VO
        :return: S_OK(dict) with StdOut, StdErr, VO, FileList, LogSource, LogComplete, LogEnded, LogMissingBytes
        """
        return self.pilotOutput(pilotReference, sources)

    auth_getPilotLoggingInfo = ["authenticated"]
    types_getPilotLoggingInfo = [str]

    @exported
    def export_getPilotLoggingInfo(self, pilotReference):
        """Return the CE's logging info of a pilot's job, or a summary of the pilot's own log where the CE has none.

        :param str pilotReference: the pilot's reference, or its stamp
        :return: S_OK(str)
        """
        return self.pilotLoggingInfo(pilotReference)
