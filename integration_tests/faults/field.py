"""The field of a campaign's runs: one stack, two collectors, the agent, small and quick in all its time limits."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from ..pilot import Connection
from ..stack import Stack, siblings, world
from ..stack.components import BALANCER, MARIADB, SECOND_TORNADO, TORNADO
from ..waiting import until
from .database_proxy import DatabaseProxy
from .destinations import Engines
from .patience import stretched

AGENT = "PilotLoggingAgent"
COLLECTORS = (TORNADO, SECOND_TORNADO)
DATABASE_PORT = "/Systems/WorkloadManagement/Databases/PilotLoggingDB/Port"
UNUSED = ("PilotLogging", "PilotManager", "WMSAdministrator", "WebApp")
COLLECTOR_SECTION = "/Systems/WorkloadManagement/Services/TornadoPilotLogging"
AGENT_OPTIONS = {
    "PollingTime": 1,
    "MaxCycles": 0,
    "CycleSeconds": stretched(5),
    "SettleSeconds": 1,
    "SilentFinalSeconds": 1,
    "SilentUnknownSeconds": 2,
    "SilentRunningSeconds": 2,
    "SilentReopenedSeconds": 2,
    "LeaseSeconds": stretched(6),
    "TransferSeconds": stretched(5),
    "RetrySeconds": 1,
    "MaxRetrySeconds": 2,
    "Workers": 2,
}
#: A copy that is superseded goes after this long: twice the lease, a cycle, and some work.
CLEANED_SECONDS = 2 * AGENT_OPTIONS["LeaseSeconds"] + stretched(8)
#: After this long the balancer has found out that a collector is back.
BALANCER_SECONDS = 6
SPOOL_LIMIT = "SpoolMaxMB"
SPOOL_BYTES = 24 * 1024 * 1024
PLUGINS = Path(__file__).parent / "plugins"
CLOCK_SOURCE = Path(__file__).parent / "clock.c"


class Field:
    """The stack of one job, with what faults need: a spool that can be full, clocks that can be set."""

    has_bundles = False

    def __init__(self, root, balanced=False, has_agent=True, galera=False, destinations=False):
        """``balanced``: with HAProxy in front of both collectors. ``has_agent`` False: nothing is archived.

        ``galera``: with a cluster as the database. ``destinations``: logs are forwarded, to all that there are.
        """
        self.stack = Stack(root, collectors=2 if balanced else 1, galera=galera)
        self.is_balanced = balanced
        self.has_agent = has_agent
        self.is_cluster = galera
        self.engines = Engines(self.stack) if destinations else None
        self.spool = self.stack.root / "spool"
        self.has_small_spool = False
        self._clock_library = self.stack.root / "clock.so"
        self.has_clocks = False
        self._clocks = dict.fromkeys((*COLLECTORS, AGENT), 0)
        self.down_times: list[list] = []
        self._down_lock = threading.Lock()

    def __enter__(self):
        """Bring it up."""
        self._mount()
        words = ["gcc", "-shared", "-fPIC", "-O1", "-o", self._clock_library, CLOCK_SOURCE, "-ldl"]
        self.has_clocks = subprocess.run(words, check=False).returncode == 0
        try:
            self._up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        self.stack.down()
        if self.engines:
            self.engines.close()
        if self.has_small_spool:
            subprocess.run(["umount", "-l", self.spool], check=False)

    def _mount(self):
        """A small file system of its own for the spool, where that is allowed."""
        self.spool.mkdir(parents=True, exist_ok=True)
        words = ["mount", "-t", "tmpfs", "-o", f"size={SPOOL_BYTES},mode=700", "tmpfs", self.spool]
        self.has_small_spool = os.geteuid() == 0 and subprocess.run(words, capture_output=True).returncode == 0

    def _up(self):
        stack = self.stack
        stack.build()
        for name, value in AGENT_OPTIONS.items():
            stack.set_option(f"/Systems/WorkloadManagement/Agents/{AGENT}/{name}", value)
        for vo in world.VOS:
            stack.set_option(f"/Resources/StorageElements/{vo.storage_element}/File.1/PluginName", "FaultyFile")
        # one VO's text is deleted while its pilots still write, so that they open next parts
        stack.set_option(f"/Operations/{world.ALPHA.name}/PilotLogging/BatchesSeconds", 4)
        stack.set_option(f"{COLLECTOR_SECTION}/AdoptSeconds", 2)
        # small groups, so that the spool takes many steps to drain
        stack.set_option(f"{COLLECTOR_SECTION}/MaxGroupBatches", 4)
        self.database_proxy = DatabaseProxy(stack.ports[MARIADB])
        stack.component_options[AGENT] = {DATABASE_PORT: self.database_proxy.port}
        for name in COLLECTORS:
            spool = {f"{COLLECTOR_SECTION}/SpoolPath": self.spool / name}
            stack.component_options[name] = spool | {DATABASE_PORT: self.database_proxy.port}
            if not self.has_small_spool:
                stack.component_options[name][f"{COLLECTOR_SECTION}/{SPOOL_LIMIT}"] = 1
        if self.engines:
            self.engines.configure({DATABASE_PORT: self.database_proxy.port})
        for name in (*COLLECTORS, AGENT):
            stack.component_environment[name] = self._environment(name)
        stack.up()
        stack.stop(*UNUSED)
        stack.start(SECOND_TORNADO, *([AGENT] if self.has_agent else []))
        if self.engines:
            self.engines.start()
        if self.is_balanced:  # it was started beside the collectors, and resets connections until it has found them
            balancer = stack.front.balancer
            until(lambda: all(map(balancer.is_up, COLLECTORS)), stretched(60))

    def _environment(self, name):
        of_agent = {
            "PYTHONPATH": f"{self.stack.env()['PYTHONPATH']}:{PLUGINS}",
            "STACK_SHORTEST_CYCLE_SECONDS": "1",
            siblings.SWITCH: "no",  # workers are found as the agent's children
        }
        environment = of_agent if name == AGENT else {}
        if not self.has_clocks:
            return environment
        self.set_clock(name, 0)
        return environment | {"LD_PRELOAD": str(self._clock_library), "CLOCK_FILE": str(self._clock_file(name))}

    def happened(self):
        """Return how often so far the answer to a commit was lost, and a copy spoiled on a storage element."""
        notes = (Path(f"{self.stack.storage_path(vo.storage_element)}.spoiled") for vo in world.VOS)
        spoiled = sum(len(note.read_text().splitlines()) for note in notes if note.exists())
        return Counter({"lost commits": self.database_proxy.lost_commits, "spoiled copies": spoiled})

    # clocks

    def _clock_file(self, name):
        return self.stack.root / f"clock-{name}"

    def set_clock(self, name, seconds):
        """Put a component's clock so many seconds ahead of the machine's."""
        self._clocks[name] = seconds
        self._clock_file(name).touch()
        with self._clock_file(name).open("rb+") as file:
            file.write(seconds.to_bytes(8, sys.byteorder, signed=True))

    def clock(self, name):
        """Return how many seconds a component's clock is ahead."""
        return self._clocks[name]

    def put_clocks_right(self):
        """Put all clocks to the database's: a host that differs from it seals and deletes nothing, and alarms."""
        for name in self._clocks:
            self.set_clock(name, 0)

    # collectors

    def ports(self):
        """The ports that lead to the collectors; behind the balancer any of them leads to both."""
        if self.is_balanced:
            return [self.stack.ports[BALANCER]] * len(COLLECTORS)
        return [self.stack.ports[name] for name in COLLECTORS]

    def begin_down_time(self, collector):
        """A collector can't answer from now on; give what this returns to ``end_down_time``."""
        with self._down_lock:
            self.down_times.append([collector, time.monotonic(), float("inf")])
            return self.down_times[-1]

    def end_down_time(self, down):
        """It can again; what is halfway done gets some time."""
        down[2] = time.monotonic() + (BALANCER_SECONDS if self.is_balanced else stretched(1.5))

    def was_down(self, collector, begin, end):
        """Return whether a collector was stopped or dead within an interval; any of them behind the balancer."""
        return any(
            (self.is_balanced or who == collector) and begin < until and end > since
            for who, since, until in self.down_times
        )

    def url(self, collector):
        """The address of a collector itself."""
        return f"https://localhost:{self.stack.ports[COLLECTORS[collector]]}/WorkloadManagement/TornadoPilotLogging"

    def status(self, collector):
        """Return what a collector says of itself."""
        connection = Connection(self.url(collector), self.stack.pki.certificates, self.stack.proxy("opal"), timeout=20)
        return connection.call("getStatus")["Value"]
