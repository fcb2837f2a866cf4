"""Numbers of logs that are alike, and what is added up from them: how many ended, how many failed, over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..diagnosed import NO_CAUSE
from ..model import Outcome
from ..outcome import FAILED, RUNNING

_MAY_HAVE_CAUSE = (*FAILED, Outcome.UNKNOWN)
_MAX_NAMES = 50


@dataclass(frozen=True, slots=True)
class LogTally:
    """The number of logs of one span of time with the same site, CE, outcome and likeliest cause.

    ``span`` is the place of the span among those that were asked for. ``cause``, its name and its party are empty for
    logs without a cause, ``ce`` where CEs were not asked for.
    """

    span: int
    site: str
    ce: str
    outcome: Outcome
    cause: str
    name: str
    party: str
    logs: int

    @property
    def ended(self) -> bool:
        """Tell if the pilots have ended."""
        return self.outcome not in RUNNING

    @property
    def failed(self) -> bool:
        """Tell if the pilots have failed, or were killed."""
        return self.outcome in FAILED

    @property
    def reason(self) -> str:
        """Return the cause; ``none`` for failures without a known one, empty for pilots that run or ended well."""
        if self.cause and self.outcome in _MAY_HAVE_CAUSE:
            return self.cause
        return NO_CAUSE if self.failed else ""


Key = Callable[[LogTally], str]
Tallies = Sequence[LogTally]


def site_of(tally: LogTally) -> str:
    """Return the key of groups by site."""
    return tally.site


def ce_of(tally: LogTally) -> str:
    """Return the key of groups by CE."""
    return tally.ce


def reason_of(tally: LogTally) -> str:
    """Return the key of groups by cause."""
    return tally.reason


def number(found: Iterable[LogTally]) -> int:
    """Return how many logs these are."""
    return sum(tally.logs for tally in found)


def outcomes(found: Tallies) -> dict[str, int]:
    """Return the numbers of logs by outcome."""
    counted: Counter[Outcome] = Counter()
    for tally in found:
        counted[tally.outcome] += tally.logs
    return {outcome.value: counted[outcome] for outcome in Outcome}


def rates(found: Tallies) -> dict[str, int]:
    """Return how many logs there are, how many of their pilots ended, and how many failed."""
    ended = [tally for tally in found if tally.ended]
    return {"logs": number(found), "ended": number(ended), "failed": number(one for one in ended if one.failed)}


def over_time(found: Tallies, spans: int) -> list[int]:
    """Return the number of logs in each span."""
    counted: Counter[int] = Counter()
    for tally in found:
        counted[tally.span] += tally.logs
    return [counted[place] for place in range(spans)]


def grouped(found: Tallies, key: Key) -> dict[str, list[LogTally]]:
    """Return the tallies by a key."""
    groups: dict[str, list[LogTally]] = {}
    for tally in found:
        groups.setdefault(key(tally), []).append(tally)
    return groups


@dataclass(frozen=True, slots=True)
class Ranked:
    """Groups of tallies by a key: ``first`` are shown, ``others`` are the names of the rest."""

    first: dict[str, list[LogTally]]
    others: dict[str, list[LogTally]]

    @property
    def together(self) -> list[LogTally]:
        """Return the tallies of the others."""
        return [tally for group in self.others.values() for tally in group]

    def rest(self, tell: Callable[[Tallies], dict[str, Any]]) -> dict[str, Any] | None:
        """Return what is told of the others together, with their names if they are few; None without others."""
        if not self.others:
            return None
        names = sorted(self.others) if len(self.others) <= _MAX_NAMES else []
        return tell(self.together) | {"groups": len(self.others), "names": names}


def ranked(groups: dict[str, list[LogTally]], rank: Callable[[Tallies], Any], most: int) -> Ranked:
    """Return the groups with the highest ranks, and the others; names break ties."""
    names = sorted(sorted(groups), key=lambda name: rank(groups[name]), reverse=True)
    return Ranked({name: groups[name] for name in names[:most]}, {name: groups[name] for name in names[most:]})
