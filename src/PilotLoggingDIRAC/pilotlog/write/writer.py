"""The writer: takes batches from one queue in groups, and commits each group in one transaction, or spools it.

One thread owns the order of queue and spool. Another thread calls the store, so that a store that hangs delays a group
by a time limit only. A sender waits on an ``Answer`` and cancels it when it gives up; the writer then drops the batch
and marks the gap. Each batch gets a growing number that it keeps in spool and store, so that a commit of unknown
outcome can be offered again.
"""

from __future__ import annotations

import dataclasses
import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from prometheus_client import Histogram

from ..errors import PilotLogError, StoreRefused, StoreUnavailable
from ..model import Batch, Numbered, PilotId, Receipt, name_of
from ..ports import Clock, LogStore
from ..settings import IngestSettings, SpoolSettings
from .answers import Answer, Answers, set_results
from .drain import Drain
from .gaps import Gap, GapReport, Gaps, Tried, together
from .queue import Waiting, WaitingQueue
from .spool import Spool

_IDLE_SECONDS = 1.0
_FAILED = "The collector failed, see the service log"
_SPOOL = SpoolSettings()
_GROUP_BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_COMMIT_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Writer:
    """Writer of batches to a store, in the order in which they were submitted."""

    def __init__(
        self,
        store: LogStore,
        settings: IngestSettings,
        clock: Clock,
        open_spool: Callable[[], Spool] | None = None,
        spool_settings: SpoolSettings = _SPOOL,
        report: Callable[[dict[str, str]], None] = lambda problems: None,
    ):
        """Create the writer; ``start`` starts its thread.

        Without ``open_spool``, batches are refused while the store is unavailable. ``report`` is called after each turn
        with all present problems, by subject. ``groups`` and ``commits`` are histograms of transactions.
        """
        self._store = store
        self._settings = settings
        self._report = report
        self._queue = WaitingQueue(settings)
        self._epoch, self._number = secrets.token_hex(16), 0
        self._gaps = Gaps(clock)
        self._answers = Answers()
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="pilotlog-store")
        self._drain = Drain(
            store, open_spool, spool_settings, settings, self._committer, self._queue.wake, self._gaps.add
        )
        self._owner = threading.Thread(target=self._work, name="pilotlog-writer", daemon=True)
        self._refusal = ""
        self._tried = Tried()
        self.groups = Histogram("group_batches", "Batches of a transaction", buckets=_GROUP_BATCHES, registry=None)
        self.commits = Histogram("commit_seconds", "Seconds of a transaction", buckets=_COMMIT_SECONDS, registry=None)

    def start(self) -> None:
        """Start to write batches, also those of an earlier process in the spool."""
        self._owner.start()

    def submit(self, batch: Batch) -> Answer:
        """Return the future of the batch's Receipt; it fails with the PilotLogError of a refusal.

        Raise Overloaded when too many batches wait, ShuttingDown after ``stop``.
        """
        try:
            return self._queue.put(batch)
        except PilotLogError as error:
            self._gaps.add(batch, str(error))
            raise

    def gap(self, pilot: PilotId, size: int, reason: str) -> None:
        """Mark the gap of a message of ``size`` bytes that was refused before it became a batch."""
        self._gaps.keep([GapReport(pilot, Gap(1, size, reason))])

    def stop(self) -> None:
        """Refuse new batches, write those that wait to the store or the spool, and end; the rest is refused."""
        self._queue.close()
        self._owner.join(self._settings.stop_seconds)
        self._queue.refuse_all()
        self._committer.shutdown(wait=False, cancel_futures=True)

    def release_quarantine(self) -> int:
        """Offer the quarantined batches again, with new numbers, and return how many there are.

        Raise StoreUnavailable when the writer is busy for too long, or lines about refused text must be stored first;
        SpoolUnavailable if the file can't be written.
        """

        def numbers(number: int) -> tuple[str, int]:
            self._gaps.require_certain()
            return self._epoch, self._take_numbers(number)

        return self._drain.request_release(numbers)

    def status(self) -> dict[str, Any]:
        """Return the counts of waiting batches, gaps and spool."""
        return {
            "WaitingBatches": self._queue.length,
            "WaitingBytes": self._queue.bytes,
            "LogsWithUntoldGaps": self._gaps.untold,
            "Spool": self._drain.status(),
        }

    def _work(self) -> None:
        self._drain.open()
        while (group := self._queue.gather(self._drain.patience(_IDLE_SECONDS))) is not None:
            self._serve(group)
        end, before = time.monotonic() + self._settings.stop_seconds, len(self._gaps) + 1
        while 0 < len(self._gaps) < before and time.monotonic() < end:
            before = len(self._gaps)
            self._serve([], last=True)
        self._drain.close(self._settings.answer_seconds)

    def _serve(self, group: list[Waiting], last: bool = False) -> None:
        try:
            self._turn(group, last)
        except Exception as error:  # the next group must be served whatever the error is
            self._refusal = f"unexpected {type(error).__name__}: {error}"
            self._refuse_waiting(group, StoreRefused(_FAILED))
            self._drain.step_failed(self._refusal)
            with suppress(Exception):  # the next turn that goes well forgets it
                self._report(self._problems())

    def _turn(self, group: list[Waiting], last: bool) -> None:
        if group or last or (len(self._gaps) and not self._drain.store_is_away):
            self._take(group)
        try:
            self._drain.step()
        finally:
            self._report(self._problems())

    def _take(self, group: list[Waiting]) -> None:
        """Store or spool a group, after the lines that report gaps."""
        claimed = [item for item in map(self._claim, group) if item]
        reports = self._gaps.take()
        if not claimed and not reports:
            return
        try:
            numbered = self._numbered(reports, claimed)
        except Exception:  # gaps must be told of, whatever the error is
            self._gaps.keep(reports)
            raise
        futures = [*([None] * len(reports)), *(answer for _, answer in claimed)]
        self._tried = Tried()
        try:
            self._store_or_spool(numbered, futures)
            self._answers.told(numbered)
            self._refusal = ""
        except PilotLogError as error:
            self._refusal = str(error)
            self._not_taken(reports, numbered, futures, error)
        except Exception:  # as above
            self._not_taken(reports, numbered, futures, StoreRefused(_FAILED))
            raise

    def _numbered(self, reports: Sequence[GapReport], claimed: Sequence[tuple[Batch, Answer]]) -> list[Numbered]:
        """Return the lines of the reports and the batches after them, with growing numbers."""
        news = sum(not report.number for report in reports) + len(claimed)
        numbers = itertools.count(self._take_numbers(news))
        lines = [self._line(report, numbers) for report in reports]
        return [*lines, *(self._named(next(numbers), *item) for item in claimed)]

    def _not_taken(
        self, reports: list[GapReport], numbered: list[Numbered], futures: list[Answer | None], error: PilotLogError
    ) -> None:
        """Refuse what is not answered yet. Keep its gaps, and those whose lines are not stored, for the next group.

        One line tells of all that shares the transaction in doubt; other halves of the group are stored, or were not
        offered.
        """
        taken, doubt = self._tried.taken, self._tried.doubt
        pairs = zip(numbered, futures, strict=True)
        refused = [(item, answer) for item, answer in pairs if answer and not answer.done()]
        missing = [item for item, _ in refused if item.batch.text and item.number not in taken]
        gaps = [GapReport.of(item.batch, str(error), doubt(item)) for item in missing]
        lines = zip(reports, numbered, strict=False)
        untold = [(report, item) for report, item in lines if item.number not in taken]
        old = [report for report, _ in untold if report.number]
        new = [dataclasses.replace(report, number=doubt(item)) for report, item in untold if not report.number]
        fresh = [*new, *gaps]
        doubtful = together(report for report in fresh if report.number)
        self._gaps.keep([*old, *doubtful, *(report for report in fresh if not report.number)])
        for _, answer in refused:
            answer.set_exception(error)

    def _line(self, report: GapReport, numbers: Iterator[int]) -> Numbered:
        """Return the line of a report. One under the number of its text tells of no answers: if the store skips it, the
        log does not know them yet.
        """
        line = self._gaps.line(report)
        if not report.number:
            return self._named(next(numbers), line, None)
        return Numbered(report.number, dataclasses.replace(line, name=name_of(self._epoch, report.number)))

    def _named(self, number: int, batch: Batch, answer: Answer | None) -> Numbered:
        """Return the batch with its number, its name, and the deliveries of the answers to the messages before it."""
        batch = dataclasses.replace(batch, name=name_of(self._epoch, number), answers=self._answers.before(batch.pilot))
        if answer and batch.text:
            self._answers.add(batch, answer)
        return Numbered(number, batch)

    def _claim(self, waiting: Waiting) -> tuple[Batch, Answer] | None:
        if waiting.answer.set_running_or_notify_cancel():
            return waiting.batch, waiting.answer
        self._gaps.add(waiting.batch, "the collector was too slow")
        return None

    def _take_numbers(self, number: int) -> int:
        first = self._number + 1
        self._number += number
        return first

    def _store_or_spool(self, numbered: list[Numbered], futures: list[Answer | None]) -> None:
        """Store the group; spool it while the store is unavailable or older batches wait in the spool."""
        numbers = {item.number for item in numbered}
        self._drain.require_order()
        if self._drain.store_is_away:
            receipts = self._drain.append(self._epoch, numbered)
        else:
            self._tried.in_doubt |= numbers
            try:
                receipts = self._commit(numbered)
                self._drain.store_answered()
            except StoreRefused as error:
                self._tried.in_doubt -= numbers
                self._halve(numbered, futures, error)
                return
            except StoreUnavailable as error:
                self._drain.store_failed(error)
                receipts = self._drain.append(self._epoch, numbered, error)
        self._tried.taken |= numbers
        set_results(futures, receipts)

    def _halve(self, numbered: list[Numbered], futures: list[Answer | None], error: StoreRefused) -> None:
        """Store both halves of a refused group one by one; a single refused batch goes to the quarantine."""
        if len(numbered) > 1:
            middle = len(numbered) // 2
            self._store_or_spool(numbered[:middle], futures[:middle])
            self._store_or_spool(numbered[middle:], futures[middle:])
            return
        self._drain.quarantine(self._epoch, numbered[0])
        self._tried.taken.add(numbered[0].number)
        if answer := futures[0]:
            self._refuse_waiting([Waiting(numbered[0].batch, answer)], error)

    def _refuse_waiting(self, group: Sequence[Waiting], error: PilotLogError) -> None:
        for waiting in group:
            if not waiting.answer.done():
                self._gaps.add(waiting.batch, str(error))
                waiting.answer.set_exception(error)

    def _commit(self, numbered: list[Numbered]) -> list[Receipt]:
        began = time.monotonic()
        try:
            return self._committed(numbered)
        finally:
            self.groups.observe(len(numbered))
            self.commits.observe(time.monotonic() - began)

    def _committed(self, numbered: list[Numbered]) -> list[Receipt]:
        try:
            step = self._committer.submit(self._store.append, self._epoch, numbered)
        except RuntimeError:  # no thread can be started; the pool's queue holds the call all the same
            raise StoreUnavailable("No thread can be started that stores it") from None
        try:
            return step.result(self._settings.commit_seconds)
        except TimeoutError:
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
