"""A bounded number of workers for any number of identities."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

from .proxies import Identity
from .worker import Worker


class Caller(Protocol):
    """What does operations under one identity: a ``Worker``, or a ``WorkerPool`` seen for one identity."""

    def call(self, operation: str, seconds: float, **arguments: Any) -> Any:
        """See ``Worker.call``."""


@dataclass(frozen=True, slots=True)
class PooledCaller:
    """A pool's workers of one identity, for any thread."""

    pool: WorkerPool
    identity: Identity

    def call(self, operation: str, seconds: float, **arguments: Any) -> Any:
        """See ``Worker.call``; ArchiveError too when no worker gets free in that time."""
        until = time.monotonic() + seconds
        with self.pool.worker(self.identity, seconds) as worker:
            return worker.call(operation, max(until - time.monotonic(), 1.0), **arguments)


class WorkerPool:
    """At most ``size`` workers at work; those that are idle are kept for a while, and give way to other identities.

    Besides the busy ones up to ``spare`` more may idle: where a few identities take turns they need not start anew
    each time, which costs more than most of what they are asked to do.
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
        """What acts as one identity."""
        return PooledCaller(self, identity)

    @contextmanager
    def worker(self, identity: Identity, seconds: float) -> Iterator[Worker]:
        """A worker of that identity for one thread; ArchiveError when none gets free in that time."""
        worker, surplus = self._take(identity, time.monotonic() + seconds)
        for other in surplus:
            other.close()
        try:
            yield worker
        finally:
            with self._changed:
                self._busy -= 1
                self._idle.append((time.monotonic(), worker))
                self._changed.notify()

    def drop_idle(self) -> None:
        """End the workers that have had nothing to do for ``idle_seconds``."""
        oldest = time.monotonic() - self._idle_seconds
        with self._changed:
            dropped = [worker for since, worker in self._idle if since <= oldest]
            self._idle = [(since, worker) for since, worker in self._idle if since > oldest]
        for worker in dropped:
            worker.close()

    def close(self) -> None:
        """End all workers that are idle."""
        with self._changed:
            dropped, self._idle = self._idle, []
        for _, worker in dropped:
            worker.close()

    def _take(self, identity: Identity, until: float) -> tuple[Worker, list[Worker]]:
        """A worker, counted as busy, and those that have to end for it."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._busy < self._size, timeout=until - time.monotonic()):
                raise ArchiveError(f"All {self._size} workers have been busy for too long")
            self._busy += 1
            for entry in reversed(self._idle):
                if entry[1].identity == identity:
                    self._idle.remove(entry)
                    return entry[1], []
            keep = self._size + self._spare - self._busy
            surplus = [worker for _, worker in self._idle[: max(len(self._idle) - keep, 0)]]
            self._idle = self._idle[len(surplus) :]
            return self._make(identity), surplus
