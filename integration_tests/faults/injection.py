"""The faults, done to the processes and undone. Each function returns when its fault is over."""

import dataclasses
import os
import signal
import subprocess
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

from ..stack import world
from ..stack.components import BALANCER, GALERA, MARIADB
from ..stack.processes import signal_quietly, wait_until
from .field import AGENT, COLLECTORS
from .patience import stretched

STOP_SECONDS = stretched(15)
MAX_DRAIN_SECONDS = 2.5
MAX_UPLOAD_SECONDS = 0.5
COLLECTOR_LANES = {"collector": 0, "second": 1}
BALANCED = len(COLLECTORS)  # the balancer's number among those that can be down

REMOUNT_TRIES = 50
FILL_TRIES = 50


class Injector:
    """Does the faults of one run to a field."""

    def __init__(self, field, proxy):
        self._field = field
        self._stack = field.stack
        self._proxy = proxy
        self._storages = defaultdict(threading.Lock)

    def do(self, fault):
        """Do a fault, and undo it after its time."""
        name = f"_{fault.lane}_{fault.kind}".replace(" ", "_").replace("-", "_")
        if fault.lane in COLLECTOR_LANES:
            with self._down_time(COLLECTOR_LANES[fault.lane]):
                getattr(self, f"_component_{fault.kind}")(COLLECTORS[COLLECTOR_LANES[fault.lane]], fault)
        elif hasattr(self, f"_{fault.lane}"):
            getattr(self, f"_{fault.lane}")(fault)
        else:
            getattr(self, name)(fault)

    @contextmanager
    def _down_time(self, *collectors):
        downs = [self._field.begin_down_time(collector) for collector in collectors]
        try:
            yield
        finally:
            for down in downs:
                self._field.end_down_time(down)

    # processes

    def _component_kill(self, name, fault):
        self._stack.kill(name)
        time.sleep(fault.seconds)
        self._stack.start(name)

    def _component_terminate(self, name, fault):
        self._stack.kill(name, signal.SIGTERM)
        if not wait_until(lambda: self._stack.pid(name) is None, STOP_SECONDS):
            raise TimeoutError(f"{name} does not stop within {STOP_SECONDS} s of SIGTERM")
        time.sleep(fault.seconds)
        self._stack.start(name)

    def _component_stop(self, name, fault):
        self._stack.kill(name, signal.SIGSTOP)
        time.sleep(fault.seconds)
        self._stack.kill(name, signal.SIGCONT)

    def _database_kill(self, fault):
        self._component_kill(MARIADB, fault)

    def _database_stop(self, fault):
        self._component_stop(MARIADB, fault)

    def _database_kill_node(self, fault):
        self._component_kill(GALERA[fault.detail], fault)

    def _database_stop_node(self, fault):
        """A node that is silent for long is put out by the others, and comes back by itself."""
        self._component_stop(GALERA[fault.detail], fault)
        self._stack.database.nodes[GALERA[fault.detail]].wait()

    def _database_no_quorum(self, fault):
        """Two nodes die at once: the one that is left takes nothing until they are back."""
        dead = [name for number, name in enumerate(GALERA) if number != fault.detail]
        for name in dead:
            self._stack.kill(name)
        time.sleep(fault.seconds)
        self._stack.start(*dead)

    def _database_cut(self, fault):
        self._field.database_proxy.cut(True)
        time.sleep(fault.seconds)
        self._field.database_proxy.cut(False)

    def _database_lose_commits(self, fault):
        self._field.database_proxy.lose_commits(True)
        time.sleep(fault.seconds)
        self._field.database_proxy.lose_commits(False)

    def _drain(self, fault):
        """A collector dies when the database has just come back and the spool drains."""
        self._field.database_proxy.cut(True)
        time.sleep(fault.seconds)
        self._field.database_proxy.cut(False)
        time.sleep(fault.seconds % 1 * MAX_DRAIN_SECONDS)
        with self._down_time(fault.detail):
            getattr(self, f"_component_{fault.kind}")(COLLECTORS[fault.detail], dataclasses.replace(fault, seconds=0.5))

    def _agent_kill(self, fault):
        self._component_kill(AGENT, fault)

    def _agent_kill_at_work(self, fault):
        """The agent dies a moment after a log was packed for its upload."""
        packing = self._stack.root / "dirac" / "work" / "WorkloadManagement" / AGENT / "packing"
        wait_until(lambda: any(packing.rglob("log.gz")), fault.seconds)
        time.sleep(fault.seconds % 1 * MAX_UPLOAD_SECONDS)
        self._component_kill(AGENT, dataclasses.replace(fault, seconds=0.5))

    def _agent_stop(self, fault):
        self._component_stop(AGENT, fault)

    def _agent_stop_workers(self, fault):
        """Transfers hang: the agent's children are stopped."""
        children = _children(self._stack.pid(AGENT))
        for pid in children:
            signal_quietly(pid, signal.SIGSTOP)
        time.sleep(fault.seconds)
        for pid in children:
            signal_quietly(pid, signal.SIGCONT)

    def _balancer(self, fault):
        with self._down_time(BALANCED):
            getattr(self, f"_component_{fault.kind}")(BALANCER, fault)

    def _hang(self, fault):
        """A collector hangs for long enough to be given up by the balancer."""
        with self._down_time(fault.detail):
            self._component_stop(COLLECTORS[fault.detail], fault)

    # network and clocks

    def _network(self, fault):
        self._proxy.cut(fault.detail)
        time.sleep(fault.seconds)
        self._proxy.mend(fault.detail)

    def _clock(self, fault):
        """The clock of some components jumps, and jumps back."""
        if not self._field.has_clocks:
            return
        names = COLLECTORS if fault.kind == "collector" else (AGENT,)
        before = {name: self._field.clock(name) for name in names}
        for name in names:
            self._field.set_clock(name, before[name] + fault.detail)
        time.sleep(fault.seconds)
        if fault.detail < 0:
            for name in names:
                self._field.set_clock(name, before[name])

    # storage

    def _storage(self, fault):
        """A storage element has one fault at a time; another one waits for its end."""
        folder = self._stack.storage_path(world.VOS[fault.detail].storage_element)
        with self._storages[folder]:
            if fault.kind == "down":
                self._storage_down(folder, fault.seconds)
                return
            word = Path(f"{folder}.fault")
            word.write_text(fault.kind)
            time.sleep(fault.seconds)
            word.unlink()

    def _storage_down(self, folder, seconds):
        aside = folder.with_suffix(".aside")
        folder.rename(aside)
        folder.touch()
        time.sleep(seconds)
        folder.unlink()
        aside.rename(folder)

    # the spool: it matters only while the database is away

    def _spool(self, fault):
        with self._full() if fault.kind.startswith("full") else self._read_only():
            if fault.kind == "full":
                self._without_database(fault.seconds)
            else:
                self._restarted_without_database(fault.seconds)

    def _without_database(self, seconds):
        self._stack.kill(MARIADB, signal.SIGSTOP)
        time.sleep(seconds)
        self._stack.kill(MARIADB, signal.SIGCONT)

    def _restarted_without_database(self, seconds):
        """The first collector comes up with neither database nor spool."""
        self._stack.kill(MARIADB, signal.SIGSTOP)
        with self._down_time(0):
            if self._stack.pid(COLLECTORS[0]):
                self._stack.kill(COLLECTORS[0])
            self._stack.start(COLLECTORS[0])
        time.sleep(seconds)
        self._stack.kill(MARIADB, signal.SIGCONT)

    @contextmanager
    def _full(self):
        ballast = self._field.spool / "ballast"
        if self._field.has_small_spool:
            _fill(ballast)
        try:
            yield
        finally:
            ballast.unlink(missing_ok=True)

    @contextmanager
    def _read_only(self):
        """A file system can be made read-only when nobody writes there: with both collectors dead."""
        with self._down_time(0, 1):
            for name in COLLECTORS:
                self._stack.kill(name)
            self._remount("ro")
            self._stack.start(COLLECTORS[1])
        try:
            yield
        finally:
            self._remount("rw")

    def _remount(self, how):
        """The threads of a killed process hold its files for a moment more, on a busy machine for seconds."""
        if not self._field.has_small_spool:
            return
        command = ["mount", "-o", f"remount,{how}", self._field.spool]
        for _ in range(REMOUNT_TRIES):
            if subprocess.run(command, check=False, capture_output=True).returncode == 0:
                return
            time.sleep(0.2)
        subprocess.run(command, check=True)


def _children(pid):
    found = []
    for entry in (path.name for path in Path("/proc").iterdir()):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry))
    return found


def _fill(path):
    """Leave no room in the file system of a path, though collectors write there meanwhile."""
    with path.open("wb") as file:
        for _ in range(FILL_TRIES):
            free = os.statvfs(path)
            if not free.f_bavail:
                return
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, free.f_bavail * free.f_frsize)
            except OSError:
                continue
    raise OSError(f"{path} could not be made to fill its file system")
