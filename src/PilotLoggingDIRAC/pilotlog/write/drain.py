"""Draining: what waits in the spool goes to the store by itself, in order, while new batches keep coming.

The store counts as away from the first time-out or lost connection on (a circuit breaker): everything goes to the
spool then, and every ``probe_seconds`` the oldest group of the spool is offered as a probe.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Any

from ..errors import ConnectionLost, PilotLogError, SpoolUnavailable, StoreRefused, StoreUnavailable
from ..model import Batch, Numbered, Receipt
from ..ports import LogStore
from ..settings import IngestSettings, SpoolSettings
from .spool import Spool

Numbers = Callable[[int], tuple[str, int]]
"""``numbers(n)``: an epoch, and the first of n numbers in it that nobody else will use."""


#: So often the connection may break over a group, with the store there, before the group is to blame.
_SUSPICIONS = 3


class Drain:
    """The spool's side of a writer. Used by the writer's own thread, but for ``status`` and ``request_release``."""

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
        """``wake`` is called from another thread whenever an offered group came back; ``set_aside`` is told of each
        batch that went from the spool to the quarantine, and why.
        """
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
        self._next_adoption = time.monotonic() + settings.probe_seconds
        self._away = ""
        self._spool_problem = ""
        self._older_unreachable = False
        self._release: tuple[Numbers, Future[int]] | None = None

    def open(self) -> None:
        """Open the spool, if that is possible now; without one, what the store can't take is refused."""
        if self._open_spool is None or self._spool is not None:
            return
        try:
            self._spool = self._open_spool()
            self._spool_problem, self._older_unreachable = "", False
        except SpoolUnavailable as error:
            self._spool_problem, self._older_unreachable = str(error), error.may_hold_batches

    def require_order(self) -> None:
        """Raise SpoolUnavailable while older batches may wait in a spool that can't be opened: nothing may overtake."""
        if self._older_unreachable:
            raise SpoolUnavailable(self._spool_problem)

    @property
    def store_is_away(self) -> bool:
        """Return whether a group has to go to the spool: behind what waits there, or because a probe is not due yet."""
        waiting = self._spool is not None and not self._spool.empty
        return waiting or bool(self._away and time.monotonic() < self._next_probe)

    def opened(self, error: StoreUnavailable) -> None:
        """Note that the store did not take a group; it is left alone until the next probe."""
        self._away = str(error)
        self._next_probe = time.monotonic() + self._settings.probe_seconds

    def failed(self, problem: str) -> None:
        """Something unforeseen: if it was over what waits in the spool, it must not be tried again at once."""
        if self._spool is not None and not self._spool.empty:
            self.opened(StoreUnavailable(problem))

    def closed(self) -> None:
        """Note that the store took a group that did not come through the spool."""
        self._away = ""

    def append(self, epoch: str, group: list[Numbered], why: PilotLogError | None = None) -> list[Receipt]:
        """Keep a group in the spool; its receipts. Raises SpoolUnavailable, or ``why`` where there is no spool."""
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
        """Put aside what the store refuses; without a spool, or when that fails too, it is only counted missing."""
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
        return min(idle_seconds, max(0.0, self._next_probe - time.monotonic()) if self._away else 0.0)

    def step(self) -> None:
        """Look what became of the group that was offered, and offer the next; never waits for the store."""
        self._housekeep()
        spool = self._spool
        if spool is None:
            return
        try:
            self._settle_offered(spool)
            if not self._offered:
                self._release_if_asked(spool)
                self._offer(spool)
        except SpoolUnavailable as error:
            self._spool_problem = str(error)
            self._next_probe = time.monotonic() + self._settings.probe_seconds
            self._away = self._away or "The spool can't be read"

    def close(self, seconds: float) -> None:
        """Wait so long for the group that was offered, forget it if it is stored, and let go of the spool."""
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

    def _settle_offered(self, spool: Spool) -> None:
        if self._offered and self._offered[2].done():
            offered, self._offered = self._offered, None
            self._settle(spool, *offered)

    def _offer(self, spool: Spool) -> None:
        if spool.empty or (self._away and time.monotonic() < self._next_probe):
            return
        epoch, group = spool.first(self._group_batches, self._ingest.max_group_bytes)
        step = self._committer.submit(self._offer_to_store, epoch, group, spool.holds_more(epoch, group))
        self._offered = (epoch, group, step)
        step.add_done_callback(lambda _: self._wake())

    def _offer_to_store(self, epoch: str, group: list[Numbered], backlog: bool) -> None:
        """Offer a group; the epoch's mark of a backlog goes with the last batch of it, also when that is refused."""
        try:
            self._append(epoch, group, backlog)
        except Exception as error:
            if len(group) == 1 and not isinstance(error, StoreUnavailable):
                self._store.ping(epoch, backlog)
            raise

    def _append(self, epoch: str, group: list[Numbered], backlog: bool) -> None:
        """Offer a group. Raises StoreRefused too when the connection broke over it several times though the store is
        there: a batch may be such, and must not block all others.
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
        elif isinstance(error, StoreUnavailable):
            self.opened(error)
        elif len(group) > 1:
            self._group_batches = len(group) // 2
        else:
            spool.quarantine(epoch, group[0])
            self._set_aside(group[0].batch, f"{error}; kept in quarantine")

    def _housekeep(self) -> None:
        """Now and then: adopt what dead processes left; open a spool, or write to it, that was a problem."""
        if time.monotonic() < self._next_adoption or self._offered:
            return
        wait = self._settings.adopt_seconds if self._spool else self._settings.probe_seconds
        self._next_adoption = time.monotonic() + wait
        self.open()
        try:
            if self._spool is not None:
                self._spool.adopt()
                if self._spool_problem:
                    self._spool.check()
                self._spool_problem = ""
        except SpoolUnavailable as error:
            self._spool_problem = str(error)

    def _release_if_asked(self, spool: Spool) -> None:
        if self._release:
            (numbers, answer), self._release = self._release, None
            _resolve(answer, lambda: spool.release(*numbers(spool.quarantined)))

    def request_release(self, numbers: Numbers) -> int:
        """Offer the quarantine again; how many batches there were. Waits for the writer's thread."""
        if self._spool is None or not self._spool.quarantined:
            return 0
        answer: Future[int] = Future()
        self._release = (numbers, answer)
        self._wake()
        try:
            return answer.result(self._ingest.answer_seconds)
        except TimeoutError:
            raise StoreUnavailable("The collector is busy with its database; try again later") from None

    def status(self) -> dict[str, Any]:
        """Return the spool's counts, and the problems of database and spool."""
        answer = {
            "DatabaseAway": self._away,
            "Problem": self._spool_problem,
            "Batches": 0,
            "Bytes": 0,
            "Quarantined": 0,
        }
        if self._spool is not None:
            counts = {"Batches": self._spool.batches, "Bytes": self._spool.bytes}
            answer |= counts | {"Quarantined": self._spool.quarantined}
        return answer

    def problems(self) -> dict[str, str]:
        """Return the present problems by subject."""
        found = {"database": self._away, "spool": self._spool_problem}
        if self._spool is not None and self._spool.quarantined:
            found["quarantine"] = f"{self._spool.quarantined} batches were refused by the database and put aside"
        if self._spool is not None and self._spool.broken:
            found["spool files"] = f"not readable, put aside: {', '.join(self._spool.broken)}"
        return {subject: text for subject, text in found.items() if text}


def _resolve(answer: Future[int], make: Callable[[], int]) -> None:
    try:
        answer.set_result(make())
    except PilotLogError as error:
        answer.set_exception(error)
