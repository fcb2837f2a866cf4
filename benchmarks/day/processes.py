"""CPU and memory of the groups of processes of a stack, those that come and go included.

Memory that several processes share (libraries) counts for each by its share.
"""

from collections import defaultdict

import psutil

from integration_tests.stack.components import BALANCER, MARIADB, SECOND_TORNADO, TORNADO

#: What a component is counted as.
GROUPS = {TORNADO: "collectors", SECOND_TORNADO: "collectors", BALANCER: "balancer", MARIADB: "mariadbd"}


class Usage:
    """CPU and memory used since it was made; processes are found by the stack's components and their children."""

    def __init__(self, stack):
        self._stack = stack
        self._known = {}
        self._cpu = defaultdict(float)
        self.look()
        self._cpu.clear()

    def look(self):
        """(seconds of CPU so far, bytes of memory now), each by group."""
        memory = defaultdict(int)
        for group, process in self._found():
            try:
                times, own = process.cpu_times(), process.memory_full_info().pss
            except psutil.Error:
                continue
            used = times.user + times.system
            key = (process.pid, process.create_time())
            self._cpu[group] += max(0.0, used - self._known.get(key, 0.0))
            self._known[key] = used
            memory[group] += own
        return dict(self._cpu), dict(memory)

    def _found(self):
        for name, pid, _, _ in self._stack.status():
            if not pid:
                continue
            group = GROUPS.get(name) or ("agents" if name.startswith("PilotLoggingAgent") else "DIRAC's services")
            try:
                process = psutil.Process(pid)
                children = process.children(recursive=True)
            except psutil.Error:
                continue
            yield group, process
            for child in children:
                yield ("workers" if group == "agents" else group), child
