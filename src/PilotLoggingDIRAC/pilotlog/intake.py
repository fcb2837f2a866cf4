"""The way in: who sends, for which VO, what; then the writer. Refusals happen here, are named and counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import datetime

from . import access, parse
from .access import Caller
from .errors import MessageTooLarge, Overloaded, PilotLogError
from .ingest import Writer
from .model import Batch, PilotId, Receipt
from .ports import Clock
from .settings import IngestSettings


class Intake:
    """Takes messages and finalise marks of callers, and counts what became of them."""

    def __init__(
        self,
        writer: Writer,
        settings: IngestSettings,
        clock: Clock,
        check: Callable[[PilotId], None] = lambda pilot: None,
    ):
        """``check(pilot)`` raises the PilotLogError of a pilot that may not write, and never waits."""
        self.settings = settings
        self._writer = writer
        self._clock = clock
        self._check = check
        self._counts = _Counts(clock())

    def message(self, caller: Caller, payload: object, stamp: object, stated_vo: object, sender: str) -> Future:
        """A future of the Receipt of a ``sendMessage``; raises the PilotLogError of a refusal."""
        who = self._pilot(caller, stamp, stated_vo)
        try:
            batch = parse.message(who, payload, self.settings.max_message_bytes, self._clock(), sender)
        except MessageTooLarge as error:
            self._writer.gap(who, error.size, f"over the limit of {self.settings.max_message_bytes} bytes")
            raise
        return self._submit(batch)

    def finalisation(self, caller: Caller, payload: object, stamp: object, stated_vo: object, sender: str) -> Future:
        """A future of the Receipt of a ``finaliseLogs``; raises the PilotLogError of a refusal."""
        who = self._pilot(caller, stamp, stated_vo)
        return self._submit(parse.finalisation(who, payload, self._clock(), sender))

    def _pilot(self, caller: Caller, stamp: object, stated_vo: object) -> PilotId:
        who = parse.pilot(access.writer_vo(caller, stated_vo), stamp)
        self._check(who)
        return who

    def _submit(self, batch: Batch) -> Future:
        answer = self._writer.submit(batch)
        answer.add_done_callback(self._counts.settled)
        return answer

    def wait(self, answer: Future, seconds: float) -> Receipt:
        """The receipt, waiting in this thread; one that does not come in time is given up, atomically."""
        try:
            return answer.result(max(seconds, 0))
        except FutureTimeout:
            answer.cancel()
            raise too_late() from None

    def refused(self, error: PilotLogError) -> None:
        """Count a refusal by its name."""
        self._counts.refused(error)

    def status(self) -> dict:
        """What this process has taken and refused since it started, and what waits."""
        return self._counts.snapshot() | self._writer.status()


def too_late() -> Overloaded:
    """The refusal of a batch that could not be stored within the time that a sender is given."""
    return Overloaded("The message could not be stored in time")


class _Counts:
    def __init__(self, since: datetime):
        self._since = since
        self._lock = threading.Lock()
        self._stored = Counter()
        self._refusals: Counter[str] = Counter()

    def settled(self, answer: Future) -> None:
        try:
            error = answer.exception()
        except CancelledError:
            return
        if error is None:
            self._add(answer.result())

    def _add(self, receipt: Receipt) -> None:
        with self._lock:
            self._stored.update(
                StoredBatches=1, StoredBytes=receipt.stored_bytes, RepeatedBytes=receipt.repeated_bytes
            )

    def refused(self, error: PilotLogError) -> None:
        with self._lock:
            self._refusals[type(error).__name__] += 1

    def snapshot(self) -> dict:
        with self._lock:
            counts = {name: self._stored[name] for name in ("StoredBatches", "StoredBytes", "RepeatedBytes")}
            return {"Since": self._since.isoformat(), **counts, "Refused": dict(self._refusals)}
