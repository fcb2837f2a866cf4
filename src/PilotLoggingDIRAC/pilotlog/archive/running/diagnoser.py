"""The diagnoser of logs that are received."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ...diagnose import DiagnosisReader, Known, Rules, of
from ...diagnose.settings import DiagnosisSettings
from ...diagnosed import Diagnosed
from ...model import Log
from ...outcome import has_ended
from ...ports import Clock
from ..compacting import compact
from ..walk import LogPosition
from .readings import OpenReader, Readings
from .received import ReceivedLogs, Seen
from .settings import DiagnoseRunningSettings

RulesOf = Callable[[str], Rules]
"""Return the rules for the pilots of a VO."""

#: How long after it was received a message may still be committed.
_LATE_SECONDS = 60.0
#: The end of a log is for the line that tells most of a failure; thousands of logs that are received are in memory.
_END_BYTES = 1024


@dataclass(slots=True)
class _Round:
    """One pass over the logs that were heard of since the last one began; now and then over all of them.

    ``done``: it has come to its end in this run.
    """

    since: datetime | None = None
    began: datetime | None = None
    whole_due: float = 0.0
    after: LogPosition | None = None
    done: bool = False

    def begin(self, now: datetime, monotonic: float, whole_seconds: float) -> bool:
        """Begin anew, at the first log. Return whether it goes over all logs."""
        whole = self.began is None or monotonic >= self.whole_due
        self.since = None if self.began is None or whole else self.began - timedelta(seconds=_LATE_SECONDS)
        self.whole_due = monotonic + whole_seconds if whole else self.whole_due
        self.began = now
        return whole


class RunningDiagnoser:
    """The diagnoser: ``run`` is called every few seconds, by one agent at a time."""

    def __init__(
        self,
        store: ReceivedLogs,
        settings: DiagnoseRunningSettings,
        bounds: DiagnosisSettings,
        clock: Clock,
        on_problem: Callable[[str], None] = lambda problem: None,
        monotonic: Callable[[], float] = time.monotonic,
        rest: Callable[[float], None] = lambda seconds: None,
    ):
        """Create it; ``on_problem`` is called with the kind of error that a log's text raised, ``rest`` after each page
        of logs with the seconds that it took.
        """
        self._store = store
        self._settings = settings
        self._bounds = replace(bounds, end_bytes=min(bounds.end_bytes, _END_BYTES))
        self._clock = clock
        self._on_problem = on_problem
        self._monotonic = monotonic
        self._rest = rest
        self._readings = Readings(settings.diagnose_running_kept)
        self._reading = threading.Lock()
        self._round = _Round()
        self._behind: list[Log] = []
        self._alone: dict[int, Log] = {}

    def forget_readings(self) -> None:
        """Forget all that was read: the database is another one. Any thread may call it."""
        with self._reading:
            self._readings.clear()

    def forget(self) -> None:
        """Forget all that was read, and begin with the first log: the database or the diagnosing agent is another."""
        self.forget_readings()
        self._round, self._behind, self._alone = _Round(), [], {}

    def take(self, log: Log, rules: Rules) -> OpenReader | None:
        """Return what was read of a log while it was received, for somebody who reads the rest; None for nothing.

        Any thread may call it; for a log with a reading it waits while some logs are being read.
        """
        if log.id not in self._readings:
            return None
        with self._reading:
            return self._readings.take(log, rules)

    def run(self, rules_of: RulesOf, is_over: Callable[[], bool]) -> int:
        """Look at logs with new text until all of them were looked at, or time is over. Return the diagnoses stored.

        Raise StoreUnavailable.
        """
        done = self._look_at_ended(rules_of)
        self._round.done = False
        while not is_over():
            began = self._monotonic()
            done += self._look(self._page(), rules_of)
            if self._round.done and not self._behind and not self._alone:
                break
            self._rest(self._monotonic() - began)
        return done

    def _look_at_ended(self, rules_of: RulesOf) -> int:
        """Look at logs of pilots that have ended. Those half read when time was over come next, one page at most."""
        limit, behind = self._settings.diagnose_running_logs, self._behind
        ended = self._store.ended(limit)
        done = self._look(ended, rules_of)
        seen = {log.id for log in ended}  # as they were before, they run
        self._behind = [*self._behind, *(log for log in behind if log.id not in seen)][:limit]
        return done

    def _page(self) -> list[Log]:
        """Return the next logs: those half read, then those of the round, then one by one those to be read alone."""
        if self._behind:
            return self._behind
        if self._round.done and self._alone:
            return [self._alone.pop(next(iter(self._alone)))]
        limit, walk = self._settings.diagnose_running_logs, self._round
        if walk.after is None and walk.begin(
            self._clock(), self._monotonic(), self._settings.diagnose_running_whole_seconds
        ):
            self._drop_ended(limit)
        page = self._store.grown(walk.since, walk.after, limit)
        walk.done = len(page) < limit
        walk.after = None if walk.done else LogPosition.of(page[-1])
        return page

    def _drop_ended(self, limit: int) -> None:
        """Forget the readings of logs that are not received any more."""
        kept = self._readings.ids()
        for start in range(0, len(kept), limit):
            ids = kept[start : start + limit]
            self._readings.drop(set(ids) - self._store.received(ids))

    def _look(self, logs: Sequence[Log], rules_of: RulesOf) -> int:
        """Read on in some logs, and store what they say now."""
        with self._reading:
            return self._read_on(logs, rules_of)

    def _read_on(self, logs: Sequence[Log], rules_of: RulesOf) -> int:
        kept = self._kept(logs, rules_of)
        texts = {log_id: one.sequence for log_id, one in kept.items() if one.reader is not None}
        chunks = self._store.following(texts, self._settings.diagnose_running_bytes)
        for chunk in chunks:
            self._read(kept[chunk.log_id], chunk.sequence, chunk.text)
        there = [log for log in logs if log.id in kept]
        self._behind = [log for log in there if chunks and kept[log.id].is_behind(log)]
        seen = [self._seen(log, kept[log.id]) for log in there if kept[log.id].sequence or not kept[log.id].reader]
        written = self._store.store(seen)
        stored = [one for one in seen if one.log.id in written]
        for one in stored:  # not before: what an outage or a lease kept from the store is stored by a later look
            kept[one.log.id].stored(one.has_ended)
        return sum(one.found is not None for one in stored)

    def _kept(self, logs: Sequence[Log], rules_of: RulesOf) -> dict[int, OpenReader]:
        """Return the readings of logs; a reading begins where there is none, unless that is to be left."""
        rules = {log.id: rules_of(log.pilot.vo) for log in logs}
        found = {log.id: self._readings.of(log, rules[log.id]) for log in logs}
        may_begin, waiting = self._store.begin([log for log in logs if found[log.id] is None], len(logs) == 1)
        self._alone |= {log.id: log for log in logs if log.id in waiting}
        kept = {log_id: one for log_id, one in found.items() if one is not None}
        for log in logs:
            if log.id in may_begin:
                reader = DiagnosisReader(rules[log.id], self._bounds)
                kept[log.id] = OpenReader(log.identity, reader, rules[log.id])
                self._readings.keep(log, kept[log.id])
        return kept

    def _read(self, kept: OpenReader, sequence: int, text: bytes | None) -> None:
        try:
            kept.read(sequence, text or b"")
        except Exception as error:  # a text that the rules can't be tried on must not stop others
            self._give_up(kept, type(error).__name__)  # its message may hold the pilot's text
        if text is None:
            self._give_up(kept, "damaged text")

    def _seen(self, log: Log, kept: OpenReader) -> Seen:
        """Return what a log says, if it may say something else than at the last look."""
        ended = has_ended(log)
        if kept.reader is None:
            return Seen(log, Diagnosed(rules=kept.rules.version, problem="not read"), ended)
        log = replace(log, next_sequence=kept.sequence)
        if kept.noted == kept.reader.noted and kept.has_ended == ended:
            return Seen(log, None, ended)
        try:
            known = Known.of(log.return_code, ended)
            found = compact(of(kept.reader.so_far(), kept.rules, known), kept.rules)
        except Exception as error:
            self._give_up(kept, type(error).__name__)
            found = Diagnosed(rules=kept.rules.version, problem=type(error).__name__)
        return Seen(log, found, ended)

    def _give_up(self, kept: OpenReader, problem: str) -> None:
        kept.reader = None
        self._on_problem(problem)
