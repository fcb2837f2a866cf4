"""Starts Python programs from fork servers (``fork_server.py``), in tests: where STACK_QUICK_START is set.

A server serves one environment, as DIRAC looks at some variables when it is imported. All end with this process,
however that ends. A process that is forked from this one has servers of its own. STACK_FORK=no starts each program by
itself.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

from . import ending, environment

_PROGRAM = f"{__package__}.fork_server"
SWITCH = "STACK_FORK"
#: Variables that are read when they are used, not when DIRAC is imported; each child has its own.
READ_WHEN_USED = {
    "DIRACSYSCONFIG", "DIRAC_X509_HOST_CERT", "DIRAC_X509_HOST_KEY", "PID_FILE", "STACK_FORK_WORKERS",
    "STACK_SHORTEST_CYCLE_SECONDS", "X509_USER_PROXY",
}  # fmt: skip
#: Variables that act before Python does.
ACT_BEFORE_PYTHON = {"LD_LIBRARY_PATH", "LD_PRELOAD"}
MOST_SERVERS = 4
_LAST_CHARACTERS = 4000


def forked(argv, env, cwd, tied=False, **settings):
    """Start a program from a fork server, as ``subprocess.Popen`` does; return None where that is not possible.

    One that is ``tied`` gets SIGTERM when this process ends.
    """
    wanted = os.environ.get(environment.QUICK_START) and os.environ.get(SWITCH) != "no"
    if not wanted or env.keys() & ACT_BEFORE_PYTHON or not python_words(argv, env):
        return None
    return _servers.popen(argv, env, cwd, tied=tied, **settings)


def popen(argv, env, cwd, **settings):
    """Start a program that gets SIGTERM when this process ends, from a fork server where that is possible.

    It heeds Ctrl-C, which programs of a shell's background ignore.
    """
    return forked(argv, env, cwd, tied=True, **settings) or alone(argv, env, cwd, **settings)


def alone(argv, env, cwd, **settings):
    """Start such a program by itself."""
    return subprocess.Popen(ending.tied(argv), env=env, cwd=cwd, preexec_fn=_heed_interrupts, **settings)


def _heed_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(argv, env, cwd, timeout, input=None):
    """Run a program to its end, with a text as its input, and return its CompletedProcess, with text."""
    stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
    streams = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with popen(argv, env, cwd, text=True, errors="replace", **streams) as process:
        try:
            out, err = process.communicate(input, timeout=timeout)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def python_words(argv, env):
    """Return the words after the interpreter, for this one and the scripts that it runs; None for other programs."""
    program, *words = map(str, argv)
    if program == sys.executable:
        words = words[words[:1] == ["-P"] :]
        return words if words and (words[0] in ("-m", "-c") or not words[0].startswith("-")) else None
    path = shutil.which(program, path=env.get("PATH"))
    if path is None:
        return None
    with Path(path).open("rb") as file:
        return [path, *words] if file.readline().strip() == f"#!{sys.executable}".encode() else None


def requested(argv, env, cwd, tied=False):
    """Return what a fork server is asked for: a program, where it runs, and whether it ends with the server."""
    return {"argv": python_words(argv, env), "env": env, "cwd": str(cwd), "tied": tied}


class ServerEnded(Exception):
    """A fork server ended before it forked; the message has what it said."""


class Forked(subprocess.Popen):
    """A child of a fork server; all else is as with any Popen.

    It has its own of those methods of Python 3.11's Popen that start the process and ask the kernel for its end.
    """

    def __init__(self, server, request, argv, **settings):
        """Request it from the server that is at the other end of a socket."""
        self._server, self._request = server, request
        super().__init__(argv, **settings)

    def _execute_child(self, *settings):
        pipes, start_new_session = settings[10:16], settings[21]
        given = (pipes[0], pipes[3], pipes[5])
        standard = [number if descriptor == -1 else descriptor for number, descriptor in enumerate(given)]
        answers, theirs = os.pipe()
        self._answers = os.fdopen(answers, "rb", buffering=0)
        message = json.dumps(self._request | {"session": start_new_session}).encode()
        self.pid = self._ask(message, [*standard, theirs])
        self._child_created = True
        self._close_pipe_fds(*pipes)

    def _ask(self, message, descriptors):
        """Send the request with its descriptors, of which the last is closed here, and return the child's id."""
        told = b""
        with contextlib.suppress(ConnectionError):
            try:
                socket.send_fds(self._server, [message], descriptors)
            finally:
                os.close(descriptors[-1])
            told = self._answers.readline()
        if not told:
            self._answers.close()
            raise ServerEnded
        return int(told)

    def _internal_poll(self, _deadstate=None, **_):
        return super()._internal_poll(_deadstate, _waitpid=lambda _, flags: self._try_wait(flags))

    def _try_wait(self, wait_flags):
        if wait_flags & os.WNOHANG and not self._has_ended():
            return 0, 0
        return self.pid, self._status()

    def _has_ended(self):
        return bool(select.select([self._answers], [], [], 0)[0])

    def _status(self):
        """Return the status that the server was told; that of a killed process when the server has gone."""
        with self._answers:
            return int(self._answers.readline() or signal.SIGKILL)


class _Server:
    """A fork server, and its children that may run."""

    def __init__(self, what, start):
        """``start(argv, **streams)`` starts its process, which imports ``what`` before it serves."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # children's files are pipes as a rule: Python's streams must not take them for files
            streams = {"stdin": theirs, "stdout": theirs, "stderr": subprocess.PIPE}
            try:
                self._process = start([sys.executable, "-m", _PROGRAM, what], **streams)
            except BaseException:
                self._socket.close()
                raise
        self._children = []

    def popen(self, argv, env, cwd, tied=False, **settings):
        """Start a child and return it."""
        request = requested(argv, env, cwd, tied)
        self._children = [child for child in self._children if child.poll() is None]
        try:
            self._children.append(Forked(self._socket, request, argv, **settings))
        except ServerEnded:
            raise ServerEnded(self._last_words()) from None
        return self._children[-1]

    def _last_words(self):
        self._socket.close()
        said = self._process.communicate()[1].decode(errors="replace")[-_LAST_CHARACTERS:]
        return f"a fork server ended with status {self._process.returncode}; it said last:\n{said or 'nothing'}"

    def end(self):
        """End it if there are no children any more; return whether there are none."""
        if any(child.poll() is None for child in self._children):
            return False
        self._socket.close()
        self._process.communicate()
        return True

    def leave(self):
        """Leave it to the process that this one was forked from: it ends only when nobody holds its socket."""
        self._socket.close()


@contextlib.contextmanager
def _told():
    """Go on after a server's end, and tell of it."""
    try:
        yield
    except ServerEnded as end:
        print(end, file=sys.stderr)


class _Servers:
    """The servers of DIRAC by environment, the one used last at the end, forked by one server of libraries."""

    def __init__(self):
        self._lock = threading.Lock()
        self._libraries = None
        self._of_dirac = {}

    def popen(self, argv, env, cwd, **settings):
        """Start a program from the server of its environment."""
        wanted = frozenset(item for item in env.items() if item[0] not in READ_WHEN_USED)
        with self._lock:
            if wanted in self._of_dirac:
                with _told():  # one that has served may have been killed: another one takes its place
                    return self._popen(wanted, argv, env, cwd, **settings)
            return self._popen(wanted, argv, env, cwd, **settings)

    def _popen(self, wanted, *request, **settings):
        server = self._server(wanted)
        try:
            return server.popen(*request, **settings)
        except ServerEnded:
            del self._of_dirac[wanted]
            raise

    def _new(self, env):
        """Start a server of DIRAC."""
        if self._libraries is not None:
            with _told():
                return self._forked_from(self._libraries, env)
        self._libraries = _Server("libraries", partial(subprocess.Popen, env=env, cwd="/"))
        return self._forked_from(self._libraries, env)

    def _forked_from(self, libraries, env):
        try:
            return _Server("dirac", partial(libraries.popen, env=env, cwd="/", tied=True))
        except ServerEnded:
            self._libraries = None
            raise

    def _server(self, wanted):
        server = self._of_dirac.pop(wanted, None) or self._new(dict(wanted))
        for idle in [env for env, other in list(self._of_dirac.items())[:-MOST_SERVERS] if other.end()]:
            del self._of_dirac[idle]
        self._of_dirac[wanted] = server
        return server

    def leave(self):
        """Leave all of them to the process that this one was forked from."""
        for server in filter(None, (self._libraries, *self._of_dirac.values())):
            server.leave()


_servers = _Servers()
_left = []


def _begin_anew():
    """Begin without servers in a process that was forked from one that has some; those stay known, and are not used."""
    global _servers
    _servers.leave()
    _left.append(_servers)
    _servers = _Servers()


os.register_at_fork(after_in_child=_begin_anew)
