"""The writer: one queue, groups of what has gathered, one transaction a group; the spool while the store is away.

One thread owns the order (queue and spool); another talks to the store, so that a store that hangs costs a group a
time limit and nothing else. A sender waits on a ``Future``; one that gives up cancels it, and only the writer drops
it and marks the gap. Every batch gets a number that only grows, and keeps it wherever it goes, so that a commit of
unknown outcome is simply offered again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from prometheus_client import Histogram

from ..errors import PilotLogError, StoreRefused, StoreUnavailable
from ..model import Batch, Numbered, PilotId, Receipt
from ..ports import Clock, LogStore
from ..settings import IngestSettings, SpoolSettings
from .drain import Drain
from .gaps import Gap, Gaps
from .queue import Waiting, WaitingQueue
from .spool import Spool

_IDLE_SECONDS = 1.0
_SPOOL = SpoolSettings()
_GROUP_BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_COMMIT_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Writer:
    """Brings batches into a store in the order in which they were submitted."""

    def __init__(
        self,
        store: LogStore,
        settings: IngestSettings,
        clock: Clock,
        open_spool: Callable[[], Spool] | None = None,
        spool_settings: SpoolSettings = _SPOOL,
        report: Callable[[dict[str, str]], None] = lambda problems: None,
    ):
        """``open_spool`` None means that what the store can't take is refused. ``report`` is given all present
        problems, subject to text, whenever the writer has looked at them. ``groups`` and ``commits`` count batches of
        a transaction and the seconds it took.
        """
        self._store = store
        self._settings = settings
        self._report = report
        self._queue = WaitingQueue(settings)
        self._epoch = secrets.token_hex(16)
        self._number = 0
        self._missing = Gaps(clock)
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="pilotlog-store")
        self._drain = Drain(
            store, open_spool, spool_settings, settings, self._committer, self._queue.wake, self._missing.add
        )
        self._owner = threading.Thread(target=self._work, name="pilotlog-writer", daemon=True)
        self._refusal = ""
        self.groups = Histogram("group_batches", "Batches of a transaction", buckets=_GROUP_BATCHES, registry=None)
        self.commits = Histogram("commit_seconds", "Seconds of a transaction", buckets=_COMMIT_SECONDS, registry=None)

    def start(self) -> None:
        """Begin to take batches to the store, and what a spool holds from before."""
        self._owner.start()

    def submit(self, batch: Batch) -> Future[Receipt]:
        """Return a future of the batch's Receipt; it fails with the PilotLogError that says what went wrong.

        Raises Overloaded when more waits already than is allowed, ShuttingDown after ``stop``.
        """
        try:
            return self._queue.put(batch)
        except PilotLogError as error:
            self._missing.add(batch, str(error))
            raise

    def gap(self, pilot: PilotId, size: int, reason: str) -> None:
        """Mark that a message of so many bytes is missing in a log, because it was refused before it came here."""
        self._missing.merge({pilot: Gap(1, size, reason)})

    def stop(self) -> None:
        """Take no more, bring what waits to the store or the spool, and end; what can't be brought is refused."""
        self._queue.close()
        self._owner.join(self._settings.stop_seconds)
        self._queue.refuse_all()
        self._committer.shutdown(wait=False, cancel_futures=True)

    def release_quarantine(self) -> int:
        """Offer again what the store refused; how many batches there were. They get new numbers."""
        return self._drain.request_release(lambda number: (self._epoch, self._take_numbers(number)))

    def status(self) -> dict[str, Any]:
        """Return what waits where."""
        return {
            "WaitingBatches": self._queue.length,
            "WaitingBytes": self._queue.bytes,
            "LogsWithUntoldGaps": len(self._missing) + self._missing.untold,
            "Spool": self._drain.status(),
        }

    def _work(self) -> None:
        self._drain.open()
        while (group := self._queue.gather(self._drain.patience(_IDLE_SECONDS))) is not None:
            self._serve(group)
        if len(self._missing):
            self._serve([], last=True)
        self._drain.close(self._settings.answer_seconds)

    def _serve(self, group: list[Waiting], last: bool = False) -> None:
        try:
            self._turn(group, last)
        except Exception as error:  # whatever it is, the next group must be served
            self._refusal = f"unexpected {type(error).__name__}: {error}"
            self._refuse_waiting(group, StoreRefused("The collector failed, see the service log"))
            self._drain.failed(self._refusal)

    def _turn(self, group: list[Waiting], last: bool) -> None:
        if group or last or (len(self._missing) and not self._drain.store_is_away):
            self._take(group)
        try:
            self._drain.step()
        finally:
            self._report(self._problems())

    def _take(self, group: list[Waiting]) -> None:
        """Store or spool a group, with the lines that tell of gaps in front."""
        claimed = [item for item in map(self._claim, group) if item]
        gaps, lines = self._missing.take()
        items = [*((batch, None) for batch in lines), *claimed]
        if not items:
            return
        first = self._take_numbers(len(items))
        numbered = [Numbered(first + index, batch) for index, (batch, _) in enumerate(items)]
        futures = [answer for _, answer in items]
        try:
            self._keep(numbered, futures)
            self._refusal = ""
        except PilotLogError as error:
            self._refusal = str(error)
            self._missing.merge(gaps)
            self._refuse(numbered[len(lines) :], futures[len(lines) :], error)

    def _claim(self, waiting: Waiting) -> tuple[Batch, Future[Receipt]] | None:
        if waiting.answer.set_running_or_notify_cancel():
            return waiting.batch, waiting.answer
        self._missing.add(waiting.batch, "the collector was too slow")
        return None

    def _take_numbers(self, number: int) -> int:
        first = self._number + 1
        self._number += number
        return first

    def _keep(self, numbered: list[Numbered], futures: list[Future[Receipt] | None]) -> None:
        """Store the group, or spool it when the store is away or older batches wait in the spool."""
        self._drain.require_order()
        if self._drain.store_is_away:
            receipts = self._drain.append(self._epoch, numbered)
        else:
            try:
                receipts = self._commit(numbered)
                self._drain.closed()
            except StoreRefused as error:
                self._halve(numbered, futures, error)
                return
            except StoreUnavailable as error:
                self._drain.opened(error)
                receipts = self._drain.append(self._epoch, numbered, error)
        _answer(futures, receipts)

    def _halve(self, numbered: list[Numbered], futures: list[Future[Receipt] | None], error: StoreRefused) -> None:
        """Find the batch that the store refuses: it alone is put aside, the others are stored."""
        if len(numbered) > 1:
            middle = len(numbered) // 2
            self._keep(numbered[:middle], futures[:middle])
            self._keep(numbered[middle:], futures[middle:])
            return
        self._drain.quarantine(self._epoch, numbered[0])
        self._refuse(numbered, futures, error)

    def _refuse(
        self, numbered: Sequence[Numbered], futures: Sequence[Future[Receipt] | None], error: PilotLogError
    ) -> None:
        pairs = zip(numbered, futures, strict=True)
        self._refuse_waiting([Waiting(item.batch, answer) for item, answer in pairs if answer], error)

    def _refuse_waiting(self, group: Sequence[Waiting], error: PilotLogError) -> None:
        for waiting in group:
            if not waiting.answer.done():
                self._missing.add(waiting.batch, str(error))
                waiting.answer.set_exception(error)

    def _commit(self, numbered: list[Numbered]) -> list[Receipt]:
        began = time.monotonic()
        try:
            return self._committed(numbered)
        finally:
            self.groups.observe(len(numbered))
            self.commits.observe(time.monotonic() - began)

    def _committed(self, numbered: list[Numbered]) -> list[Receipt]:
        step = self._committer.submit(self._store.append, self._epoch, numbered)
        try:
            return step.result(self._settings.commit_seconds)
        except FutureTimeout:
            step.cancel()
            raise StoreUnavailable("The database did not answer in time") from None
        except PilotLogError:
            raise
        except Exception as error:
            raise StoreRefused(f"The store failed unexpectedly ({type(error).__name__})") from error

    def _problems(self) -> dict[str, str]:
        problems = self._drain.problems()
        if self._refusal:
            problems["messages"] = f"refused: {self._refusal}"
        return problems


def _answer(futures: Sequence[Future[Receipt] | None], receipts: Sequence[Receipt]) -> None:
    for answer, receipt in zip(futures, receipts, strict=True):
        if answer:
            answer.set_result(receipt)
