"""What a collector's process does on SIGTERM: it takes no new connection, answers what it has, and then ends.

DIRAC's servers have no seam for this: on SIGTERM they die at once, and nobody outside can reach their listening
sockets. So these are found among the open files of the process. A connection that is refused is what a sender can
act on: it keeps its text, or comes to another collector.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable

from DIRAC import gLogger
from tornado.ioloop import IOLoop

_QUIET_SECONDS = 0.5
_STEP_SECONDS = 0.05
_log = gLogger.getSubLogger("PilotLogging")


def stop_tornado_on_sigterm(busy: Callable[[], bool], stop: Callable[[], None], seconds: float) -> None:
    """On SIGTERM let Tornado answer what it has, for at most so many seconds, then call ``stop`` and end the process.

    ``busy`` tells whether requests are under way; ``stop`` runs in a thread of its own. Call it in the main thread.
    """

    async def finish() -> None:
        try:
            _close_listeners(IOLoop.current().remove_handler)
            await _until_quiet(busy, seconds)
            await _run_apart(stop, seconds)
        finally:
            _end()

    def begin(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _log.notice("Stopping", "no new connections")
        IOLoop.current().add_callback_from_signal(lambda: asyncio.ensure_future(finish()))

    signal.signal(signal.SIGTERM, begin)


async def _until_quiet(busy: Callable[[], bool], seconds: float) -> None:
    """Return when nothing has been under way for a moment, or after so many seconds."""
    quiet_since = started = time.monotonic()
    while time.monotonic() < min(started + seconds, quiet_since + _QUIET_SECONDS):
        await asyncio.sleep(_STEP_SECONDS)
        quiet_since = time.monotonic() if busy() else quiet_since


async def _run_apart(stop: Callable[[], None], seconds: float) -> None:
    """Run it in a thread of its own, as the loop's may all be stuck, while the loop sends the last answers."""
    stopping = threading.Thread(target=stop, name="pilotlog-stop", daemon=True)
    stopping.start()
    deadline = time.monotonic() + 2 * seconds
    while stopping.is_alive() and time.monotonic() < deadline:
        await asyncio.sleep(_STEP_SECONDS)
    await asyncio.sleep(_STEP_SECONDS)


def stop_diset_on_sigterm(stop: Callable[[], None]) -> None:
    """On SIGTERM stop accepting, call ``stop`` while DISET's threads answer what they have, and end the process."""

    def finish(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _log.notice("Stopping", "no new connections")
        try:
            _close_listeners(lambda descriptor: None)
            stop()
            time.sleep(_QUIET_SECONDS)
        finally:
            _end()

    signal.signal(signal.SIGTERM, finish)


def _close_listeners(forget: Callable[[int], None]) -> None:
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        try:
            found = socket.socket(fileno=os.dup(descriptor))
        except OSError:  # no socket, or closed meanwhile
            continue
        with found:
            if found.family in (socket.AF_INET, socket.AF_INET6) and _is_listening(found):
                forget(descriptor)
                found.shutdown(socket.SHUT_RDWR)


def _is_listening(found: socket.socket) -> bool:
    return found.type == socket.SOCK_STREAM and bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _end() -> None:
    """End as SIGTERM ends a process that does not handle it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
