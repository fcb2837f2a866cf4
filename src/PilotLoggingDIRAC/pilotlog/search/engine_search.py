"""The search in engines that hold all lines: within a caller's reach, with the results of the database's search.

An engine tells candidates, lines that have the words of a pattern; the pattern itself is looked for in them here. What
a caller may read, and which logs are selected, is looked up in the database for each log: its rows know a pilot's site
and end, which an engine may not have been told.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol

from ..access import Scope
from ..cursors import Cursors
from ..errors import InvalidInput, Overloaded
from ..model import Log, PilotId, Selection
from ..settings import SearchSettings
from .line_engine import EngineLine, LineEngine, LineQuery, log_lines
from .line_finder import Hit
from .search import SearchQuery, SearchResult

_PAGE = 500
#: A line has a piece for each state of a progress bar: at most this many pages of pieces are read around a hit.
_PAGES_AROUND = 20
_MOST_NAMED = 1000
#: How long ago a log that is heard of may have begun.
_LONGEST = timedelta(days=31)
_CURSOR = re.compile(r"e\.((?:[0-9a-f]{2}){1,2000})", re.ASCII)


class SelectedLogs(Protocol):
    """The store's logs, by selection; see ``sql.read.searcher``."""

    def selected(self, scope: Scope, wanted: Selection, stamps: Collection[str], limit: int) -> list[Log]:
        """Return logs in a scope that a selection names, of pilots with these stamps, or any without stamps."""


@dataclass(frozen=True, slots=True)
class EnginePlace:
    """An engine, by its destination's name, and the VOs all of whose lines it has."""

    name: str
    engine: LineEngine
    vos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Start:
    """Start of a call: the name of a destination, and the place there."""

    name: str = ""
    after: tuple[str | int, ...] = ()

    @classmethod
    def parse(cls, cursor: object) -> _Start:
        """Return the start of a cursor that ``str`` made, the first for an empty one. Raise InvalidInput."""
        if cursor == "":
            return cls()
        match = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
        try:
            name, *after = json.loads(bytes.fromhex(match[1] if match else ""))
        except (ValueError, TypeError, RecursionError):
            raise InvalidInput("The cursor is not one that searchLogs gave") from None
        if not all(isinstance(value, str | int) for value in (name, *after)):
            raise InvalidInput("The cursor is not one that searchLogs gave")
        return cls(str(name), tuple(after))

    def __str__(self) -> str:
        return f"e.{json.dumps([self.name, *self.after]).encode().hex()}"


class EngineSearch:
    """The search service, for a bounded number of callers at a time."""

    def __init__(
        self,
        places: Callable[[], Sequence[EnginePlace]],
        logs: SelectedLogs,
        settings: SearchSettings,
        cursors: Cursors,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """Create the service. ``places()`` returns the engines of the present configuration."""
        self.settings = settings
        self._places, self._logs, self._cursors, self._monotonic = places, logs, cursors, monotonic
        self._free = threading.BoundedSemaphore(settings.searches)

    def search(self, scope: Scope, wanted: Selection, query: SearchQuery, cursor: object = "") -> SearchResult:
        """Return the next hits; see ``LogSearch.search``. Raise StoreUnavailable too when an engine does not answer."""
        start = _Start.parse(self._cursors.take(cursor))
        if not self._free.acquire(timeout=self.settings.search_turn_seconds):
            raise Overloaded("Others are searching: try again in a moment")
        try:
            places = _reached(self._places(), scope, wanted)
            found = _Call(self._logs, self.settings, self._monotonic, scope, wanted, query).run(places, start)
            found.cursor = self._cursors.give(found.cursor)
            return found
        finally:
            self._free.release()


def _reached(places: Sequence[EnginePlace], scope: Scope, wanted: Selection) -> list[EnginePlace]:
    """Return the engines with the VOs that a caller can reach and has named. Raise InvalidInput if there are none."""
    found = []
    for place in sorted(places, key=lambda place: place.name):
        vos = [vo for vo in place.vos if scope.reaches(vo) and (not wanted.vos or vo in wanted.vos)]
        if vos:
            found.append(EnginePlace(place.name, place.engine, tuple(vos)))
    if not found:
        raise InvalidInput("No search engine has all lines of these logs")
    return found


class _Call:
    """One call of a search."""

    def __init__(
        self,
        logs: SelectedLogs,
        settings: SearchSettings,
        monotonic: Callable[[], float],
        scope: Scope,
        wanted: Selection,
        query: SearchQuery,
    ):
        self._logs, self._settings, self._monotonic = logs, settings, monotonic
        self._scope, self._wanted, self._query = scope, wanted, query
        self._deadline = monotonic() + settings.search_seconds
        self._answer = SearchResult()
        self._answer_bytes = 0

    def run(self, places: Sequence[EnginePlace], start: _Start) -> SearchResult:
        """Return the hits from a start on, and where to continue."""
        named = self._logs.selected(self._scope, self._wanted, (), _MOST_NAMED)
        stamps = tuple({log.pilot.stamp for log in named}) if len(named) < _MOST_NAMED else ()
        if named:
            for place in (place for place in places if place.name >= start.name):
                after = start.after if place.name == start.name else ()
                stopped = self._place(place, stamps, after)
                if stopped:
                    self._answer.cursor = str(_Start(place.name, stopped))
                    break
        self._answer.logs = len({log.id for log, _ in self._answer.hits})
        return self._answer

    def _place(
        self, place: EnginePlace, stamps: tuple[str, ...], after: tuple[str | int, ...]
    ) -> tuple[str | int, ...] | None:
        """Search one engine; return where to continue, None at its end."""
        query = self._engine_query(place, stamps)
        while True:
            lines = place.engine.lines(query, after, _PAGE)
            known = self._readable(lines)
            for line in lines:
                after = line.place
                log = known.get((line.pilot, line.part))
                self._answer.bytes += len(line.text)
                if log is not None and self._hit(place.engine, log, line):
                    return after
            if len(lines) < _PAGE:
                return None
            if self._monotonic() >= self._deadline:
                return after

    def _engine_query(self, place: EnginePlace, stamps: tuple[str, ...]) -> LineQuery:
        since = self._wanted.since
        return LineQuery(
            vos=place.vos,
            stamps=stamps,
            sites=() if self._scope.everything or self._scope.vos else tuple(sorted(self._scope.sites)),
            words=self._query.words,
            began=since - _LONGEST if since and since >= datetime.min + _LONGEST else None,
        )

    def _readable(self, lines: Sequence[EngineLine]) -> Mapping[tuple[PilotId, int], Log]:
        """Return the logs of lines that are in the scope and the selection."""
        stamps = {line.pilot.stamp for line in lines}
        found = self._logs.selected(self._scope, self._wanted, stamps, _MOST_NAMED) if stamps else []
        return {(log.pilot, log.part): log for log in found}

    def _hit(self, engine: LineEngine, log: Log, line: EngineLine) -> bool:
        """Take a line if it matches; return True if the result is full, or time is over."""
        text = line.text.encode("utf-8", "backslashreplace")
        match = self._query.find(text, 0, len(text))
        if match < 0:
            return False
        before, after = self._around(engine, line) if self._query.context else ((), ())
        hit = Hit(line.line, text, match, before, after)
        self._answer.hits.append((log, hit))
        self._answer_bytes += hit.shown_bytes(self._settings.shown_line_bytes)
        return self._is_full()

    def _is_full(self) -> bool:
        settings = self._settings
        full = len(self._answer.hits) >= settings.search_hits or self._answer_bytes >= settings.search_answer_bytes
        return full or self._monotonic() >= self._deadline  # each hit may have asked the engine again

    def _around(self, engine: LineEngine, line: EngineLine) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """Return the texts of the lines before and after one, as far as they follow each other without a gap."""
        context, number = self._query.context, line.line
        numbers = (number - context, number + context)
        query = LineQuery((line.pilot.vo,), (line.pilot.stamp,), part=line.part, lines=numbers)
        texts: dict[int, bytes] = {}
        for each in log_lines(engine, query, _PAGE, _PAGES_AROUND):
            texts[each.line] = texts.get(each.line, b"") + each.text.encode("utf-8", "backslashreplace")
        before = tuple(_together(texts, range(number - 1, numbers[0] - 1, -1)))
        return before[::-1], tuple(_together(texts, range(number + 1, numbers[1] + 1)))


def _together(texts: Mapping[int, bytes], numbers: Iterable[int]) -> Iterator[bytes]:
    """Yield the texts of lines, up to the first one that is not there."""
    return (texts[number] for number in takewhile(texts.__contains__, numbers))
