"""Diagnoses of sealed logs: the agent reads each log once, and stores why its pilot failed.

Ended logs are walked state by state, a bounded number in each cycle. A log is due if it has no diagnosis, if it got
more text or another end since, if its diagnosis is one of a running pilot, if somebody asked for it, or if rules have
changed since. Agents share the work by leases of the diagnoses' own, so that no archiving waits for one. A log that
can't be diagnosed gets a diagnosis that says so, and costs no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ..diagnose import Known, Rules, diagnose, of, standard
from ..diagnose.causes.unknown import is_explained
from ..diagnose.settings import DiagnosisSettings
from ..diagnosed import Diagnosed
from ..errors import LogNotFound, StoreUnavailable
from ..model import Log, State
from ..outcome import has_ended
from ..ports import Clock
from ..settings import DiagnoseSettings
from .compacting import compact
from .packing import Texts
from .running.readings import OpenReader
from .tally import Tally
from .walk import LogPosition

#: States of logs that are diagnosed: they have ended, and their text is in the store.
STATES = (State.COMPLETE, State.INCOMPLETE, State.ARCHIVED, State.KEPT)

_SUBJECT = "diagnoses"
_LOOKED_AT = 10_000
_CLAIMED = 20
_LEASE_SECONDS = 900.0
#: A log that was finalised this long ago is left to the walks.
_RECENT_SECONDS = 120.0


class Undiagnosed(Protocol):
    """The store as ``Diagnoser`` needs it. Each method may raise StoreUnavailable; calling it again is safe."""

    def marked(self, limit: int) -> list[int]:
        """Return ids of logs whose diagnosis somebody asked for again."""

    def due(
        self, state: State, after: LogPosition | None, looked_at: int, limit: int
    ) -> tuple[list[int], LogPosition | None]:
        """Return ids of logs in a state that are due, and the position after which to go on; None at the end.

        At most ``looked_at`` logs after the position ``after`` are looked at.
        """

    def claim(self, owner: str, ids: Sequence[int], until: datetime) -> list[Log]:
        """Lease those logs' diagnoses that are still due and that no other agent is leasing; return the logs.

        One whose lease ended before without a diagnosis is leased alone, when no other is left: it may have ended the
        agent.
        """

    def outdated(
        self, version_of: Callable[[str], str], since: datetime, after: LogPosition | None, looked_at: int
    ) -> tuple[int, LogPosition | None]:
        """Mark logs to be diagnosed again whose diagnosis was made with rules of another version than that of their VO.

        At most ``looked_at`` diagnoses are looked at, of logs heard of since and after the position ``after``. Return
        the number of those marked, and the position after which to go on; None at the end.
        """

    def store(self, owner: str, log: Log, found: Diagnosed, most_groups: int) -> bool:
        """Store the diagnosis of a log as it was claimed, and end the lease. Return False without the lease.

        A failure that no rule knows is put into its group, of which a VO has at most ``most_groups``.
        """


@dataclass(slots=True)
class DiagnosingPlaces:
    """Places of the walk of each state, and of that over diagnoses of other rules; whether the agent ends.

    ``rules`` has the versions of rules, by VO, that the walk ``outdated`` is for; ``all_marked``: it has been at its
    end.
    """

    after: dict[State, LogPosition | None] = field(default_factory=dict)
    outdated: LogPosition | None = None
    rules: dict[str, str] = field(default_factory=dict)
    all_marked: bool = False
    stopped: bool = False

    def forget(self) -> None:
        """Begin all walks anew."""
        self.after.clear()
        self._walk_for({})

    def note(self, rules: dict[str, str]) -> None:
        """Note the versions that hold now: the walk over diagnoses of other rules begins anew when they have changed,
        since some may have been made with those before.
        """
        if rules != self.rules:
            self._walk_for(rules)

    def _walk_for(self, rules: dict[str, str]) -> None:
        self.rules, self.outdated, self.all_marked = rules, None, False


@dataclass(frozen=True, slots=True)
class Diagnoser:
    """The step that diagnoses ended logs, at most ``diagnose_logs`` of them within ``diagnose_seconds``.

    ``begun`` gives what was read of a log while it was received; the diagnosis goes on after it. ``rest`` is called
    after each few logs with the seconds that they took.
    """

    store: Undiagnosed
    texts: Texts
    settings: DiagnoseSettings
    clock: Clock
    owner: str
    tally: Tally = field(default_factory=Tally)
    rules_of: Callable[[str], Rules] = lambda vo: standard()
    vos: Sequence[str] = ()
    bounds: DiagnosisSettings = field(default_factory=DiagnosisSettings)
    seconds: Callable[[], float] = time.monotonic
    begun: Callable[[Log, Rules], OpenReader | None] = lambda log, rules: None
    rest: Callable[[float], None] = lambda seconds: None

    def run(self, places: DiagnosingPlaces) -> Tally:
        """Diagnose what is due. Whatever is raised is a problem in the tally."""
        try:
            self._run(places)
        except StoreUnavailable as error:
            self.tally.problem(_SUBJECT, str(error))
        except Exception as error:  # beside the lanes, which go on
            self.tally.problem(_SUBJECT, f"{type(error).__name__}: {error}")
        return self.tally

    def run_recent(self, is_over: Callable[[], bool]) -> Tally:
        """Diagnose what was asked for, and logs whose pilots have just reported their end. Raise StoreUnavailable."""
        room = self.settings.diagnose_logs
        since = LogPosition(self.clock() - timedelta(seconds=_RECENT_SECONDS), 0)
        if room > 0:
            ids, _ = self.store.due(State.COMPLETE, since, _LOOKED_AT, room)
            self._diagnose(ids, is_over)
            self._diagnose(self.store.marked(_CLAIMED), is_over)
        return self.tally

    def _run(self, places: DiagnosingPlaces) -> None:
        room, until = self.settings.diagnose_logs, self.seconds() + self.settings.diagnose_seconds

        def is_over() -> bool:
            return places.stopped or self.seconds() >= until

        places.note({vo: self.rules_of(vo).version for vo in ("", *self.vos)})
        if room > 0:
            room -= self._diagnose(self.store.marked(room), is_over)
        for state in STATES:
            if room <= 0 or is_over():
                return
            ids, following = self.store.due(state, places.after.get(state), _LOOKED_AT, room)
            room -= self._diagnose(ids, is_over)
            if not is_over():
                places.after[state] = following
        self._mark_outdated(places, room, is_over)

    def _mark_outdated(self, places: DiagnosingPlaces, room: int, is_over: Callable[[], bool]) -> None:
        """Mark diagnoses that were made with other rules, for the next cycles; after a change, until all are marked."""
        since = self.clock() - timedelta(seconds=self.settings.diagnose_again_seconds)
        if places.all_marked or self.settings.diagnose_again_seconds <= 0:
            return
        while room > 0 and not is_over():
            looked_at = min(_LOOKED_AT, room)
            number, places.outdated = self.store.outdated(
                lambda vo: self.rules_of(vo).version, since, places.outdated, looked_at
            )
            self.tally.add("to be diagnosed again", number)
            room -= number
            places.all_marked = places.outdated is None
            if places.all_marked:
                return

    def _diagnose(self, ids: Sequence[int], is_over: Callable[[], bool]) -> int:
        """Diagnose these logs until time is over. Return how many were given, also if some were not reached."""
        for start in range(0, len(ids), _CLAIMED):
            left = ids[start : start + _CLAIMED]
            while left and not is_over():
                began, until = self.seconds(), self.clock() + timedelta(seconds=_LEASE_SECONDS)
                claimed = self.store.claim(self.owner, left, until)
                for log in claimed:
                    self._one(log)
                done = {log.id for log in claimed}
                left = [log_id for log_id in left if log_id not in done] if done else []
                self.rest(self.seconds() - began)
        return len(ids)

    def _one(self, log: Log) -> None:
        rules = self.rules_of(log.pilot.vo)
        try:
            found = self._diagnosed(log, rules)
        except LogNotFound:  # deleted or purged a moment ago
            return
        except StoreUnavailable:
            raise
        except Exception as error:  # a text that the rules can't be tried on must not stop others
            problem = type(error).__name__  # its message may hold the pilot's text
            self.tally.add("not diagnosed")
            self.tally.problem(_SUBJECT, f"the log of {log.pilot}: {problem}")
            found = Diagnosed(rules=rules.version, problem=problem)
        if self.store.store(self.owner, log, found, self.settings.unknown_groups):
            self.tally.add("diagnosed")

    def _diagnosed(self, log: Log, rules: Rules) -> Diagnosed:
        """Return the diagnosis. A failure that nothing explains is read as a whole: little of its end was kept."""
        known, kept = Known.of(log.return_code, has_ended(log)), self.begun(log, rules)
        if kept and (reader := kept.with_bounds(self.bounds)) and kept.sequence <= log.next_sequence:
            found = of(reader.read(self._text(log, kept.sequence)), rules, known)
            if is_explained(found):
                return compact(found, rules)
        return compact(diagnose(self._text(log), known, rules, self.bounds), rules)

    def _text(self, log: Log, following: int = 0) -> Iterator[bytes]:
        if following >= log.next_sequence:
            return
        for number, text in self.texts.chunks(log, following):
            if number < log.next_sequence:
                yield text
            following = number + 1
            if following >= log.next_sequence:
                break
        if following < log.next_sequence:
            raise LogNotFound("The text has left the store")
