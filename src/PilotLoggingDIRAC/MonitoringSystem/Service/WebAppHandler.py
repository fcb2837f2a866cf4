"""DIRAC's Monitoring/WebApp, with pilots' output and logging info by chains of sources, and for those who may read them."""

from __future__ import annotations

from DIRAC.MonitoringSystem.Service.WebAppHandler import WebAppHandler as DIRACWebAppHandler

from PilotLoggingDIRAC.transport.edge import exported
from PilotLoggingDIRAC.transport.pilot_output import PilotOutputMixin


class WebAppHandler(PilotOutputMixin, DIRACWebAppHandler):
    """What DIRAC's handler does, but pilots' output and logging info."""

    auth_getPilotOutput = ["authenticated"]
    types_getPilotOutput = [str]

    @exported
    def export_getPilotOutput(self, pilotReference, sources=()):
        """The output of a pilot, from the first source that has it.

        :param str pilotReference: the pilot's reference, or its stamp
        :param list sources: names of sources to ask, in this order, instead of those set for the VO
        :return: S_OK(dict) with StdOut, StdErr, VO, FileList, LogSource, LogComplete
        """
        return self.pilotOutput(pilotReference, sources)

    auth_getPilotLoggingInfo = ["authenticated"]
    types_getPilotLoggingInfo = [str]

    @exported
    def export_getPilotLoggingInfo(self, pilotReference):
        """What the CE noted of a pilot's job; where it has nothing, how the pilot's log went.

        :param str pilotReference: the pilot's reference, or its stamp
        :return: S_OK(str)
        """
        return self.pilotLoggingInfo(pilotReference)
