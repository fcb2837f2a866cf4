"""Faults of the second agent, and of both while they write bundles anew."""

import dataclasses
import threading
import time

from ...stack.processes import wait_until
from ..injection import MAX_UPLOAD_SECONDS, Injector
from .field import AGENT, AGENTS, SECOND_AGENT
from .plan import REWRITING, SECOND

#: The files that an agent has in its folder while it writes a bundle anew.
REWRITTEN = ("old.zip", "new.zip")


class BundleInjector(Injector):
    """Does the faults of bundles, and all others."""

    def do(self, fault):
        """See ``Injector.do``."""
        if fault.lane == SECOND:
            getattr(self, f"_second_{fault.kind}".replace(" ", "_"))(fault)
        elif fault.lane == REWRITING:
            self._clearing(fault)
        else:
            super().do(fault)

    def _second_kill(self, fault):
        self._component_kill(SECOND_AGENT, fault)

    def _second_stop(self, fault):
        self._component_stop(SECOND_AGENT, fault)

    def _second_kill_at_work(self, fault):
        self._kill_with(("bundle.zip",), (SECOND_AGENT,), fault)

    def _clearing(self, fault):
        if fault.kind == "kill at rewriting":
            self._kill_with(REWRITTEN, AGENTS, fault)
        elif fault.kind == "kill both":
            self._kill(AGENTS, fault)
        elif fault.kind == "stop":
            self._component_stop(AGENTS[fault.detail], fault)
        elif fault.kind == "lose commits":
            self._database_lose_commits(fault)
        else:
            self._storage(fault)

    def _kill_with(self, names, agents, fault):
        """Kill agents a moment after one of them has a file of such a name."""
        packing = self._stack.root / "dirac" / "work" / "WorkloadManagement" / AGENT / "packing"
        wait_until(lambda: any(found for name in names for found in packing.rglob(name)), fault.seconds)
        time.sleep(fault.seconds % 1 * MAX_UPLOAD_SECONDS)
        self._kill(agents, dataclasses.replace(fault, seconds=0.5))

    def _kill(self, agents, fault):
        threads = [threading.Thread(target=self._component_kill, args=(name, fault)) for name in agents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
