"""Queue of batches that wait for the writer: bounded in number and bytes, taken in groups."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from ..errors import Overloaded, ShuttingDown
from ..model import Batch
from ..settings import IngestSettings
from .answers import Answer

#: Where the last messages are of few pilots, these send one after the other, and wait for each answer.
_LAST_MESSAGES = 64
_MOST_PILOTS = 48
#: The part of the time for gathering that is waited then.
_SHORT_WAIT = 0.25


@dataclass(slots=True)
class Waiting:
    """A batch and the future that its sender waits on."""

    batch: Batch
    answer: Answer


class WaitingQueue:
    """Batches in the order of ``put``. Safe to use from several threads."""

    def __init__(self, settings: IngestSettings):
        self._settings = settings
        self._waiting: deque[Waiting] = deque()
        self._changed = threading.Condition()
        self._woken = False
        self._closed = False
        self._crowded = False
        self._senders: deque[str] = deque(maxlen=_LAST_MESSAGES)  # stamps: quick to compare
        self.bytes = 0

    @property
    def length(self) -> int:
        """Return the number of batches that wait."""
        return len(self._waiting)

    def put(self, batch: Batch) -> Answer:
        """Append the batch and return its future. Raise Overloaded over a bound, ShuttingDown after ``close``."""
        with self._changed:
            if self._closed:
                raise ShuttingDown("The collector is stopping: try again")
            if self.length >= self._settings.max_waiting_batches or self.bytes >= self._settings.max_waiting_bytes:
                raise Overloaded("Too many messages are waiting: try again later")
            waiting = Waiting(batch, Answer())
            self._waiting.append(waiting)
            self.bytes += batch.size
            self._changed.notify()
            return waiting.answer

    def wake(self) -> None:
        """Let ``gather`` return at once, even with an empty group."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def gather(self, patience_seconds: float) -> list[Waiting] | None:
        """Return the next group: empty after ``wake`` or when none came in time, None when closed and empty.

        It waits for more batches only if the group before had several: a single sender gets its answer sooner. While
        few pilots send many batches, it waits a quarter of the time.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed or self._woken, patience_seconds)
            self._woken = False
            if not self._waiting:
                return None if self._closed else []
        if self._crowded and not self._closed:
            time.sleep(self._settings.group_wait_seconds * (_SHORT_WAIT if self._few_send_much() else 1.0))
        with self._changed:
            group = self._take()
            self._crowded = len(group) > 1 or bool(self._waiting)
            return group

    def _few_send_much(self) -> bool:
        """Return whether a quarter of the last batches are of pilots that have sent another one of them."""
        return len(self._senders) == _LAST_MESSAGES and len(set(self._senders)) <= _MOST_PILOTS

    def _take(self) -> list[Waiting]:
        group: list[Waiting] = []
        size = 0
        while self._waiting and len(group) < self._settings.max_group_batches and size < self._settings.max_group_bytes:
            waiting = self._waiting.popleft()
            size += waiting.batch.size
            group.append(waiting)
            self._senders.append(waiting.batch.pilot.stamp)
        self.bytes -= size
        return group

    def close(self) -> None:
        """Refuse new batches; ``gather`` still returns those that wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def refuse_all(self) -> None:
        """Refuse all batches that still wait."""
        with self._changed:
            for waiting in self._waiting:
                if waiting.answer.set_running_or_notify_cancel():
                    waiting.answer.set_exception(ShuttingDown("The collector is stopping: try again"))
            self._waiting.clear()
            self.bytes = 0
