"""The graceful stop of a collector's process: on a signal it refuses new connections, answers open requests, and ends.

DIRAC's servers end at once on ``SIGNALS``, and their listening sockets can't be reached from outside. So the sockets
are found among the open files of the process. A sender can handle a refused connection: it keeps its text, or connects
to another collector. SIGQUIT and SIGKILL still end the process at once.
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from DIRAC import gLogger
from tornado.ioloop import IOLoop

#: Signals of supervisors, terminals and log rotation.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)

_QUIET_SECONDS = 0.5
_STEP_SECONDS = 0.05
#: How many descriptors are looked at where the open ones can't be listed, as none is left for that.
_MAX_DESCRIPTORS = 65_536
_log = gLogger.getSubLogger("PilotLogging")


def stop_tornado_on_signal(busy: Callable[[], bool], stop: Callable[[], None], seconds: float) -> None:
    """Handle ``SIGNALS``: let Tornado answer open requests for ``seconds`` at most, then call ``stop`` and end the
    process.

    ``busy`` tells whether requests are under way; ``stop`` runs in a thread of its own. Call it in the main thread.
    """
    stopping = _WaitingThread()

    def close(descriptor: int, listener: socket.socket) -> None:
        IOLoop.current().remove_handler(descriptor)
        listener.shutdown(socket.SHUT_RDWR)

    async def finish(number: int) -> None:
        try:
            _close_listeners(close)
            await _until_quiet(busy, seconds)
            await _run_apart(stopping, stop, seconds)
        finally:
            _end(number)

    def begin(number: int) -> None:
        IOLoop.current().add_callback_from_signal(lambda: asyncio.ensure_future(finish(number)))

    _handle(begin)


async def _until_quiet(busy: Callable[[], bool], seconds: float) -> None:
    """Return when no request has been open for a moment, or after ``seconds``."""
    quiet_since = started = time.monotonic()
    while time.monotonic() < min(started + seconds, quiet_since + _QUIET_SECONDS):
        await asyncio.sleep(_STEP_SECONDS)
        quiet_since = time.monotonic() if busy() else quiet_since


async def _run_apart(stopping: _WaitingThread, stop: Callable[[], None], seconds: float) -> None:
    """Run ``stop`` in the thread, while the loop sends the last answers. The loop's own threads may all be stuck."""
    stopping.run(stop)
    # the writer by itself may take ``seconds``; other threads and connections are ended after it
    deadline = time.monotonic() + 2 * seconds
    while stopping.is_alive() and time.monotonic() < deadline:
        await asyncio.sleep(_STEP_SECONDS)
    await asyncio.sleep(_STEP_SECONDS)


def stop_diset_on_signal(stop: Callable[[], None]) -> None:
    """Handle ``SIGNALS``: stop accepting, call ``stop`` while DISET's threads answer open requests, and end the
    process.

    ``stop`` runs in a thread of its own. The main thread, which the signal interrupts, may hold locks that it needs,
    and goes on: in place of its listening sockets it has one that nobody connects to.
    """
    stopping, close = _WaitingThread(), functools.partial(_replace, socket.socketpair())

    def finish(number: int) -> None:
        try:
            stop()
            _close_listeners(close)  # the signal may have come before they were opened
            time.sleep(_QUIET_SECONDS)
        except Exception as error:  # the process ends all the same
            _log.exception("The stop failed", lException=error)
        finally:
            _end(number)

    def begin(number: int) -> None:
        try:
            _close_listeners(close)
        finally:
            stopping.run(functools.partial(finish, number))

    _handle(begin)


def _replace(silent: tuple[socket.socket, socket.socket], descriptor: int, listener: socket.socket) -> None:
    """Put one end of a pair in place of a listener. Both ends are kept: one would be told that the other is closed."""
    try:
        listener.shutdown(socket.SHUT_RDWR)  # a forked child may have it, too
    finally:
        os.dup2(silent[0].fileno(), descriptor, inheritable=False)


class _WaitingThread:
    """A thread that waits for its one piece of work: when there is some, no thread may be startable any more."""

    def __init__(self) -> None:
        # unlike other queues it may be used by a signal's handler
        self._work = queue.SimpleQueue[Callable[[], None]]()
        self._thread = threading.Thread(target=lambda: self._work.get()(), name="pilotlog-stop", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], None]) -> None:
        """Have the work done; what comes after the first is left."""
        self._work.put(work)

    def is_alive(self) -> bool:
        """Return whether the work is still to be done, or being done."""
        return self._thread.is_alive()


def _handle(stop: Callable[[int], None]) -> None:
    """Call ``stop`` with the first of the signals, and ignore all others from then on.

    One that the process was started to ignore, as by nohup, stays ignored.
    """
    owner = os.getpid()
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]

    def stop_once(number: int, _: object) -> None:
        if os.getpid() != owner:  # a forked child has the handler, but no thread to stop it
            _end(number)
            return
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        _log.notice("Stopping", f"no new connections, after {signal.Signals(number).name}")
        stop(number)

    for number in heeded:
        signal.signal(number, stop_once)


def _close_listeners(close: Callable[[int, socket.socket], object]) -> None:
    """Let the listening sockets of this process be closed by ``close``, which is given the descriptor too.

    No descriptor is duplicated. A second one of a pipe hides its end from a thread that waits for it; closing a second
    one of a file releases the locks of sqlite on that file.
    """
    for descriptor in _descriptors():
        try:
            found = socket.socket(fileno=descriptor)
        except OSError:  # no socket, or closed meanwhile
            continue
        try:
            if found.family in (socket.AF_INET, socket.AF_INET6) and _is_listening(found):
                close(descriptor, found)
        except OSError as error:
            _log.warn("Connections are still taken", str(error))
        finally:
            found.detach()


def _descriptors() -> Iterable[int]:
    try:
        return [int(path.name) for path in Path("/proc/self/fd").iterdir()]
    except OSError:
        return range(_MAX_DESCRIPTORS)


def _is_listening(found: socket.socket) -> bool:
    return found.type == socket.SOCK_STREAM and bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _end(number: int) -> None:
    """End the process as the signal does by default. Python's own ``signal.signal`` is only for the main thread."""
    libc = ctypes.CDLL(None)
    libc.signal.argtypes, libc.signal.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
    libc.signal(number, None)  # SIG_DFL
    os.kill(os.getpid(), number)
    os._exit(128 + number)  # reached only by the first process of a container, which no signal ends
