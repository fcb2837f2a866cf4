"""The receiver: checks the caller, its VO, the pilot and the payload of a call, and submits a batch to the writer.

It counts the receipts, and the refusals by name.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from datetime import datetime
from typing import Any

from prometheus_client import Histogram

from .. import access, validation
from ..access import Caller
from ..errors import InvalidInput, Overloaded, PilotLogError, QuotaSpent
from ..model import Batch, PilotId, Receipt
from ..ports import Clock
from ..settings import IngestSettings, QuotaSettings
from ..text.excerpt import OpenBytes
from ..text.redaction import redactor
from ..write.answers import Answer
from ..write.writer import Writer
from .message import message
from .quotas import Charge, Quotas

_ANSWER_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Receiver:
    """Receiver of messages and finalise marks; counts their outcomes."""

    def __init__(
        self,
        writer: Writer,
        settings: IngestSettings,
        clock: Clock,
        check: Callable[[PilotId], None] = lambda pilot: None,
        quotas: Quotas | None = None,
        open_bytes: OpenBytes | None = None,
    ):
        """Create the receiver. ``check(pilot)`` never waits, and raises a PilotLogError if the pilot may not write.

        Without ``quotas``, each VO has the default quotas of the settings. ``open_bytes`` is from the redaction rules.
        """
        self.settings = settings
        self._quotas = quotas or Quotas(lambda vo: QuotaSettings())
        self._writer = writer
        self._clock = clock
        self._check = check
        self._open_bytes = open_bytes or redactor.default().open_bytes
        self._counts = _Counts(clock())
        self._answers = Histogram("answer_seconds", "Seconds to an answer", buckets=_ANSWER_SECONDS, registry=None)

    def message(self, caller: Caller, payload: object, stamp: object, stated_vo: object, sender: str) -> Answer:
        """Submit a ``sendMessage`` and return the future of its Receipt. Raise the PilotLogError of a refusal."""
        who = self._pilot(caller, stamp, stated_vo)
        batch = self._read(who, payload, sender)
        return self._submit(batch, self._admit(batch))

    def _read(self, who: PilotId, payload: object, sender: str) -> Batch:
        """Return the batch of a message. Raise InvalidInput; a gap is marked if there was text."""
        try:
            return message(who, payload, self.settings.max_message_bytes, self._clock(), self._open_bytes, sender)
        except InvalidInput as error:
            if payload and isinstance(payload, str):
                self._mark(who, len(payload.encode("utf-8", "backslashreplace")), error)
            raise

    def _admit(self, batch: Batch) -> Charge:
        """Take a message from its VO's quotas. Raise QuotaSpent; a log that exists gets a marked line about the gap."""
        self._quotas.admit_log(batch.pilot)
        try:
            return self._quotas.take_bytes(batch.pilot.vo, len(batch.text))
        except QuotaSpent as error:
            self._writer.gap(batch.pilot, len(batch.text) + batch.missing_bytes, str(error))
            raise

    def missed(self, caller: Caller, stamp: object, stated_vo: object, size: int, error: PilotLogError) -> None:
        """Mark the gap of a message that could not be read. Raise PilotLogError unless its sender may write there."""
        self._mark(self._pilot(caller, stamp, stated_vo), size, error)

    def _mark(self, who: PilotId, size: int, error: PilotLogError) -> None:
        with suppress(QuotaSpent):  # a log that the quota refuses gets no marked line either
            self._quotas.admit_log(who)
            limit = getattr(error, "limit", "")
            self._writer.gap(who, size, f"over the limit of {limit}" if limit else str(error))

    def finalisation(self, caller: Caller, payload: object, stamp: object, stated_vo: object, sender: str) -> Answer:
        """Submit a ``finaliseLogs`` and return the future of its Receipt. Raise the PilotLogError of a refusal."""
        who = self._pilot(caller, stamp, stated_vo)
        batch = validation.finalisation(who, payload, self._clock(), sender)
        self._quotas.admit_log(who)
        return self._submit(batch)

    def _pilot(self, caller: Caller, stamp: object, stated_vo: object) -> PilotId:
        who = validation.pilot(access.writer_vo(caller, stated_vo), stamp)
        self._check(who)
        return who

    def _submit(self, batch: Batch, charge: Charge | None = None) -> Answer:
        began = time.monotonic()
        self._counts.received()
        try:
            answer = self._writer.submit(batch)
        except PilotLogError:
            self._settle_charge(charge, 0)
            raise
        answer.add_done_callback(lambda done: self._settle_charge(charge, _stored_bytes(done)))
        answer.add_done_callback(self._counts.settled)
        answer.add_done_callback(lambda _: self._answers.observe(time.monotonic() - began))
        return answer

    def _settle_charge(self, charge: Charge | None, stored: int) -> None:
        """Give back the bytes that were refused or had been stored before."""
        if charge and stored < charge.bytes:
            self._quotas.give_back(charge, charge.bytes - stored)

    def wait(self, answer: Answer, seconds: float) -> Receipt:
        """Return the receipt, waiting in this thread. When it is late, cancel the batch and raise Overloaded.

        A batch that the writer has taken can't be cancelled: it is waited for as long as its sender may wait.
        """
        share = self.settings.outcome_seconds
        try:
            return answer.result(max(seconds - share, 0))
        except TimeoutError:
            if answer.cancel():
                raise too_late() from None
        try:
            return answer.result(min(max(seconds, 0), share))
        except TimeoutError:
            answer.give_up()
            raise too_late() from None

    def refused(self, error: PilotLogError) -> None:
        """Count a refusal by its name."""
        self._counts.refused(error)

    def status(self) -> dict[str, Any]:
        """Return the counts of messages since the start, the quotas and the waiting batches."""
        return self._counts.snapshot() | {"Quotas": self._quotas.status()} | self._writer.status()

    def histograms(self) -> dict[str, Histogram]:
        """Return the histograms of seconds to an answer, and of batches and seconds of a transaction."""
        return {"Answers": self._answers, "Groups": self._writer.groups, "Commits": self._writer.commits}


def _stored_bytes(answer: Future[Receipt]) -> int:
    return 0 if answer.cancelled() or answer.exception() else answer.result().stored_bytes


def too_late() -> Overloaded:
    """Return the refusal of a batch that could not be stored within the time that a sender is given."""
    return Overloaded("The message could not be stored in time")


class _Counts:
    """Counts since the start. Safe to use from several threads."""

    def __init__(self, since: datetime):
        self._since = since
        self._lock = threading.Lock()
        self._stored: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()

    def received(self) -> None:
        with self._lock:
            self._stored["Received"] += 1

    def settled(self, answer: Future[Receipt]) -> None:
        try:
            error = answer.exception()
        except CancelledError:
            return
        if error is None:
            self._add(answer.result())

    def _add(self, receipt: Receipt) -> None:
        with self._lock:
            self._stored.update(StoredBatches=1, StoredBytes=receipt.stored_bytes, RepeatedBytes=receipt.repeated_bytes)

    def refused(self, error: PilotLogError) -> None:
        with self._lock:
            self._refusals[type(error).__name__] += 1

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            counts = {
                name: self._stored[name] for name in ("Received", "StoredBatches", "StoredBytes", "RepeatedBytes")
            }
            return {"Since": self._since.isoformat(), **counts, "Refused": dict(self._refusals)}
