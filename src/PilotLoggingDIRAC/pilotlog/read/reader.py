"""The reader of stored logs: those that a caller may see, and their text by page or as a whole."""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

from .. import access
from ..access import Caller, Policy, Scope
from ..cursors import Cursors
from ..errors import InvalidInput, LogNotFound, NotAllowed, Overloaded
from ..model import Log, PilotId, Selection, State
from ..ports import DestinationProgress, StoredLogs, Total
from ..settings import ReadSettings
from ..text.blocks import blocks
from ..text.utf8 import character_boundary
from .outputs import lines_before

_MAX_CHARACTER_BYTES = 4
#: No pilot has this stamp.
_NO_STAMPS = ("",)
_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", re.ASCII)


class ReadPosition(NamedTuple):
    """A position in a log: part, sequence number of the chunk, bytes of the chunk that were read before."""

    part: int = 0
    sequence: int = 0
    offset: int = 0

    @classmethod
    def parse(cls, cursor: object) -> ReadPosition:
        """Return the position of a cursor that ``str`` made; an empty cursor is the start. Raise InvalidInput."""
        if cursor == "":
            return cls()
        match = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
        if not match:
            raise InvalidInput("The cursor is not one that getLog gave")
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f"{self.part}.{self.sequence}.{self.offset}"


@dataclass(frozen=True, slots=True)
class LogPage:
    """A part of a log's text: text, where to go on, and whether more can come.

    ``cursor`` is opaque to callers. ``at_end`` says that everything stored so far was read; ``final`` that nothing
    more is expected (the log is sealed).
    """

    text: str
    cursor: str
    at_end: bool
    final: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole log: the bytes at its start that a limit leaves out, and an iterator over its text."""

    omitted_bytes: int
    texts: Iterator[str]


def last_lines(text: bytes, lines: int) -> bytes:
    """Return the last lines of a text; text after the last line end counts as a line."""
    start = len(text) - text.endswith(b"\n")
    for _ in range(lines):
        start = text.rfind(b"\n", 0, start)
        if start < 0:
            return text
    return text[start + 1 :]


def _is_cut(text: bytes, later: Sequence[bytes]) -> bool:
    """Return whether the last line of a log has no end yet; it counts as a line."""
    return not any(later) and bool(text) and not text.endswith(b"\n")


class LogReader:
    """The reader of logs, within a caller's rights and the limits of one reading."""

    def __init__(self, reader: StoredLogs, settings: ReadSettings, cursors: Cursors | None = None):
        self.settings = settings
        self.cursors = cursors or Cursors()
        self._reader = reader
        self._whole_reads = threading.BoundedSemaphore(max(settings.max_whole_reads, 1))

    def parts(self, caller: Caller, policy: Policy, pilot: PilotId) -> list[Log]:
        """Return all parts of a log that the caller may read, first to last.

        Raise NotAllowed unless the caller may read the log, whether it exists or not; LogNotFound if it does not
        exist.
        """
        scope = access.scope(caller, policy)
        found = self._reader.find(pilot) if scope.reaches(pilot.vo) else []
        readable = [part for part in found if scope.covers(part)]
        if not readable and not scope.covers_vo(pilot.vo):
            raise NotAllowed(access.REFUSAL)
        if not readable:
            raise LogNotFound("There is no log of this pilot")
        return readable

    def lines_before(self, scope: Scope, logs: Sequence[Log]) -> dict[int, int]:
        """Return, by the ids of these parts of logs, the number of lines that are before theirs in what a caller is
        shown of the log; a part whose text is lost is absent. It takes one query.
        """
        later = {log.pilot.stamp for log in logs if log.part > 0}
        return lines_before(logs, filter(scope.covers, self._reader.find_stamps(sorted(later))))

    def page(self, parts: list[Log], cursor: object, max_bytes: int) -> LogPage:
        """Return the text from a cursor on, at most ``max_bytes`` of UTF-8 (4 or more, so that any character fits).

        Raise LogNotFound when the text from there on has left the database, CursorOutdated.
        """
        start = ReadPosition.parse(self.cursors.take(cursor))
        chunks, position, at_end = self._collect(parts, start, max(max_bytes, _MAX_CHARACTER_BYTES))
        final = at_end and all(part.state is not State.RECEIVING for part in parts)
        return LogPage(b"".join(chunks).decode(), self.cursors.give(str(position)), at_end, final)

    def tail(self, parts: list[Log], lines: int, max_bytes: int) -> LogPage:
        """Return the last lines, at most ``max_bytes`` of them; the cursor is the present end of the log.

        Raise LogNotFound when some of them have left the database; of a log that is received they are left out if they
        are of an earlier part, as its follower wants what comes.
        """
        final = all(part.state is not State.RECEIVING for part in parts)
        missing, room = lines, max_bytes
        texts: list[bytes] = []
        for part in reversed(parts):
            try:
                first, text = self._end_of(part, missing, room)
            except LogNotFound:
                if not texts or (final and missing > 0):
                    raise
                break
            missing, room = missing - text.count(b"\n") - _is_cut(text, texts), room - len(text)
            texts.insert(0, text)
            if first or missing < 0 or room <= 0:
                break
        tail = last_lines(b"".join(texts), lines).decode("utf-8", "ignore")
        end = ReadPosition(parts[-1].part, parts[-1].next_sequence)
        return LogPage(tail, self.cursors.give(str(end)), True, final)

    def _end_of(self, part: Log, lines: int, max_bytes: int) -> tuple[int, bytes]:
        """Return the number of the first chunk with a part's last lines, and the text from there on, at most
        ``max_bytes``. Raise LogNotFound when it has left the database.
        """
        first = self._reader.tail_starts(part, lines, max_bytes)
        chunks = (text for number, text in self._chunks(part, first) if number < part.next_sequence)
        return first, b"".join(chunks)[-max_bytes:]

    def _collect(self, parts: list[Log], position: ReadPosition, room: int) -> tuple[list[bytes], ReadPosition, bool]:
        chunks: list[bytes] = []
        for part in parts:
            if part.part < position.part:
                continue
            if part.part > position.part:
                position = ReadPosition(part.part)
            for sequence, text in self._chunks(part, position.sequence):
                start = character_boundary(text, position.offset) if sequence == position.sequence else 0
                end = character_boundary(text, start + room)
                chunks.append(text[start:end])
                room -= end - start
                if end < len(text):
                    return chunks, ReadPosition(part.part, sequence, end), False
                position = ReadPosition(part.part, sequence + 1)
        return chunks, position, True

    def whole(self, parts: list[Log]) -> Whole:
        """Return the whole text as it is now, or the end of a log over the limit. Raise LogNotFound if some of it has
        left the store, also while it is read.
        """
        texts = (text for part in parts for number, text in self._chunks(part) if number < part.next_sequence)
        omitted, rest = _end(texts, sum(part.bytes for part in parts) - self.settings.max_whole_bytes)
        return Whole(omitted, _decoded(rest, self.settings.stream_bytes))

    def whole_text(self, parts: list[Log]) -> tuple[int, str]:
        """Return ``whole`` in one string. Raise Overloaded when too many whole logs are being read."""
        if not self._whole_reads.acquire(timeout=self.settings.whole_wait_seconds):
            raise Overloaded("Too many whole logs are being read: try again later, or read by pages")
        try:
            whole = self.whole(parts)
            return whole.omitted_bytes, "".join(whole.texts)
        finally:
            self._whole_reads.release()

    def _chunks(self, part: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the part's chunks from a number on. Raise LogNotFound if they are purged, also while they are read."""
        for number, text in self._reader.chunks(part, sequence):
            yield number, text
            sequence = number + 1
        if sequence < part.next_sequence:
            raise LogNotFound("The log has left the database; its archived copy is had through getPilotOutput")

    def select(
        self, caller: Caller, policy: Policy, wanted: Selection, order: str, descending: bool, start: int, limit: int
    ) -> tuple[Total, list[Log]]:
        """Return the number of selected logs that the caller may read, counted up to ``max_counted``, and one page of
        them.
        """
        scope = access.require_scope(caller, policy)
        limit, most = min(limit, self.settings.max_rows), self.settings.max_counted
        resolved = self.named(scope, wanted)
        total, found = self._reader.select(scope, resolved, order, descending, start, limit, most)
        return replace(total, more=total.more or self.is_cut(wanted, resolved)), found

    def named(self, scope: Scope, wanted: Selection) -> Selection:
        """Return a selection with the stamps that its part of a name means, at most ``max_rows`` of them.

        They are looked up with the rest of the selection: it may leave none of any ``max_rows`` with that part.
        """
        return self._named(scope, wanted, self.settings.max_rows)

    def every_named(self, scope: Scope, wanted: Selection) -> Selection:
        """Return ``named``, for answers that would not tell whose logs they leave out. Raise InvalidInput if more than
        ``max_rows`` pilots have the part of a name.
        """
        most = self.settings.max_rows
        resolved = self._named(scope, wanted, most + 1)
        if wanted.name and len(resolved.stamps) > most:
            raise InvalidInput(f"More than {most:,} pilots have this part of a name: give a longer one")
        return resolved

    def _named(self, scope: Scope, wanted: Selection, limit: int) -> Selection:
        if not wanted.name:
            return wanted
        stamps = self._reader.named(scope, wanted, limit)
        return replace(wanted, name="", stamps=tuple(stamps) or _NO_STAMPS)

    def is_cut(self, wanted: Selection, resolved: Selection) -> bool:
        """Return whether more pilots may have the part of a name than those whose stamps were taken."""
        return bool(wanted.name) and len(resolved.stamps) >= self.settings.max_rows

    def status(self) -> dict[str, Any]:
        """Return the logs by state, the last time of the log that waits longest for its archive, by VO the failures and
        the lost copies, and the destinations that logs are forwarded to.
        """
        oldest = self._reader.oldest_unarchived()
        return {
            "States": {state.value: number for state, number in self._reader.counts().items()},
            "OldestUnarchived": oldest.isoformat() if oldest else "",
            "ArchiveFailures": self._reader.failures(),
            "LostCopies": self._reader.lost_copies(),
            "Destinations": {each.name: _progress(each) for each in self._reader.destinations()},
        }


def _progress(found: DestinationProgress) -> dict[str, Any]:
    """Return a destination's progress for ``getStatus``; a time that there is not is empty."""
    return {
        "CaughtUpAt": (found.caught_up_at or found.began).isoformat(),
        "FailingSince": found.failing_since.isoformat() if found.failing_since else "",
        "Error": found.error,
        "Records": found.records,
        "Rejected": found.rejected,
        "Reason": found.reason,
    }


def _end(texts: Iterator[bytes], skipped: int) -> tuple[int, Iterator[bytes]]:
    """Return (bytes left out, texts) after skipping bytes at the start, up to a whole character."""
    omitted = 0
    for text in texts:
        if omitted + len(text) > skipped:
            start = character_boundary(text, max(skipped - omitted, 0))
            return omitted + start, chain((text[start:],), texts)
        omitted += len(text)
    return omitted, iter(())


def _decoded(texts: Iterable[bytes], max_bytes: int) -> Iterator[str]:
    """Yield the texts as strings, each from ``max_bytes`` at most; a character may extend over two texts."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for text in blocks(texts, max_bytes):
        for start in range(0, len(text), max_bytes):
            yield decoder.decode(text[start : start + max_bytes])
    yield decoder.decode(b"", final=True)
