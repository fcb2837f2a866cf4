"""A child process with an environment and an identity of its own, for what DIRAC does with a user's proxy.

DIRAC's helpers set ``X509_USER_PROXY`` and switch the server's certificate off for a whole process, and storage and
batch systems hang; so such work runs in child processes, one identity each, under a time limit. Requests and answers
are lines of JSON. A child whose parent dies reads the end of its input, then ends itself and the processes it started.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from PilotLoggingDIRAC.pilotlog import errors
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, PilotLogError

from .private_folder import PrivateFolder, remove_abandoned
from .proxies import Identity, download

_MAIN = f"{__package__}.child"
_START_SECONDS = 60.0
#: A child is replaced after this time, so that it doesn't act on an old configuration.
_MAX_AGE_SECONDS = 3600.0
_MARGIN_SECONDS = 300.0
_READ_BYTES = 1024 * 1024
#: A killed process ends at once, but not within a call to the kernel that can't be interrupted, as on a hung mount.
_END_SECONDS = 5.0
#: Each keeps its memory, so that an identity gets no new workers while it has this many. What hangs is most often the
#: storage of one VO: others go on, unless there are very many. The server itself may have as many as all together.
MAX_HANGING = 4
MAX_HANGING_OF_ALL = 64
_hanging: dict[subprocess.Popen[bytes], Identity] = {}

FetchProxy = Callable[[Identity, Path], float]


class NoWorker(ArchiveError):
    """No child could be started, so that nothing was asked of it."""


@dataclass(eq=False, slots=True)
class Worker:
    """A child process that acts as one identity, one call at a time; it belongs to one thread at a time.

    The first call starts the child. ``fetch`` writes a proxy and returns its expiry.
    """

    identity: Identity
    fetch: FetchProxy = download
    _child: _Child | None = field(default=None, init=False)

    def call(self, operation: str, seconds: float, **arguments: Any) -> Any:
        """Return the operation's result.

        Raise the operation's own named error. Raise ArchiveError when there is no proxy, when the child dies, or when
        the call takes longer than ``seconds``: the child and all its processes are then killed. Raise NoWorker when no
        child can be started.
        """
        if self._child and not self._child.usable(seconds):
            self.close()
        if self._child is None:
            self._child = _Child(self.identity, self.fetch)
        try:
            return self._child.ask(operation, time.time() + seconds, arguments)
        except _Broken as error:
            self.close()
            raise ArchiveError(f"{operation} as {self.identity}: {error}") from None
        except PilotLogError:  # the operation's own: its answer was read to the end
            raise
        except BaseException:  # the next call would read the rest of the answer as its own
            self.close()
            raise

    def close(self) -> None:
        """End the child at once and remove its proxy. The next call starts another one."""
        if self._child:
            self._child.end()
            self._child = None


class _Broken(Exception):
    """The child failed and can't be used any more."""


class _Child:
    def __init__(self, identity: Identity, fetch: FetchProxy):
        _require_few_hanging(identity)
        self._identity = identity
        self._private = _private_folder(identity)
        self._folder = self._private.path
        self._born = time.time()
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        try:
            proxy = self._folder / "proxy"
            self._expires = float("inf") if identity.is_host else fetch(identity, proxy)
            self._process = self._start(identity, proxy)
            self._answer(time.time() + _START_SECONDS)
        except (_Broken, OSError) as error:
            self.end()
            raise NoWorker(f"No worker as {identity}: {error}") from None
        except BaseException:
            self.end()
            raise

    def _start(self, identity: Identity, proxy: Path) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name != "X509_USER_PROXY"}
        if not identity.is_host:
            environment["X509_USER_PROXY"] = str(proxy)
        _write_configuration(self._folder / "dirac.cfg")
        return subprocess.Popen(
            [sys.executable, "-P", "-m", _MAIN, str(self._folder), "host" if identity.is_host else "user"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )

    def usable(self, seconds: float) -> bool:
        """Return whether the child runs, is young, and has a proxy for a call of that length."""
        now = time.time()
        fresh = now - self._born < _MAX_AGE_SECONDS and now + seconds + _MARGIN_SECONDS < self._expires
        return fresh and self._running().poll() is None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise _Broken("the worker was not started")
        return self._process

    def ask(self, operation: str, until: float, arguments: dict[str, Any]) -> Any:
        """Return the answer to a request. Raise its named error; raise _Broken when the child fails."""
        request = {"operation": operation, "until": until, "arguments": arguments}
        stdin = _pipe(self._running().stdin)
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except OSError:
            raise _Broken("the worker has died") from None
        answer = self._answer(until)
        if "error" in answer:
            raise _named(answer["error"], answer["message"])
        return answer["value"]

    def _answer(self, until: float) -> Any:
        """Return the child's next line. Raise _Broken when it comes too late or never."""
        begin = 0
        while (end := self._buffer.find(b"\n", begin)) < 0:
            begin = len(self._buffer)  # what was looked through is not again: an answer may have hundreds of megabytes
            self._read(until)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return json.loads(line)

    def _read(self, until: float) -> None:
        left, stdout = until - time.time(), _pipe(self._running().stdout)
        poller = select.poll()  # unlike ``select`` it takes descriptors above 1023
        poller.register(stdout, select.POLLIN)
        if left <= 0 or not poller.poll(left * 1000):
            raise _Broken("it took too long")
        data = os.read(stdout.fileno(), _READ_BYTES)
        if not data:
            raise _Broken("the worker has died")
        self._buffer += data

    def end(self) -> None:
        """Kill the child and all its processes, and remove its folder. One that does not end is left to later."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            with contextlib.suppress(OSError):  # it flushes what a child that has died did not read
                _pipe(self._process.stdin).close()
            _pipe(self._process.stdout).close()
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                _hanging[self._process] = self._identity
        self._private.close()


def _require_few_hanging(identity: Identity) -> None:
    """Reap killed children that have ended since. Raise NoWorker while many of this identity, or of all, have not."""
    for process in tuple(_hanging):
        if process.poll() is not None:
            _hanging.pop(process, None)
    own, total = list(_hanging.values()).count(identity), len(_hanging)
    most = MAX_HANGING_OF_ALL if identity.is_host else MAX_HANGING
    if own >= most or (total >= MAX_HANGING_OF_ALL and not identity.is_host):
        raise NoWorker(
            f"No worker as {identity}: {own} of its own, {total} of all, that were killed hang in the kernel, "
            "as on a mount that is gone"
        )


def _private_folder(identity: Identity) -> PrivateFolder:
    """Return a new folder for a child, and remove those of processes that were killed."""
    try:
        remove_abandoned()
        return PrivateFolder("worker")
    except OSError as error:  # the disk may be full
        raise NoWorker(f"No worker as {identity}: {error}") from None


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """Return a stream of the child; all that are used are pipes, see ``_Child._start``."""
    if stream is None:
        raise _Broken("the worker has no pipe")
    return stream


def _write_configuration(path: Path) -> None:
    """Write the configuration that this process has from files, command line and ``-o``; it may hold passwords."""
    from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(str(gConfigurationData.localCFG))


def _named(name: str, message: str) -> PilotLogError:
    kind = getattr(errors, name, ArchiveError)
    return kind(message) if isinstance(kind, type) and issubclass(kind, PilotLogError) else ArchiveError(message)
