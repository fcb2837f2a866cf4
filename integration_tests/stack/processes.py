"""Starts processes in sessions of their own, and stops them by id, also when the starter is long dead.

They end with the process that started them, unless that lets them stay: a watchdog (watchdog.py) sees to it.

Each has a pid file with its id and its start time, so that an id that was given to somebody else in the meantime is
never signalled. Each leads a session of its own; whatever it left behind in that session goes with it.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

# the process itself writes its id, so that a starter killed right here leaves nothing unknown behind
WRITE_PID_AND_EXEC = (
    "read -r stat < /proc/$$/stat; stat=${stat##*) }; "
    'printf "%s %s\\n" $$ "$(printf "%s" "$stat" | cut -d" " -f20)" > "$PID_FILE.new" && '
    'mv "$PID_FILE.new" "$PID_FILE" && unset PID_FILE && exec "$@"'
)
LOG_TAIL_LINES = 25
#: A watchdog that is told this leaves all alone.
STAY = "stay"


class StackError(Exception):
    """Something of the stack doesn't do what it should."""


class ComponentFailed(StackError):
    """A component ended, or didn't answer in time; the message has the end of its log."""


class Processes:
    """The processes of one stack: pid files in `folder/pid`, output in `folder/log`, appended.

    `watched` says whether they end when this process does; `popen` starts one that writes its pid file.
    """

    def __init__(self, folder: Path, watched=True, popen=None):
        self.folder = folder
        self._popen = popen or popen_with_pid_file
        self._children = {}
        self._watched = watched
        self._watchdog = None

    def log(self, name):
        """Return the path of a process's log."""
        return self.folder / "log" / f"{name}.log"

    def pid(self, name):
        """Return the id of the running process, None when it doesn't run."""
        self._reap(name)
        recorded = self._recorded(name)
        if recorded is None:
            return None
        pid, started = recorded
        found = process_of(pid)
        return pid if found and found.started == started and found.alive else None

    def names(self):
        """Return the names of all that were started and not stopped, dead or alive."""
        return sorted(file.stem for file in (self.folder / "pid").glob("*.pid"))

    def start(self, name, argv, env, cwd: Path):
        """Start a process that doesn't run yet; return its id."""
        for folder in (self._pid_file(name).parent, self.log(name).parent, cwd):
            folder.mkdir(parents=True, exist_ok=True)
        self._watch()
        environment = {**env, "PID_FILE": str(self._pid_file(name))}
        with self.log(name).open("ab") as log:
            child = self._popen(
                argv, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._children[name] = child
        wait_until(lambda: self._recorded(name) or child.poll() is not None, 60)
        self._tell_watchdog("{} {}".format(*(self._recorded(name) or (child.pid, 0))))
        return child.pid

    def stay(self):
        """Let what runs, and what will be started, outlive this process."""
        self._watched = False
        self._tell_watchdog(STAY)

    def _watch(self):
        """Start the watchdog, unless there is one; the end of its pipe stays open for as long as this process lives."""
        if not self._watched or self._watchdog is not None:
            return
        theirs, self._watchdog = os.pipe()
        argv = [sys.executable, str(Path(__file__).with_name("watchdog.py")), str(self.folder)]
        with self.log("watchdog").open("ab") as log:
            subprocess.Popen(argv, cwd="/", stdin=theirs, stdout=log, stderr=log, start_new_session=True)
        os.close(theirs)

    def _tell_watchdog(self, line):
        if self._watchdog is not None:
            os.write(self._watchdog, f"{line}\n".encode())

    def signal(self, name, number):
        """Send a signal to the process itself; StackError when it doesn't run."""
        pid = self.pid(name)
        if pid is None:
            raise StackError(f"{name} does not run")
        os.kill(pid, number)
        if number == signal.SIGKILL:
            wait_until(lambda: self.pid(name) is None, 60)

    def signal_all(self, name, number):
        """Send a signal to the process and to all that it started; nothing, where it does not run."""
        for member in self._session(name):
            signal_quietly(member, number)
        if number == signal.SIGKILL:
            wait_until(lambda: not self._session(name), 60)

    def stop(self, name, patience_seconds=10):
        """End the process and what it left in its session: politely at first, then not."""
        pid = self.pid(name)
        if pid:
            signal_quietly(pid, signal.SIGTERM)
            # one that is halted sees the other signal only then
            signal_quietly(pid, signal.SIGCONT)
            wait_until(lambda: self.pid(name) is None, patience_seconds)
        for member in self._session(name):
            signal_quietly(member, signal.SIGKILL)
        if not wait_until(lambda: not self._session(name), 60):
            raise StackError(f"{name}: processes {self._session(name)} do not end")
        self._pid_file(name).unlink(missing_ok=True)

    def wait_for_port(self, name, port, patience_seconds):
        """Return when the process accepts connections; ComponentFailed when it ends or takes too long."""
        deadline = time.monotonic() + patience_seconds
        while not is_listening(port):
            if self.pid(name) is None:
                raise ComponentFailed(f"{name} ended at once; the end of its log:\n{self.tail(name)}")
            if time.monotonic() > deadline:
                raise ComponentFailed(f"{name} does not answer on port {port}; its log:\n{self.tail(name)}")
            time.sleep(0.1)

    def tail(self, name, lines=LOG_TAIL_LINES):
        """Return the last lines of a log."""
        if not self.log(name).exists():
            return ""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])

    def _pid_file(self, name):
        return self.folder / "pid" / f"{name}.pid"

    def _recorded(self, name):
        try:
            pid, started = self._pid_file(name).read_text().split()
        except FileNotFoundError:
            return None
        return int(pid), int(started)

    def _reap(self, name):
        child = self._children.get(name)
        if child is not None and child.poll() is not None:
            del self._children[name]

    def _session(self, name):
        """Return the ids in the process's session; none when its id belongs to somebody else by now.

        The kernel gives no id away that is a session's as long as the session has members.
        """
        self._reap(name)
        recorded = self._recorded(name)
        if recorded is None:
            return []
        pid, started = recorded
        leader = process_of(pid)
        if leader and leader.started != started:
            return []
        return [found.pid for found in all_processes() if found.session == pid and found.alive]


def popen_with_pid_file(argv, **settings):
    """Start a process that writes its id into the PID_FILE of its environment first."""
    return subprocess.Popen(["/bin/sh", "-c", WRITE_PID_AND_EXEC, "sh", *map(str, argv)], **settings)


def write_pid_file(path):
    """Write the same for this process."""
    new = Path(f"{path}.new")
    new.write_text(f"{os.getpid()} {process_of(os.getpid()).started}\n")
    new.rename(path)


class ProcessState:
    """The state of a process, as /proc tells."""

    def __init__(self, pid, stat):
        fields = stat.rpartition(")")[2].split()
        self.pid = pid
        # its first thread may have ended while others still hold its sockets
        self.alive = fields[0] not in "ZX" or int(fields[17]) > 1
        self.session = int(fields[3])
        self.started = int(fields[19])


def process_of(pid):
    """Return the state of a process, None when there is none."""
    try:
        return ProcessState(pid, Path(f"/proc/{pid}/stat").read_text(errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None


def all_processes():
    """Return the state of every process there is."""
    found = (process_of(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [state for state in found if state]


def signal_quietly(pid, number):
    """Send a signal to a process that may have ended by itself a moment ago."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def wait_until(condition, patience_seconds):
    """Return whether the condition came true in time.

    Asking may cost as much as the work that is waited for: the longer it waits, the less often it asks.
    """
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        if waited > patience_seconds:
            return False
        time.sleep(min(max(waited / 10, 0.05), 0.2))
    return True


def is_listening(port):
    """Return whether somebody accepts connections on this port of the loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
