"""The field with two agents that make small bundles."""

from ..field import AGENT, DATABASE_PORT, Field
from ..patience import stretched

SECOND_AGENT = f"{AGENT}-2"
AGENTS = (AGENT, SECOND_AGENT)
BUNDLE_LOGS = 4
OPTIONS = {"BundleLogs": BUNDLE_LOGS, "BundleSeconds": stretched(2), "BundlesLookedAt": 10}


class BundleField(Field):
    """A field whose agents make bundles."""

    has_bundles = True

    def _up(self):
        super()._up()
        self._clocks[SECOND_AGENT] = 0
        self.stack.stop(AGENT)
        for name, value in OPTIONS.items():
            self.stack.set_option(f"/Systems/WorkloadManagement/Agents/{AGENT}/{name}", value)
        self.stack.component_options[SECOND_AGENT] = {DATABASE_PORT: self.database_proxy.port}
        self.stack.component_environment[SECOND_AGENT] = self._environment(SECOND_AGENT)
        self.stack.start(*AGENTS)

    def _environment(self, name):
        """Both agents have the same."""
        environment = super()._environment(AGENT if name == SECOND_AGENT else name)
        if name == SECOND_AGENT and self.has_clocks:
            self.set_clock(name, 0)
            environment = environment | {"CLOCK_FILE": str(self._clock_file(name))}
        return environment
