"""The way out: which logs a caller may see, and their text by page or as a whole, from the store."""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from .. import access
from ..access import Caller, Policy
from ..errors import InvalidInput, LogNotFound, NotAllowed, Overloaded
from ..model import Log, Page, PilotId, Selection, State, Total
from ..ports import StoredLogs
from ..settings import ReadSettings
from ..text.utf8 import character_boundary

_MAX_CHARACTER_BYTES = 4
_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", re.ASCII)


class Position(NamedTuple):
    """Where reading goes on: part, sequence number of the chunk, bytes of it that were read already."""

    part: int = 0
    sequence: int = 0
    offset: int = 0

    @classmethod
    def parse(cls, cursor: object) -> Position:
        """The position of a cursor that ``str`` made; an empty cursor is the start."""
        if cursor == "":
            return cls()
        match = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
        if not match:
            raise InvalidInput("The cursor is not one that getLog gave")
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f"{self.part}.{self.sequence}.{self.offset}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole log: how many bytes at its start are left out because of a limit, and its text, some of it at a time."""

    omitted_bytes: int
    texts: Iterator[str]


def last_lines(text: bytes, lines: int) -> bytes:
    """The last lines of a text; what comes after its last line end counts as a line."""
    start = len(text) - text.endswith(b"\n")
    for _ in range(lines):
        start = text.rfind(b"\n", 0, start)
        if start < 0:
            return text
    return text[start + 1 :]


class LogQuery:
    """Reads logs for callers, within their rights and the limits for one reading."""

    def __init__(self, reader: StoredLogs, settings: ReadSettings):
        self.settings = settings
        self._reader = reader
        self._whole_reads = threading.BoundedSemaphore(max(settings.max_whole_reads, 1))

    def parts(self, caller: Caller, policy: Policy, pilot: PilotId) -> list[Log]:
        """All parts of a log that the caller may read, first to last.

        Raises NotAllowed for who may not, whether or not the log exists; LogNotFound for who may.
        """
        scope = access.scope(caller, policy)
        found = self._reader.find(pilot) if scope.reaches(pilot.vo) else []
        readable = [part for part in found if scope.covers(part)]
        if not readable and not scope.covers_vo(pilot.vo):
            raise NotAllowed(access.REFUSAL)
        if not readable:
            raise LogNotFound("No such log")
        return readable

    def page(self, parts: list[Log], cursor: object, max_bytes: int) -> Page:
        """The text from a cursor on, at most ``max_bytes`` of UTF-8 (4 or more, so that any character fits).

        Raises LogNotFound when the text from there on has left the database.
        """
        chunks, position, at_end = self._collect(parts, Position.parse(cursor), max(max_bytes, _MAX_CHARACTER_BYTES))
        final = at_end and all(part.state is not State.RECEIVING for part in parts)
        return Page(b"".join(chunks).decode(), str(position), at_end, final)

    def tail(self, parts: list[Log], lines: int, max_bytes: int) -> Page:
        """The last lines, as far as ``max_bytes`` go; the cursor is the present end of the log.

        Raises LogNotFound when they have left the database.
        """
        missing, room, texts = lines, max_bytes, []
        for part in reversed(parts):
            first = self._reader.tail_starts(part, missing, room)
            texts.insert(0, b"".join(text for _, text in self._chunks(part, first))[-room:])
            missing, room = missing - texts[0].count(b"\n"), room - len(texts[0])
            if first or missing < 0 or room <= 0:
                break
        text = last_lines(b"".join(texts), lines)
        final = all(part.state is not State.RECEIVING for part in parts)
        end = Position(parts[-1].part, parts[-1].next_sequence)
        return Page(text.decode("utf-8", "ignore"), str(end), True, final)

    def _collect(self, parts: list[Log], position: Position, room: int) -> tuple[list[bytes], Position, bool]:
        chunks: list[bytes] = []
        for part in parts:
            if part.part < position.part:
                continue
            if part.part > position.part:
                position = Position(part.part)
            for sequence, text in self._chunks(part, position.sequence):
                start = character_boundary(text, position.offset) if sequence == position.sequence else 0
                end = character_boundary(text, start + room)
                chunks.append(text[start:end])
                room -= end - start
                if end < len(text):
                    return chunks, Position(part.part, sequence, end), False
                position = Position(part.part, sequence + 1)
        return chunks, position, True

    def whole(self, parts: list[Log]) -> Whole:
        """The whole text as it is now; of a log over the limit, its end. Raises LogNotFound when some of it has left the
        store, also while it is read.
        """
        texts = (text for part in parts for number, text in self._chunks(part) if number < part.next_sequence)
        omitted, rest = _end(texts, sum(part.bytes for part in parts) - self.settings.max_whole_bytes)
        return Whole(omitted, _decoded(rest, self.settings.stream_bytes))

    def whole_text(self, parts: list[Log]) -> tuple[int, str]:
        """``whole`` at once. Raises Overloaded when too many whole logs are being read."""
        if not self._whole_reads.acquire(timeout=self.settings.whole_wait_seconds):
            raise Overloaded("Too many whole logs are being read: try again later, or read by pages")
        try:
            whole = self.whole(parts)
            return whole.omitted_bytes, "".join(whole.texts)
        finally:
            self._whole_reads.release()

    def _chunks(self, part: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """The part's chunks from a number on. Raises LogNotFound where they are purged, also while they are read."""
        for number, text in self._reader.chunks(part, sequence):
            yield number, text
            sequence = number + 1
        if sequence < part.next_sequence:
            raise LogNotFound("The log has left the database; its archived copy is had through getPilotOutput")

    def select(
        self, caller: Caller, policy: Policy, wanted: Selection, order: str, descending: bool, start: int, limit: int
    ) -> tuple[Total, list[Log]]:
        """How many logs match among those that the caller may read, counted up to ``max_counted``, and one page."""
        scope = access.require_selection(caller, policy, wanted)
        limit, most = min(limit, self.settings.max_rows), self.settings.max_counted
        return self._reader.select(scope, wanted, order, descending, start, limit, most)

    def status(self) -> dict:
        """Counts by state, the oldest log that waits for its archiving, and failures by VO."""
        oldest = self._reader.oldest_unarchived()
        return {
            "States": {state.value: number for state, number in self._reader.counts().items()},
            "OldestUnarchived": oldest.isoformat() if oldest else "",
            "ArchiveFailures": self._reader.failures(),
        }


def _end(texts: Iterator[bytes], skipped: int) -> tuple[int, Iterator[bytes]]:
    """(bytes left out, texts) without so many bytes at the start, a character's beginning less at most."""
    omitted = 0
    for text in texts:
        if omitted + len(text) > skipped:
            start = character_boundary(text, max(skipped - omitted, 0))
            return omitted + start, chain((text[start:],), texts)
        omitted += len(text)
    return omitted, iter(())


def _decoded(texts: Iterable[bytes], max_bytes: int) -> Iterator[str]:
    """The texts as strings, none from more than ``max_bytes``; a character may be in two of them."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for text in texts:
        for start in range(0, len(text), max_bytes):
            yield decoder.decode(text[start : start + max_bytes])
    yield decoder.decode(b"", final=True)
