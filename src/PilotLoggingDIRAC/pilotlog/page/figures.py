"""Figures of the page's start view and of a site's page: how pilots fare and why they fail, by place and over time.

A window of time is cut into spans of equal length. Of each span the logs heard of last are counted, up to a bound, so
that rates are those of the whole window. The same window a week before is counted in the same way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cachetools import TTLCache

from .. import access
from ..access import Scope
from ..errors import InvalidInput, NotYetThere
from ..model import Selection
from ..outcome import Fates
from ..ports import Clock
from ..read.audit import Audit
from ..read.selection import selection
from .durations import durations
from .tallies import (
    LogTally,
    Ranked,
    Tallies,
    ce_of,
    grouped,
    number,
    outcomes,
    over_time,
    ranked,
    rates,
    reason_of,
    site_of,
)
from .viewer import Asked, PageCaller

_METHOD = "page"
_WEEK = timedelta(days=7)
_MAX_REMEMBERED = 64
#: Number of spans and seconds of each, by the window's name.
WINDOWS: Mapping[str, tuple[int, int]] = {"1h": (12, 300), "24h": (24, 3600), "7d": (28, 21600)}
_DEFAULT = "24h"

Span = tuple[datetime, datetime]
"""The first moment of a span, and the first one after it."""


@dataclass(frozen=True, slots=True)
class FigureSettings:
    """Limits of the figures on the page."""

    max_figured: int = 100_000
    figures_seconds: float = 30.0
    figure_sites: int = 15
    figure_causes: int = 8
    timed_logs: int = 300


class FigureCounts(Protocol):
    """The store's counts; see ``sql.read.page_queries``. Each method may raise StoreUnavailable."""

    def tallies(
        self, scope: Scope, wanted: Selection, spans: Sequence[Span], most: int, silent_before: datetime
    ) -> list[LogTally]:
        """Return the numbers of selected logs in the scope, of the ``most`` heard of last in each span.

        CEs are told only where sites are selected.
        """

    def details(self, scope: Scope, wanted: Selection, most: int) -> list[str]:
        """Return the JSON of the diagnoses of the ``most`` selected logs in the scope that were heard of last."""


class Figures:
    """The figures that callers may see. They are counted for one at a time, and told again for a while."""

    def __init__(self, counts: FigureCounts, settings: FigureSettings, clock: Clock, fates: Fates, audit: Audit):
        self._counts, self._settings = counts, settings
        self._clock, self._fates, self._audit = clock, fates, audit
        self._told: TTLCache[Any, dict[str, Any]] = TTLCache(_MAX_REMEMBERED, settings.figures_seconds)
        self._lock, self._counting = threading.Lock(), threading.Lock()

    def start(self, reader: PageCaller, asked: Asked) -> dict[str, Any]:
        """Return the figures of all logs that the caller may read, of the ``Window`` that is asked for.

        Raise NothingToRead, InvalidInput for an unknown window, NotYetThere while others' figures are counted.
        """
        return self._figures(reader, asked, ())

    def site(self, reader: PageCaller, asked: Asked) -> dict[str, Any]:
        """Return the figures of one ``Site``, with those of its CEs, and how long its pilots' phases take."""
        sites = selection({"Site": list(asked.get("Site", ()))}).sites
        if len(sites) != 1:
            raise InvalidInput("Site is given once")
        return self._figures(reader, asked, sites)

    def _figures(self, reader: PageCaller, asked: Asked, sites: tuple[str, ...]) -> dict[str, Any]:
        window = next(iter(asked.get("Window", ())), _DEFAULT)
        if window not in WINDOWS:
            raise InvalidInput("Window is one of " + ", ".join(WINDOWS))
        wanted = Selection(sites=sites, without_checks=True)
        scope = access.require_scope(reader.caller, reader.policy)
        found = self._remembered((scope, sites, window), lambda: self._count(scope, wanted, window))
        self._audit.listed(reader.caller, _METHOD, wanted, found["total"]["logs"])
        return found

    def _remembered(self, key: Any, count: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        with self._lock:
            if (told := self._told.get(key)) is not None:
                return told
        if not self._counting.acquire(blocking=False):
            raise NotYetThere("Other figures are being counted")
        try:
            found = count()
        finally:
            self._counting.release()
        with self._lock:
            self._told[key] = found
        return found

    def _count(self, scope: Scope, wanted: Selection, window: str) -> dict[str, Any]:
        spans = spans_of(window, self._clock())
        found, before = (self._tallies(scope, wanted, these) for these in (spans, _week_before(spans)))
        told = _Told(found, before, len(spans), self._settings)
        sampled = max(self._sampled(these, len(spans)) for these in (found, before))
        answer = _times(self._clock(), window, spans) | told.common() | {"sampled": sampled}
        if not wanted.sites:
            return answer | told.places()
        since = Selection(sites=wanted.sites, without_checks=True, since=spans[0][0])
        phases = durations(self._counts.details(scope, since, self._settings.timed_logs))
        return answer | {"site": wanted.sites[0], "ces": told.groups(ce_of), "phases": phases}

    def _tallies(self, scope: Scope, wanted: Selection, spans: Sequence[Span]) -> list[LogTally]:
        most = self._settings.max_figured // len(spans)
        return self._counts.tallies(scope, wanted, spans, most, self._fates.silent_before())

    def _sampled(self, found: Tallies, spans: int) -> int:
        """Return how many logs the figures of each span are of, 0 if they are of all."""
        most = self._settings.max_figured // spans
        return most if max(over_time(found, spans)) >= most else 0


@dataclass(frozen=True, slots=True)
class _Told:
    """Tallies of a window and of the same a week before, as they are told."""

    found: Tallies
    before: Tallies
    spans: int
    settings: FigureSettings

    def common(self) -> dict[str, Any]:
        """Return what every view has: totals, outcomes over time, causes."""
        by_span = [[tally for tally in self.found if tally.span == place] for place in range(self.spans)]
        return {
            "total": rates(self.found),
            "before": rates(self.before),
            "outcomes": [outcomes(of_span) for of_span in by_span],
            "causes": self._causes(),
        }

    def places(self) -> dict[str, Any]:
        """Return the sites, and the numbers of logs by site and cause."""
        return {"sites": self.groups(site_of), "heat": self._heat()}

    def groups(self, key: Callable[[LogTally], str]) -> dict[str, Any]:
        """Return the groups by site or CE: those with most failures first, and the others together."""
        first, before = self._places(key), grouped(self.before, key)
        rows = [self._place(name, group, before.get(name, [])) for name, group in first.first.items()]
        return {"rows": rows, "others": first.rest(rates)}

    def _places(self, key: Callable[[LogTally], str]) -> Ranked:
        return ranked(grouped(self.found, key), _most_failed, self.settings.figure_sites)

    def _place(self, name: str, found: Tallies, before: Tallies) -> dict[str, Any]:
        failed = [tally for tally in found if tally.failed]
        causes = ranked(grouped([one for one in found if one.reason], reason_of), number, 1).first
        told = {"failures": over_time(failed, self.spans), "before": rates(before)}
        return {"name": name, "cause": next((_cause(group) for group in causes.values()), None)} | rates(found) | told

    def _reasons(self) -> Ranked:
        having = [tally for tally in self.found if tally.reason]
        return ranked(grouped(having, reason_of), number, self.settings.figure_causes)

    def _causes(self) -> dict[str, Any]:
        before, first = grouped(self.before, reason_of), self._reasons()
        rows = [
            _cause(group)
            | {"logs": number(group), "before": number(before.get(code, [])), "sites": len(grouped(group, site_of))}
            | {"over": over_time(group, self.spans)}
            for code, group in first.first.items()
        ]
        return {"rows": rows, "others": first.rest(lambda group: {"logs": number(group)})}

    def _heat(self) -> list[list[int]]:
        """Return the numbers of logs by site (rows, the others' last) and cause (columns, likewise)."""
        sites, reasons = self._places(site_of), self._reasons()
        others = [sites.together] if sites.others else []
        return [_columns(group, reasons) for group in [*sites.first.values(), *others]]


def _columns(found: Tallies, reasons: Ranked) -> list[int]:
    by_reason = grouped(found, reason_of)
    columns = [number(by_reason.get(code, [])) for code in reasons.first]
    if reasons.others:
        columns.append(sum(number(by_reason.get(code, [])) for code in reasons.others))
    return columns


def _most_failed(found: Tallies) -> tuple[int, int]:
    told = rates(found)
    return told["failed"], told["logs"]


def _cause(found: Tallies) -> dict[str, Any]:
    """Return the cause that all these logs have."""
    return {"code": found[0].reason, "name": found[0].name, "party": found[0].party}


def spans_of(window: str, now: datetime) -> list[Span]:
    """Return the spans of a window; they begin at whole multiples of their length, and the last one is going on."""
    spans, seconds = WINDOWS[window]
    began = int(now.replace(tzinfo=UTC).timestamp()) // seconds * seconds
    last, length = datetime.fromtimestamp(began, UTC).replace(tzinfo=None), timedelta(seconds=seconds)
    starts = [last - length * place for place in reversed(range(spans))]
    return [(start, start + length) for start in starts]


def _week_before(spans: Sequence[Span]) -> list[Span]:
    return [(start - _WEEK, end - _WEEK) for start, end in spans]


def _times(now: datetime, window: str, spans: Sequence[Span]) -> dict[str, Any]:
    told = {"window": window, "now": _moment(now), "from": _moment(spans[0][0]), "to": _moment(spans[-1][1])}
    return told | {"seconds": WINDOWS[window][1]}


def _moment(time: datetime) -> str:
    return time.isoformat(timespec="seconds") + "Z"
