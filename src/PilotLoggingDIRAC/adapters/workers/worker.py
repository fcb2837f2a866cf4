"""A child process with an environment and an identity of its own, for what DIRAC does with a user's proxy.

DIRAC's helpers set ``X509_USER_PROXY`` and switch the server's certificate off for a whole process, and storage and
batch systems hang; so such work is done elsewhere, one identity each, under a time limit. Requests and answers are
lines of JSON. A child whose parent dies sees the end of its input and ends itself and what it started.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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

Fetch = Callable[[Identity, Path], float]


class Worker:
    """Acts as one identity, one call at a time; belongs to one thread at a time."""

    def __init__(self, identity: Identity, fetch: Fetch = download):
        """Nothing is started before the first call. ``fetch`` writes the proxy and tells when it expires."""
        self.identity = identity
        self._fetch = fetch
        self._child: _Child | None = None

    def call(self, operation: str, seconds: float, **arguments: Any) -> Any:
        """The operation's answer.

        Raises the operation's own named error, and ArchiveError when there is no proxy, when it takes longer than
        ``seconds`` (the child and all it started are killed), or when the child dies.
        """
        if self._child and not self._child.usable(seconds):
            self.close()
        if self._child is None:
            self._child = _Child(self.identity, self._fetch)
        try:
            return self._child.ask(operation, time.time() + seconds, arguments)
        except _Broken as error:
            self.close()
            raise ArchiveError(f"{operation} as {self.identity}: {error}") from None

    def close(self) -> None:
        """End the child, at once, and remove its proxy. The next call starts another one."""
        if self._child:
            self._child.end()
            self._child = None


class _Broken(Exception):
    """The child did not do its part; it is of no use any more."""


class _Child:
    def __init__(self, identity: Identity, fetch: Fetch):
        remove_abandoned()
        self._private = PrivateFolder("worker")
        self._folder = self._private.path
        self._born = time.time()
        self._process: subprocess.Popen | None = None
        self._buffer = bytearray()
        try:
            proxy = self._folder / "proxy"
            self._expires = float("inf") if identity.is_host else fetch(identity, proxy)
            self._process = self._start(identity, proxy)
            self._answer(time.time() + _START_SECONDS)
        except (_Broken, OSError) as error:
            self.end()
            raise ArchiveError(f"No worker as {identity}: {error}") from None
        except BaseException:
            self.end()
            raise

    def _start(self, identity: Identity, proxy: Path) -> subprocess.Popen:
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
        """Whether it lives, is young, and has a proxy for a call of that length."""
        now = time.time()
        fresh = now - self._born < _MAX_AGE_SECONDS and now + seconds + _MARGIN_SECONDS < self._expires
        return fresh and self._process.poll() is None

    def ask(self, operation: str, until: float, arguments: dict) -> Any:
        request = {"operation": operation, "until": until, "arguments": arguments}
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise _Broken("the worker has died") from None
        answer = self._answer(until)
        if "error" in answer:
            raise _named(answer["error"], answer["message"])
        return answer["value"]

    def _answer(self, until: float) -> dict:
        """The next line of the child. Raises _Broken when it comes too late or never."""
        while (end := self._buffer.find(b"\n")) < 0:
            self._read(until)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return json.loads(line)

    def _read(self, until: float) -> None:
        left = until - time.time()
        if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
            raise _Broken("it took too long")
        data = os.read(self._process.stdout.fileno(), _READ_BYTES)
        if not data:
            raise _Broken("the worker has died")
        self._buffer += data

    def end(self) -> None:
        """Kill it and all it started, and remove its folder."""
        if self._process:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
        self._private.close()


def _write_configuration(path: Path) -> None:
    """What this process has read from files, command line and ``-o``; it may hold passwords."""
    from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(str(gConfigurationData.localCFG))


def _named(name: str, message: str) -> PilotLogError:
    kind = getattr(errors, name, ArchiveError)
    return kind(message) if isinstance(kind, type) and issubclass(kind, PilotLogError) else ArchiveError(message)
