"""PilotLogForwardingAgent sends the lines and events of pilots' logs to message queues and search engines.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN PilotLogForwardingAgent
  :end-before: ##END
  :dedent: 2
  :caption: PilotLogForwardingAgent options
"""

from DIRAC import S_ERROR, S_OK, gConfig
from DIRAC.Core.Base.AgentModule import AgentModule

from PilotLoggingDIRAC.assembly.forwarding.agent import ForwardingAgent
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError


class PilotLogForwardingAgent(AgentModule):
    """The forwarding agent. Several may run, on any host: they share the work."""

    def initialize(self):
        """Build the objects that live across cycles."""
        self.forwarding = ForwardingAgent(self.am_getModuleParam("fullName"))
        return S_OK()

    def execute(self):
        """Bring the destinations to the configuration of this moment; their threads send all the time."""
        refreshed = gConfig.forceRefresh()
        if not refreshed["OK"]:
            self.log.warn("The configuration stays as it was", refreshed["Message"])
        try:
            done = self.forwarding.cycle()
        except PilotLogError as error:
            self.log.error("The cycle could not be done", str(error))
            return S_ERROR(error.errno, str(error))
        self.log.notice("Running:", ", ".join(f"{what} {number}" for what, number in done.items()) or "nothing")
        return S_OK()

    def finalize(self):
        """Wait for the end of what is being sent."""
        self.forwarding.close()
        return S_OK()
