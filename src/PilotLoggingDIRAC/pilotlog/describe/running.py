"""The steps that copy DIRAC's word on running pilots into their logs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import StoreUnavailable
from ..model import Log, PilotId, PilotInfo, PilotJob, State
from ..ports import Clock
from .hosts import HostFinder
from .settings import DescribeSettings
from .unsettled import Description, KnownOwners, KnownPilots, Unsettled, UnsettledLogs

#: A transaction that made a log may be committed after one that made a log with a higher id.
_LATE_SECONDS = 60.0
#: Logs that are looked at before others have their turn: a message waits for Python as long as that takes.
_LOGS_PER_PIECE = 100


@dataclass(slots=True)
class Round:
    """A walk over many logs by their ids, which begins anew at intervals."""

    seconds: float
    after: int = 0
    due: float = 0.0

    def begins(self, now: float) -> bool:
        """Return whether there is a page to look at now."""
        return self.after > 0 or now >= self.due

    def move(self, page: Sequence[Unsettled], limit: int, now: float) -> None:
        """Move after a page; after the last one, the next round begins ``seconds`` later."""
        ended = len(page) < limit
        self.after, self.due = (0, now + self.seconds) if ended else (page[-1].log.id, self.due)


@dataclass(slots=True)
class Ages:
    """The ids of logs by their age, from the highest id at each of the last moments."""

    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now: float, highest: int, seconds: float) -> None:
        """Note the highest id of this moment; forget all but one of those that are older than ``seconds``."""
        self._seen.append((now, highest))
        while len(self._seen) > 1 and self._seen[1][0] <= now - seconds:
            self._seen.popleft()

    def before(self, moment: float) -> int:
        """Return the highest id at a moment, or at the last one before it that was noted; 0 without one."""
        return next((highest for seen, highest in reversed(self._seen) if seen <= moment), 0)


class RunningDescriber:
    """The describer of unsettled logs: ``run`` is called every few seconds, by one component at a time."""

    def __init__(
        self,
        store: UnsettledLogs,
        pilots: KnownPilots,
        owners: KnownOwners,
        settings: DescribeSettings,
        clock: Clock,
        on_problem: Callable[[str, Exception], None] = lambda subject, error: None,
        on_answer: Callable[[str], None] = lambda subject: None,
        monotonic: Callable[[], float] = time.monotonic,
        rest: Callable[[float], bool] = lambda seconds: True,
    ):
        """Create it; ``on_problem`` is called with what can't be looked up while the rest goes on, ``on_answer`` with
        the same word when that was looked up. ``rest`` is called after each piece of many logs with the seconds that it
        took, and returns whether to go on.
        """
        self._store = store
        self._pilots = pilots
        self._owners = owners
        self._settings = settings
        self._clock = clock
        self._on_problem, self._on_answer = on_problem, on_answer
        self._monotonic = monotonic
        self._rest, self._goes_on = rest, True
        self.forget()

    def forget(self) -> None:
        """Forget what is remembered of logs by their ids: the database is another one."""
        settings, now = self._settings, self._monotonic()
        self._hosts = HostFinder(self._store.beginnings, settings.describe_hosts)
        self._ages = Ages()
        self._taken: int | None = None  # all logs up to this id
        self._reopened = datetime.max  # the last look at logs that are received again; the first step sets it
        self._known = Round(settings.describe_again_seconds, due=now + settings.describe_again_seconds)
        self._unknown = Round(settings.describe_whole_seconds, due=now + settings.describe_whole_seconds)

    def run(self) -> int:
        """Take new logs, look up those that are due, and return the number of logs that were changed.

        Raise StoreUnavailable when the store or PilotAgentsDB can't be asked.
        """
        self._goes_on = True
        self._take()
        return self._young() + self._never_found() + self._again()

    def _take(self) -> None:
        """Make new logs unsettled. The first time, those that are received already are new, too."""
        now, limit = self._monotonic(), self._settings.describe_pilots
        if self._taken is None:
            self._reopened = self._clock()  # from here on: the look for them itself may be kept waiting by an outage
            self._taken = self._store.lowest_open() - 1
        self._ages.note(now, self._store.highest(), max(_LATE_SECONDS, self._settings.describe_unknown_seconds))
        if self._store.take(self._taken, limit) < limit:
            self._taken = max(self._taken, self._ages.before(now - _LATE_SECONDS))

    def _take_reopened(self) -> None:
        """Make logs unsettled again that got text after they were settled: their ids are below those of new ones."""
        now, limit = self._clock(), self._settings.describe_pilots
        since = self._reopened - timedelta(seconds=_LATE_SECONDS)
        if self._store.take_reopened(since, limit) < limit:
            self._reopened = now

    def _young(self) -> int:
        """Look up new pilots, which are in the table before they send anything, among those that have not ended."""
        self._hosts.begin()
        page = self._page(self._ages.before(self._monotonic() - self._settings.describe_unknown_seconds))
        if not page or not self._goes_on:
            return 0
        return self._write_all(page, self._pilots.running([one.log.pilot for one in page]))

    def _never_found(self) -> int:
        """Look up all that are unknown in the whole table, at longer intervals: some have ended, or came late."""
        now, walk = self._monotonic(), self._unknown
        if not self._goes_on or not walk.begins(now):
            return 0
        self._hosts.begin()
        if not walk.after:
            self._take_reopened()
        page = self._page(walk.after)
        if not self._goes_on:
            return 0
        infos = self._pilots.by_stamp([one.log.pilot for one in page]) if page else {}
        walk.move(page, self._settings.describe_pilots, now)
        return self._write_all(page, infos, True)

    def _page(self, after: int) -> list[Unsettled]:
        """Return unsettled logs of unknown pilots with ids above ``after``."""
        page: list[Unsettled] = []
        while left := self._settings.describe_pilots - len(page):
            began, wanted = self._monotonic(), min(left, _LOGS_PER_PIECE)
            piece = self._store.page(False, page[-1].log.id if page else after, wanted)
            page += piece
            if len(piece) < wanted or not self._rests(began):
                break
        return page

    def _write_all(
        self, page: Sequence[Unsettled], infos: Mapping[PilotId, PilotInfo], may_settle: bool = False
    ) -> int:
        """Write what was found of pilots into their logs, a piece at a time."""
        changed = 0
        for start in range(0, len(page), _LOGS_PER_PIECE):
            began, piece = self._monotonic(), page[start : start + _LOGS_PER_PIECE]
            found = {one.log.id: infos[one.log.pilot] for one in piece if one.log.pilot in infos}
            changed += self._write(piece, found, may_settle)
            if start + len(piece) < len(page) and not self._rests(began):
                break
        return changed

    def _again(self) -> int:
        """Look up known pilots again, by the numbers of their rows. After some pieces new pilots have their turn."""
        now, walk, left, changed = self._monotonic(), self._known, self._settings.describe_pilots, 0
        self._hosts.begin()
        while left and self._goes_on and walk.begins(now):
            began, wanted = self._monotonic(), min(left, _LOGS_PER_PIECE)
            page = self._store.page(True, walk.after, wanted)
            infos = self._pilots.by_id(sorted({one.pilot_id for one in page})) if page else {}
            walk.move(page, wanted, now)
            found = {one.log.id: infos[one.pilot_id] for one in page if one.pilot_id in infos}
            changed += self._write(page, found, True)
            left -= wanted
            if not walk.after or not self._rests(began) or self._monotonic() - now >= self._settings.describe_seconds:
                break
        return changed

    def _rests(self, began: float) -> bool:
        """Rest after a piece that began then. Return whether to go on."""
        self._goes_on = self._rest(self._monotonic() - began)
        return self._goes_on

    def _write(self, page: Sequence[Unsettled], infos: Mapping[int, PilotInfo], may_settle: bool = False) -> int:
        """Write what was found of a page into its logs, and settle those that are done."""
        jobs, hosts = self._jobs(infos), self._hosts_of([one.log for one in page])
        found = [
            Description(
                *(one.log, infos.get(one.log.id), jobs.get(one.log.id, ()), hosts.get(one.log.id, "")),
                pilot_id=one.pilot_id,
            )
            for one in page
            if one.log.id in infos or one.log.id in hosts
        ]
        try:
            changed = self._store.describe(found) if found else 0
        except StoreUnavailable:
            self._hosts.forget(list(hosts))
            raise
        now, patience = self._clock(), self._settings.describe_patience_seconds
        done = [one.log.id for one in page if is_settled(one.log, infos.get(one.log.id), now, patience)]
        if may_settle and done:
            self._store.settle(done)
            self._hosts.forget(done)
        return changed

    def _hosts_of(self, logs: Sequence[Log]) -> Mapping[int, str]:
        try:
            found = self._hosts.of(logs)
        except StoreUnavailable:
            raise
        except Exception as error:  # the text is a pilot's: whatever it does, all else is described
            self._on_problem("hosts", error)
            return {}
        if found:
            self._on_answer("hosts")
        return found

    def _jobs(self, infos: Mapping[int, PilotInfo]) -> dict[int, tuple[PilotJob, ...]]:
        """Return the jobs of logs by the logs' ids, with their owners as far as these can be told."""
        if not infos:
            return {}
        taken = self._pilots.jobs(sorted({info.id for info in infos.values()}))
        owners = self._owners_of(sorted({job for jobs in taken.values() for job in jobs}))
        return {
            log_id: tuple(PilotJob(job, owners.get(job, "")) for job in taken.get(info.id, ()))
            for log_id, info in infos.items()
        }

    def _owners_of(self, jobs: Sequence[int]) -> Mapping[int, str]:
        if not jobs:
            return {}
        try:
            found = self._owners.owners(jobs)
        except StoreUnavailable as error:
            self._on_problem("owners of jobs", error)
            return {}
        self._on_answer("owners of jobs")
        return found


def is_settled(log: Log, info: PilotInfo | None, now: datetime, patience_seconds: float) -> bool:
    """Return whether the description of a log will not change any more: it is not received, and DIRAC's word on its
    pilot is final, or was waited for in vain.
    """
    if log.state is State.RECEIVING:
        return False
    return bool(info and info.final) or now - log.last_seen >= timedelta(seconds=patience_seconds)
