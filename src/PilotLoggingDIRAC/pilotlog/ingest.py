"""The writer: one queue, groups of what has gathered, one transaction a group.

One thread owns the order (the queue); another talks to the store, so that a store that hangs costs a group its time
limit and nothing else. A sender waits on a ``Future``; one that gives up cancels it, and only the writer drops it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Protocol

from .errors import Overloaded, PilotLogError, ShuttingDown, StoreRefused, StoreUnavailable
from .model import Batch, Numbered, Receipt
from .ports import LogStore
from .settings import IngestSettings


class Spool(Protocol):
    """Where groups wait while the store is away. What it has taken is durable."""

    def append(self, epoch: str, group: Sequence[Numbered]) -> None:
        """Keep the group, durably. Raises StoreUnavailable when it is full or can't be written."""


@dataclass(slots=True)
class _Waiting:
    batch: Batch
    answer: Future


class Writer:
    """Brings batches into a store in the order in which they were submitted."""

    def __init__(
        self,
        store: LogStore,
        settings: IngestSettings,
        on_refused: Callable[[Batch, PilotLogError], None] = lambda batch, error: None,
    ):
        """``on_refused`` is told of every batch that the store will not take."""
        self._store = store
        self._settings = settings
        self._on_refused = on_refused
        self._queue = _Queue(settings)
        self._epoch = secrets.token_hex(16)
        self._number = 0
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="pilotlog-store")
        self._owner = threading.Thread(target=self._work, name="pilotlog-writer", daemon=True)

    def start(self) -> None:
        """Begin to take batches to the store."""
        self._owner.start()

    def submit(self, batch: Batch) -> Future:
        """A future of the batch's Receipt; it fails with the PilotLogError that says what went wrong.

        Raises Overloaded when more waits already than is allowed, ShuttingDown after ``stop``.
        """
        return self._queue.put(batch)

    def stop(self) -> None:
        """Take no more, bring what waits to the store, and end; what can't be brought in time is refused."""
        self._queue.close()
        self._owner.join(self._settings.stop_seconds)
        self._queue.refuse_all()
        self._committer.shutdown(wait=False, cancel_futures=True)

    @property
    def waiting(self) -> tuple[int, int]:
        """How many batches wait, and their bytes."""
        return self._queue.length, self._queue.bytes

    def _work(self) -> None:
        while group := self._queue.gather():
            live = [waiting for waiting in group if waiting.answer.set_running_or_notify_cancel()]
            if live:
                self._store_group(live)

    def _store_group(self, group: list[_Waiting]) -> None:
        """Store a group; where the store refuses it, halve it until the batch is found that it refuses."""
        try:
            receipts = self._commit([waiting.batch for waiting in group])
        except StoreRefused as error:
            if len(group) == 1:
                self._on_refused(group[0].batch, error)
                group[0].answer.set_exception(error)
                return
            middle = len(group) // 2
            self._store_group(group[:middle])
            self._store_group(group[middle:])
        except PilotLogError as error:
            for waiting in group:
                waiting.answer.set_exception(error)
        else:
            for waiting, receipt in zip(group, receipts, strict=True):
                waiting.answer.set_result(receipt)

    def _commit(self, batches: Sequence[Batch]) -> list[Receipt]:
        numbered = [Numbered(self._number + index, batch) for index, batch in enumerate(batches, 1)]
        self._number += len(numbered)
        step = self._committer.submit(self._store.append, self._epoch, numbered)
        try:
            return step.result(self._settings.answer_seconds)
        except FutureTimeout:
            step.cancel()
            raise StoreUnavailable("The database did not answer in time") from None
        except PilotLogError:
            raise
        except Exception as error:
            raise StoreRefused(f"The store failed unexpectedly ({type(error).__name__})") from error


class _Queue:
    """What waits, bounded in number and bytes, handed out in groups."""

    def __init__(self, settings: IngestSettings):
        self._settings = settings
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self.bytes = 0

    @property
    def length(self) -> int:
        return len(self._waiting)

    def put(self, batch: Batch) -> Future:
        with self._changed:
            if self._closed:
                raise ShuttingDown("The collector is stopping: try again")
            if self.length >= self._settings.max_waiting_batches or self.bytes >= self._settings.max_waiting_bytes:
                raise Overloaded("Too many messages are waiting: try again later")
            waiting = _Waiting(batch, Future())
            self._waiting.append(waiting)
            self.bytes += batch.size
            self._changed.notify()
            return waiting.answer

    def gather(self) -> list[_Waiting]:
        """The next group, as soon as there is one; empty once the queue is closed and drained."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
        if not self._closed:
            time.sleep(self._settings.group_wait_seconds)
        with self._changed:
            return self._take()

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < self._settings.max_group_batches and size < self._settings.max_group_bytes:
            waiting = self._waiting.popleft()
            size += waiting.batch.size
            group.append(waiting)
        self.bytes -= size
        return group

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def refuse_all(self) -> None:
        with self._changed:
            for waiting in self._waiting:
                if waiting.answer.set_running_or_notify_cancel():
                    waiting.answer.set_exception(ShuttingDown("The collector is stopping: try again"))
            self._waiting.clear()
            self.bytes = 0
