"""PilotLoggingAgent ends the logs of silent pilots, brings logs to the storage element of their VO, and cleans up.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN PilotLoggingAgent
  :end-before: ##END
  :dedent: 2
  :caption: PilotLoggingAgent options
"""

from pathlib import Path

from DIRAC import S_ERROR, S_OK, gConfig
from DIRAC.Core.Base.AgentModule import AgentModule

from PilotLoggingDIRAC.assembly.agent import ArchivingAgent
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError


class PilotLoggingAgent(AgentModule):
    """The archiving agent: seals, archives, verifies and purges logs. Several may run, on any host."""

    def initialize(self):
        """Build the objects that live across cycles."""
        self.archiving = ArchivingAgent(self.am_getModuleParam("fullName"), Path(self.am_getWorkDirectory()))
        return S_OK()

    def execute(self):
        """Do one cycle, by the configuration of this moment."""
        refreshed = gConfig.forceRefresh()
        if not refreshed["OK"]:
            self.log.warn("The configuration stays as it was", refreshed["Message"])
        try:
            done = self.archiving.cycle()
        except PilotLogError as error:
            self.log.error("The cycle could not be done", str(error))
            return S_ERROR(error.errno, str(error))
        self.log.notice("Done:", ", ".join(f"{what} {number}" for what, number in done.items()) or "nothing")
        return S_OK()

    def finalize(self):
        """Wait for the end of uploads under way."""
        self.archiving.close()
        return S_OK()
