"""Diagnoses of sealed logs: the agent reads each log once, and stores why its pilot failed.

Ended logs are walked state by state, a bounded number in each cycle. A log is due if it has no diagnosis, if it got
more text or another end since, or if somebody asked for it. Agents share the work by leases of the diagnoses' own, so
that no archiving waits for one. A log that can't be diagnosed gets a diagnosis that says so, and costs no other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from ..diagnose import Diagnosis, Known, Rules, diagnose, standard
from ..diagnose.causes.rules import standard_version
from ..diagnose.causes.templates import template
from ..diagnose.causes.unknown import telling_line
from ..diagnosed import Diagnosed
from ..errors import LogNotFound, StoreUnavailable
from ..model import Log, State
from ..ports import Clock
from ..settings import DiagnoseSettings, DiagnosisSettings
from .tally import Tally
from .walk import LogPosition

#: States of logs that are diagnosed: they have ended, and their text is in the store.
STATES = (State.COMPLETE, State.INCOMPLETE, State.ARCHIVED, State.KEPT)

_SUBJECT = "diagnoses"
_LOOKED_AT = 10_000
_CLAIMED = 20
_LEASE_SECONDS = 900.0
_MAX_DETAILS = 16_384
_MAX_TEXT = 300
#: Numbers of causes, phases and facts that are tried in turn until the details are within their bound.
_AMOUNTS = ((50, 200, 60), (20, 50, 40), (10, 10, 20), (3, 0, 0))


class Undiagnosed(Protocol):
    """The store as ``Diagnoser`` needs it. Each method may raise StoreUnavailable; calling it again is safe."""

    def marked(self, limit: int) -> list[int]:
        """Return ids of logs whose diagnosis somebody asked for again."""

    def due(
        self, state: State, after: LogPosition | None, looked_at: int, limit: int
    ) -> tuple[list[int], LogPosition | None]:
        """Return ids of logs in a state that are due, and the position behind which to go on; None at the end.

        At most ``looked_at`` logs are looked at, from behind ``after`` on.
        """

    def claim(self, owner: str, ids: Sequence[int], until: datetime) -> list[Log]:
        """Lease those logs' diagnoses that are still due and that no other agent is leasing; return the logs."""

    def store(self, owner: str, log: Log, found: Diagnosed, most_groups: int) -> bool:
        """Store the diagnosis of a log as it was claimed, and end the lease. Return False without the lease.

        A failure that no rule knows is put into its group, of which a VO has at most ``most_groups``.
        """


class Texts(Protocol):
    """The text of stored logs."""

    def chunks(self, log: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """See ``StoredLogs.chunks``."""


@dataclass(slots=True)
class Places:
    """Where the walk of each state goes on, and whether the agent ends."""

    after: dict[State, LogPosition | None] = field(default_factory=dict)
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Diagnoser:
    """The step that diagnoses ended logs, at most ``diagnose_logs`` of them within ``diagnose_seconds``."""

    store: Undiagnosed
    texts: Texts
    settings: DiagnoseSettings
    clock: Clock
    owner: str
    tally: Tally = field(default_factory=Tally)
    rules: Rules = field(default_factory=standard)
    bounds: DiagnosisSettings = field(default_factory=DiagnosisSettings)
    seconds: Callable[[], float] = time.monotonic

    def run(self, places: Places) -> Tally:
        """Diagnose what is due. Whatever is raised is a problem in the tally."""
        try:
            self._run(places)
        except StoreUnavailable as error:
            self.tally.problem(_SUBJECT, str(error))
        except Exception as error:  # beside the lanes, which go on
            self.tally.problem(_SUBJECT, f"{type(error).__name__}: {error}")
        return self.tally

    def _run(self, places: Places) -> None:
        room, until = self.settings.diagnose_logs, self.seconds() + self.settings.diagnose_seconds

        def is_over() -> bool:
            return places.stopped or self.seconds() >= until

        if room > 0:
            room -= self._diagnose(self.store.marked(room), is_over)
        for state in STATES:
            if room <= 0 or is_over():
                return
            ids, following = self.store.due(state, places.after.get(state), _LOOKED_AT, room)
            room -= self._diagnose(ids, is_over)
            if not is_over():
                places.after[state] = following

    def _diagnose(self, ids: Sequence[int], is_over: Callable[[], bool]) -> int:
        """Diagnose these logs, as far as time goes. Return their number."""
        for start in range(0, len(ids), _CLAIMED):
            if is_over():
                break
            until = self.clock() + timedelta(seconds=_LEASE_SECONDS)
            for log in self.store.claim(self.owner, ids[start : start + _CLAIMED], until):
                self._one(log)
        return len(ids)

    def _one(self, log: Log) -> None:
        try:
            found = compact(diagnose(self._text(log), _known(log), self.rules, self.bounds), self.rules)
        except LogNotFound:  # deleted or purged a moment ago
            return
        except StoreUnavailable:
            raise
        except Exception as error:  # a text that the rules can't be tried on must not stop others
            problem = type(error).__name__  # its message may hold the pilot's text
            self.tally.add("not diagnosed")
            self.tally.problem(_SUBJECT, f"the log of {log.pilot}: {problem}")
            found = Diagnosed(rules=standard_version(), problem=problem)
        if self.store.store(self.owner, log, found, self.settings.unknown_groups):
            self.tally.add("diagnosed")

    def _text(self, log: Log) -> Iterator[bytes]:
        following = 0
        for number, text in self.texts.chunks(log):
            if number < log.next_sequence:
                yield text
            following = number + 1
        if following < log.next_sequence:
            raise LogNotFound("The text has left the store")


def _known(log: Log) -> Known:
    code = log.return_code or ""
    return Known(return_code=int(code) if code.removeprefix("-").isdecimal() and code.isascii() else None)


def compact(found: Diagnosis, rules: Rules) -> Diagnosed:
    """Return a diagnosis as it is stored."""
    line = telling_line(found, rules)
    made = Diagnosed(
        rules=standard_version(),
        details=_details(found),
        telling=template(line.text).text if line else "",
        telling_line=line.line if line else 0,
    )
    if not found.causes:
        return made
    first, rule = found.causes[0], found.causes[0].rule
    return replace(made, cause=rule.code, name=rule.name, party=str(rule.party), line=first.line, hint=rule.hint)


def _details(found: Diagnosis) -> str:
    """Return JSON of causes, phases and facts; of long lists, and of long texts, the beginning."""
    told = found.as_json()
    for causes, phases, facts in _AMOUNTS:
        text = json.dumps(
            {
                "end": told["end"],
                "causes": _cut(told["causes"][:causes]),
                "phases": _cut(told["phases"][:phases]),
                "facts": _cut(dict(list(told["facts"].items())[:facts])),
                "jobs": {name: told["jobs"][name] for name in ("matched", "ended")},
                "lines": told["lines"],
            },
            separators=(",", ":"),
        )
        if len(text) <= _MAX_DETAILS:
            break
    return text


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cut(inner) for inner in value]
    return value[:_MAX_TEXT] if isinstance(value, str) else value
