"""The search of many logs: a bounded amount of work per call, and a cursor to continue from."""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ..access import Scope
from ..cursors import Cursors
from ..errors import InvalidInput, LogNotFound, Overloaded, PilotLogError, StoreUnavailable
from ..model import Log, Selection, State
from ..settings import SearchSettings
from .line_engine import Words
from .line_finder import Hit, LineFinder, SearchPosition
from .pattern import Finder

_LISTED_LOGS = 1000
_SMALL_BYTES = 4 * 1024 * 1024
_SMALL_CHUNKS = 1000
_CURSOR = re.compile(r"(\d{1,19})\.([da])\.(\d{1,9})\.(\d{1,9})\.(\d{1,12})\.(\d{1,12})", re.ASCII)

Chunks = Iterable[tuple[int, Callable[[], bytes]]]
"""(sequence, a function that gives the text) of a log's chunks, in their order."""


class SearchableLogs(Protocol):
    """The store's logs, as a search reads them; see ``sql.read.searcher``."""

    def extent(self, scope: Scope, wanted: Selection) -> dict[str, tuple[int, int]]:
        """Return (number, bytes of text) of the selected logs: ``here``, ``archived`` and not here, ``gone``."""

    def next(self, scope: Scope, wanted: Selection, up_to: int | None, archive: bool, limit: int) -> list[Log]:
        """Return the next logs that can be searched, newest first, from the id ``up_to`` downwards."""

    def chunks(self, log: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield (sequence, text) of a log's chunks from a sequence number on."""

    def small(self, found: list[Log]) -> Mapping[int, list[tuple[int, Callable[[], bytes]]]]:
        """Return all the chunks of several logs, read at once."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search: the finder, the number of context lines around a hit, and True to fetch archived copies too.

    ``engine``: in the search engines that hold all lines, not in the database; ``words`` are those of the pattern.
    """

    find: Finder
    context: int = 0
    archive: bool = False
    engine: bool = False
    words: Words = field(default_factory=Words)


@dataclass(slots=True)
class SearchResult:
    """The result of one call. ``cursor`` is where the next call continues, empty at the end; ``extent`` is in the first
    result only, if it could be counted. ``logs`` is the number of logs searched to their end (in engines, that of
    the logs with hits); ``unreadable`` has those that could not be read, with the reason.
    """

    hits: list[tuple[Log, Hit]] = field(default_factory=list)
    cursor: str = ""
    logs: int = 0
    bytes: int = 0
    unreadable: list[tuple[Log, str]] = field(default_factory=list)
    extent: dict[str, tuple[int, int]] | None = None


def host_of(log: Log) -> str:
    """Return the host of a log's pilot as the log tells, else the first address that its messages came from, if any."""
    return log.host or next(iter(log.addresses), "")


class SearchCursor(NamedTuple):
    """The position of a search: the log id from which to go downwards, and the position in that log: in the database's
    chunks ("d") or in the archived copy ("a").
    """

    up_to: int
    kind: str = "d"
    place: SearchPosition = SearchPosition()

    @classmethod
    def parse(cls, text: object) -> SearchCursor | None:
        """Return the cursor that ``str`` made; None for an empty one. Raise InvalidInput."""
        if text == "":
            return None
        match = _CURSOR.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise InvalidInput("The cursor is not one that searchLogs gave")
        up_to, kind, *numbers = match.groups()
        return cls(int(up_to), kind, SearchPosition(*map(int, numbers)))

    def __str__(self) -> str:
        return ".".join(map(str, (self.up_to, self.kind, *self.place)))

    def place_in(self, log: Log) -> SearchPosition:
        """Return the position at which to begin in a log. If the log has left the database meanwhile, its copy is read
        from the start, and only lines that were not searched yet are.
        """
        if log.id != self.up_to:
            return SearchPosition()
        return self.place if self.kind == _kind(log) else SearchPosition(done=self.place.done)


class LogSearch:
    """The search service, for a bounded number of callers at a time."""

    def __init__(
        self,
        searcher: SearchableLogs,
        settings: SearchSettings,
        archived: Callable[[Log], Iterable[bytes]],
        monotonic: Callable[[], float] = time.monotonic,
        cursors: Cursors | None = None,
    ):
        """Create the service. ``archived(log)`` yields the text of an archived copy, cut the same way each time, or
        raises ArchiveError.
        """
        self.settings = settings
        self._searcher = searcher
        self._archived = archived
        self._monotonic = monotonic
        self._cursors = cursors or Cursors()
        self._free = threading.BoundedSemaphore(settings.searches)

    def search(self, scope: Scope, wanted: Selection, query: SearchQuery, cursor: object = "") -> SearchResult:
        """Return the next hits. Raise Overloaded when too many searches run: try again; CursorOutdated."""
        start = SearchCursor.parse(self._cursors.take(cursor))
        if not self._free.acquire(timeout=self.settings.search_turn_seconds):
            raise Overloaded("Others are searching: try again in a moment")
        try:
            call = _Call(self._searcher, self.settings, self._archived, self._monotonic, query)
            found = call.run(scope, wanted, start)
            found.cursor = self._cursors.give(found.cursor)
            return found
        finally:
            self._free.release()


class _Call:
    """One call: its remaining budget and its result."""

    def __init__(
        self,
        searcher: SearchableLogs,
        settings: SearchSettings,
        archived: Callable[[Log], Iterable[bytes]],
        monotonic: Callable[[], float],
        query: SearchQuery,
    ):
        self._searcher, self._settings, self._archived, self._query = searcher, settings, archived, query
        self._monotonic = monotonic
        self._deadline = monotonic() + settings.search_seconds
        self._answer = SearchResult()
        self._answer_bytes = 0
        self._fetched = 0

    def run(self, scope: Scope, wanted: Selection, start: SearchCursor | None) -> SearchResult:
        if start is None:
            self._answer.extent = self._extent(scope, wanted)
        cursor: SearchCursor | None = start or SearchCursor(0)
        while cursor:
            found = self._searcher.next(scope, wanted, cursor.up_to or None, self._query.archive, _LISTED_LOGS)
            cursor, stopped = self._logs(found, cursor)
            if stopped or len(found) < _LISTED_LOGS:
                break
        self._answer.cursor = str(cursor) if cursor and stopped else ""
        return self._answer

    def _extent(self, scope: Scope, wanted: Selection) -> dict[str, tuple[int, int]] | None:
        """Return the amounts to search, for progress only; None if the database takes too long to count."""
        try:
            return self._searcher.extent(scope, wanted)
        except StoreUnavailable:
            return None

    def _logs(self, found: list[Log], cursor: SearchCursor) -> tuple[SearchCursor | None, bool]:
        """Search logs; return the position to continue from (None after the oldest log), and True if this call has
        done enough.
        """
        for group in _groups(found):
            together = self._searcher.small(group) if len(group) > 1 else {}
            for log in group:
                place = self._log(log, cursor.place_in(log), together.get(log.id))
                if place is not None:
                    return SearchCursor(log.id, _kind(log), place), True
                cursor = SearchCursor(log.id - 1)
                if cursor.up_to == 0:
                    return None, True
                if self._enough():
                    return cursor, True
        return cursor, False

    def _log(self, log: Log, start: SearchPosition, together: Chunks | None) -> SearchPosition | None:
        """Search one log; return None at its end, else the position to continue from."""
        if _kind(log) == "a":
            if self._fetched >= self._settings.search_archived_logs:
                return start
            self._fetched += 1
        try:
            place = self._text(log, start, self._chunks(log, start, together))
        except PilotLogError as error:
            self._answer.unreadable.append((log, str(error)))
            return None
        self._answer.logs += place is None
        return place

    def _chunks(self, log: Log, start: SearchPosition, together: Chunks | None) -> Chunks:
        """Yield the chunks from a position on. Raise LogNotFound at the end if some are missing."""
        if _kind(log) == "a":
            yield from _loaded(pair for pair in enumerate(self._archived(log)) if pair[0] >= start.sequence)
            return
        sequence = start.sequence
        if together is not None and not start.sequence:
            chunks = together
        else:
            chunks = _loaded(self._searcher.chunks(log, sequence))
        for number, text in chunks:
            yield number, text
            sequence = number + 1
        if sequence < log.next_sequence:
            raise LogNotFound("the text left the database while it was searched")

    def _text(self, log: Log, start: SearchPosition, chunks: Chunks) -> SearchPosition | None:
        settings = self._settings
        finder = LineFinder(self._query.find, self._query.context, settings.search_line_bytes, start)
        for number, text in chunks:
            finder.feed(number, text(), start.offset if number == start.sequence else 0)
            if finder.waiting_bytes >= settings.search_block_bytes:
                self._answer.bytes += finder.waiting_bytes
                full = self._take(log, finder.hits(enough=self._enough))
                if (full or self._enough()) and finder.place != start:
                    return finder.place
        self._answer.bytes += finder.waiting_bytes
        full = self._take(log, finder.hits(last=True, enough=self._enough))
        return finder.place if full or finder.stopped else None

    def _take(self, log: Log, hits: Iterator[Hit]) -> bool:
        """Take hits; return True if the result is full."""
        for hit in hits:
            self._answer.hits.append((log, hit))
            self._answer_bytes += hit.shown_bytes(self._settings.shown_line_bytes)
            if self._full():
                return True
        return False

    def _full(self) -> bool:
        settings = self._settings
        return len(self._answer.hits) >= settings.search_hits or self._answer_bytes >= settings.search_answer_bytes

    def _enough(self) -> bool:
        settings = self._settings
        return self._full() or self._answer.bytes >= settings.search_bytes or self._monotonic() >= self._deadline


def _loaded(chunks: Iterable[tuple[int, bytes]]) -> Chunks:
    """Yield chunks whose text is in memory already."""
    for number, text in chunks:
        yield number, functools.partial(bytes, text)


def _kind(log: Log) -> str:
    return "a" if log.state is State.PURGED else "d"


def _groups(found: list[Log]) -> Iterator[list[Log]]:
    """Yield the logs in order: small ones in groups that fit in memory, others alone."""
    group: list[Log] = []
    size = chunks = 0
    for log in found:
        size, chunks = size + log.bytes, chunks + log.next_sequence
        if group and (_kind(log) == "a" or size > _SMALL_BYTES or chunks > _SMALL_CHUNKS):
            yield group
            group, size, chunks = [], log.bytes, log.next_sequence
        group.append(log)
        if _kind(log) == "a":
            yield group
            group, size, chunks = [], 0, 0
    if group:
        yield group
