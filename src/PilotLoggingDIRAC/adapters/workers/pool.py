"""A bounded number of workers for any number of identities."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

from .proxies import Identity
from .worker import Worker

_LOOK_AFTER_SECONDS = 60.0
_log = gLogger.getSubLogger("PilotLogging")


class OperationCaller(Protocol):
    """The caller of operations under one identity: a ``Worker``, or a ``WorkerPool`` seen for one identity."""

    def call(self, operation: str, seconds: float, **arguments: Any) -> Any:
        """See ``Worker.call``."""


@dataclass(frozen=True, slots=True)
class PooledCaller:
    """A pool's workers of one identity, for any thread."""

    pool: WorkerPool
    identity: Identity

    def call(self, operation: str, seconds: float, **arguments: Any) -> Any:
        """See ``Worker.call``. Raise ArchiveError too when no worker becomes free in that time."""
        until = time.monotonic() + seconds
        with self.pool.worker(self.identity, seconds) as worker:
            return worker.call(operation, max(until - time.monotonic(), 1.0), **arguments)


class WorkerPool:
    """At most ``size`` busy workers; idle workers live on for a while, and end when other identities need their place.

    Up to ``spare`` workers more than ``size`` may exist, some of them idle: a few identities that take turns then need
    no new process each time, whose start takes longer than most operations.
    """

    def __init__(
        self, size: int, idle_seconds: float = 300.0, make: Callable[[Identity], Worker] = Worker, spare: int = 0
    ):
        self._size = size
        self._spare = spare
        self._idle_seconds = idle_seconds
        self._make = make
        self._changed = threading.Condition()
        self._idle: list[tuple[float, Worker]] = []
        self._busy = 0

    def of(self, identity: Identity) -> PooledCaller:
        """Return the caller of operations as one identity."""
        return PooledCaller(self, identity)

    @contextmanager
    def worker(self, identity: Identity, seconds: float) -> Iterator[Worker]:
        """Lend a worker of that identity to one thread. Raise ArchiveError when none becomes free in that time."""
        worker, surplus = self._take(identity, time.monotonic() + seconds)
        try:
            _end(surplus)
            yield worker
        finally:
            with self._changed:
                self._busy -= 1
                self._idle.append((time.monotonic(), worker))
                self._changed.notify()

    def drop_idle(self) -> None:
        """End the workers that have been idle for ``idle_seconds``."""
        oldest = time.monotonic() - self._idle_seconds
        with self._changed:
            dropped = [worker for since, worker in self._idle if since <= oldest]
            self._idle = [(since, worker) for since, worker in self._idle if since > oldest]
        _end(dropped)

    def close(self) -> None:
        """End all workers that are idle."""
        with self._changed:
            dropped, self._idle = self._idle, []
        _end(worker for _, worker in dropped)

    def _take(self, identity: Identity, until: float) -> tuple[Worker, list[Worker]]:
        """Return a worker, counted as busy, and the idle workers that must end for it."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._busy < self._size, timeout=until - time.monotonic()):
                raise ArchiveError(f"All {self._size} workers have been busy for too long")
            for entry in reversed(self._idle):
                if entry[1].identity == identity:
                    self._idle.remove(entry)
                    self._busy += 1
                    return entry[1], []
            try:
                made = self._make(identity)
            except BaseException:
                self._changed.notify()  # the place is free still, and who waits for it was told of it only once
                raise
            self._busy += 1
            keep = self._size + self._spare - self._busy
            surplus = [worker for _, worker in self._idle[: max(len(self._idle) - keep, 0)]]
            self._idle = self._idle[len(surplus) :]
            return made, surplus


class HasWorkers(Protocol):
    """A ``WorkerPool``, or what has some."""

    def drop_idle(self) -> None:
        """See ``WorkerPool.drop_idle``."""


def look_after(name: str, *pools: HasWorkers, seconds: float = _LOOK_AFTER_SECONDS) -> threading.Event:
    """Start a thread that ends workers that have been idle for long. Return the event that ends the thread."""
    ended = threading.Event()

    def look() -> None:
        known = set[str]()
        while not ended.wait(seconds):
            known = _drop_idle(pools, known)

    threading.Thread(target=look, name=name, daemon=True).start()
    return ended


def _drop_idle(pools: Iterable[HasWorkers], known: set[str]) -> set[str]:
    """End idle workers. Return the problems that were met; those that are ``known`` last, and are not logged again."""
    met = set[str]()
    for pool in pools:
        try:
            pool.drop_idle()
        except Exception as error:  # the next round may go better; without its thread idle workers stay
            met.add(repr(error))
            if repr(error) not in known:
                _log.exception("Idle workers can't be ended", lException=error)
    return met


def _end(workers: Iterable[Worker]) -> None:
    """End workers; the failure of one is logged, as it concerns neither the others nor the caller."""
    for worker in workers:
        try:
            worker.close()
        except Exception as error:
            _log.exception("A worker can't be ended", str(worker.identity), lException=error)
