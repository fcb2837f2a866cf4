"""The drain: groups of the spool go to the store, in order, while new batches arrive.

It is a circuit breaker too: after a time-out or a lost connection the store counts as unavailable. All groups go to the
spool then, and every ``probe_seconds`` the oldest group of the spool is offered to the store as a probe.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from typing import Any

from ..errors import ConnectionLost, PilotLogError, SpoolUnavailable, StoreRefused, StoreUnavailable
from ..model import Batch, Numbered, Receipt
from ..ports import LogStore
from ..settings import IngestSettings, SpoolSettings
from .adoption import Adoption
from .releases import Numbers, ReleaseRequests
from .spool import Spool

#: Broken connections over one group, with the store available, after which the group counts as refused.
_SUSPICIONS = 3


class Drain:
    """The writer's side of the spool. Only the writer's thread calls it, except ``status`` and ``request_release``.

    ``wake`` is called from another thread when the store has answered for a group. ``set_aside`` is called with each
    batch that moves from the spool to the quarantine, and the reason.
    """

    def __init__(
        self,
        store: LogStore,
        open_spool: Callable[[], Spool] | None,
        settings: SpoolSettings,
        ingest: IngestSettings,
        committer: ThreadPoolExecutor,
        wake: Callable[[], None],
        set_aside: Callable[[Batch, str], None],
    ):
        self._store = store
        self._open_spool = open_spool
        self._spool: Spool | None = None
        self._settings = settings
        self._ingest = ingest
        self._committer = committer
        self._wake = wake
        self._set_aside = set_aside
        self._suspicions = 0
        self._offered: tuple[str, list[Numbered], Future[None]] | None = None
        self._group_batches = ingest.max_group_batches
        self._next_probe = 0.0
        self._adoption = Adoption(store, wake)
        self._next_adoption = time.monotonic() + settings.probe_seconds
        self._away = ""
        self._stuck, self._paused_until = "", 0.0
        self._spool_problem = ""
        self._older_unreachable = False
        self._releases = ReleaseRequests(ingest.answer_seconds, wake)

    def open(self) -> None:
        """Open the spool if possible. Without a spool, a batch is refused while the store is unavailable."""
        if self._open_spool is None or self._spool is not None:
            return
        try:
            self._spool = self._open_spool()
            self._spool_problem, self._older_unreachable = "", False
        except SpoolUnavailable as error:
            self._spool_problem, self._older_unreachable = str(error), error.may_hold_batches
        except Exception as error:  # must not end the writer's thread; without its text: senders see it
            self._spool_problem = f"The spool can't be opened: unexpected {type(error).__name__}"
            self._older_unreachable = True

    def require_order(self) -> None:
        """Raise SpoolUnavailable while a spool that cannot be opened may hold older batches: none may overtake them."""
        if self._older_unreachable:
            raise SpoolUnavailable(self._spool_problem)

    @property
    def store_is_away(self) -> bool:
        """Return whether a new group must go to the spool: older groups wait there, or the next probe is not due."""
        waiting = self._spool is not None and not self._spool.empty
        return waiting or bool(self._away and time.monotonic() < self._next_probe)

    def store_failed(self, error: StoreUnavailable) -> None:
        """Count the store as unavailable until the next probe."""
        self._away = str(error)
        self._next_probe = time.monotonic() + self._settings.probe_seconds

    def step_failed(self, problem: str) -> None:
        """Leave the spool alone for a while after an unexpected error, if groups of it may be the cause."""
        if self._spool is not None and not self._spool.empty:
            self._pause(problem)

    def store_answered(self) -> None:
        """Count the store as available: it has stored a group."""
        self._away = ""

    def append(self, epoch: str, group: list[Numbered], why: PilotLogError | None = None) -> list[Receipt]:
        """Store a group in the spool and return its receipts. Raise SpoolUnavailable, or ``why`` without a spool."""
        if self._spool is None:
            raise why or StoreUnavailable(self._away)
        try:
            self._spool.append(epoch, group)
        except SpoolUnavailable as error:
            self._spool_problem = str(error)
            raise
        self._spool_problem = ""
        return [Receipt(len(item.batch.text)) for item in group]

    def quarantine(self, epoch: str, numbered: Numbered) -> None:
        """Quarantine a batch that the store refuses. Without a usable spool it is only counted as missing."""
        if self._spool is None:
            return
        try:
            self._spool.quarantine(epoch, numbered)
        except SpoolUnavailable as error:
            self._spool_problem = str(error)

    def patience(self, idle_seconds: float) -> float:
        """Return the seconds that the writer may wait for new batches before the next ``step``."""
        if self._spool is None or self._spool.empty or self._offered:
            return idle_seconds
        return min(idle_seconds, max(0.0, self._next_offer - time.monotonic()))

    def step(self) -> None:
        """Settle the offered group if the store has answered, and offer the next group. Never waits for the store."""
        self._housekeep()
        spool = self._spool
        if spool is None:
            return
        try:
            self._settle_offered(spool)
            if not self._offered:
                self._releases.serve(spool)
                self._offer(spool)
        except SpoolUnavailable as error:
            self._pause(str(error))

    def close(self, seconds: float) -> None:
        """Close the spool, after at most ``seconds`` of waiting for the offered group; a stored group is removed."""
        self._adoption.close()
        spool = self._spool
        if spool is None:
            return
        if self._offered:
            wait_for([self._offered[2]], seconds)
        try:
            self._settle_offered(spool)
            spool.close()
        except SpoolUnavailable as error:
            self._spool_problem = str(error)

    def _pause(self, problem: str) -> None:
        """Offer nothing for the time of a probe: the spool has a problem, until a group of it is settled."""
        self._stuck = problem
        self._paused_until = time.monotonic() + self._settings.probe_seconds

    @property
    def _next_offer(self) -> float:
        return max(self._paused_until, self._next_probe if self._away else 0.0)

    def _settle_offered(self, spool: Spool) -> None:
        if self._offered and self._offered[2].done():
            offered, self._offered = self._offered, None
            self._settle(spool, *offered)

    def _offer(self, spool: Spool) -> None:
        if spool.empty or time.monotonic() < self._next_offer:
            return
        epoch, group = spool.first(self._group_batches, self._ingest.max_group_bytes)
        step = self._committer.submit(self._offer_to_store, epoch, group, spool.holds_more(epoch, group))
        self._offered = (epoch, group, step)
        step.add_done_callback(lambda _: self._wake())

    def _offer_to_store(self, epoch: str, group: list[Numbered], backlog: bool) -> None:
        """Offer a group. With the epoch's last batch its mark of a backlog is removed, also when the store refuses that
        batch.
        """
        try:
            self._append(epoch, group, backlog)
        except Exception as error:
            if len(group) == 1 and not isinstance(error, StoreUnavailable):
                self._store.ping(epoch, backlog)
            raise

    def _append(self, epoch: str, group: list[Numbered], backlog: bool) -> None:
        """Offer a group to the store.

        Raise StoreRefused too when the connection broke several times over it though the store is available: one batch
        may be the cause, and must not block all others.
        """
        try:
            self._store.append(epoch, group, acknowledged=True, backlog=backlog)
        except ConnectionLost as error:
            self._store.ping(epoch, backlog=True)
            self._suspicions += 1
            if self._suspicions < _SUSPICIONS:
                raise
            self._suspicions = 0
            raise StoreRefused("The connection to the database breaks over it") from error
        self._suspicions = 0

    def _settle(self, spool: Spool, epoch: str, group: list[Numbered], step: Future[None]) -> None:
        error = step.exception()
        if error is None:
            self._away = ""
            self._group_batches = min(2 * self._group_batches, self._ingest.max_group_batches)
            spool.remove(epoch, group)
            self._stuck = ""
        elif isinstance(error, StoreUnavailable):
            self.store_failed(error)
        elif len(group) > 1:
            self._group_batches = len(group) // 2
        else:
            spool.quarantine(epoch, group[0])
            self._stuck = ""
            self._set_aside(group[0].batch, f"{error}; kept in quarantine")

    def _housekeep(self) -> None:
        """Look for the spool of a dead process, and try a spool again that had a problem; at most once an interval."""
        if self._spool is not None:
            self._adoption.take(self._spool, wanted=not (self._offered or self.store_is_away))
        if time.monotonic() < self._next_adoption or self._offered:
            return
        wait = self._settings.adopt_seconds if self._spool else self._settings.probe_seconds
        self._next_adoption = time.monotonic() + wait
        self.open()
        try:
            if self._spool is not None:
                if not self.store_is_away:
                    self._adoption.begin(self._spool)
                if self._spool_problem:
                    self._spool.check()
                self._spool_problem = ""
        except SpoolUnavailable as error:
            self._spool_problem = str(error)
            self._begin_anew()

    def _begin_anew(self) -> None:
        """Give up a spool that fails with nothing in it, as one whose file was removed; the next look opens another."""
        if self._spool is not None and self._spool.holds_nothing:
            with suppress(SpoolUnavailable):
                self._spool.close()
            self._spool, self._next_adoption = None, 0.0

    def request_release(self, numbers: Numbers) -> int:
        """Move the quarantine back to the spool and return its number of batches. Waits for the writer's thread.

        Any number of threads may ask; one after another's move gets 0.
        Raise StoreUnavailable when the writer is busy for too long, and the quarantine stays; SpoolUnavailable if the
        file can't be written.
        """
        spool = self._spool
        return self._releases.ask(numbers) if spool is not None and spool.quarantined else 0

    def status(self) -> dict[str, Any]:
        """Return the spool's counts, and the problems of database and spool."""
        spool, problem = self._spool, self._spool_problem or self._adoption.problem or self._stuck
        counts = (spool.batches, spool.bytes, spool.quarantined) if spool is not None else (0, 0, 0)
        answer = dict(zip(("Batches", "Bytes", "Quarantined"), counts, strict=True))
        return {"DatabaseAway": self._away, "Problem": problem} | answer

    def problems(self) -> dict[str, str]:
        """Return the present problems by subject."""
        found = {"database": self._away, "spool": self._spool_problem or self._adoption.problem or self._stuck}
        spool = self._spool
        if spool is not None and spool.quarantined:
            found["quarantine"] = f"{spool.quarantined} batches were refused by the database and put aside"
        if spool is not None and spool.broken:
            found["spool files"] = f"not readable, put aside: {', '.join(spool.broken)}"
        return {subject: text for subject, text in found.items() if text}
