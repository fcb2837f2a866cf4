"""Matching lines of a text that comes in chunks cut anywhere, with the lines around them.

A hit is found once, however the text was cut and wherever a search stopped and continued.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .pattern import Finder


class SearchPosition(NamedTuple):
    """The position from which a search continues: a chunk, bytes of it to skip, the number of the line there (from 0),
    and the number of the first line not searched yet. Lines before that are read as context only.
    """

    sequence: int = 0
    offset: int = 0
    line: int = 0
    done: int = 0


_START = SearchPosition()
#: What an answer has beside the text of a line.
_BESIDE_LINE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Hit:
    """A line with a match: its number from 1, its text without the line end, the offset of the match, and the lines
    around it.
    """

    line: int
    text: bytes
    match: int
    before: tuple[bytes, ...] = ()
    after: tuple[bytes, ...] = ()

    def shown_bytes(self, most_of_line: int) -> int:
        """Return about how much the hit takes in an answer that has ``most_of_line`` bytes of a line."""
        lines = (self.text, *self.before, *self.after)
        return sum(min(len(line), most_of_line) + _BESIDE_LINE_BYTES for line in lines)


class LineFinder:
    """The search of one text: ``feed`` it chunk by chunk and take ``hits`` after each; at the end
    ``hits(last=True)``.
    """

    def __init__(self, find: Finder, context: int, max_line_bytes: int, place: SearchPosition = _START):
        """Create the finder. It returns ``context`` lines before and after a hit. A line over ``max_line_bytes`` is
        searched in several steps.
        """
        self._find = find
        self._context = context
        self._max_line_bytes = max_line_bytes
        self._start = place
        self._new: list[bytes] = []
        self._buffer = b""
        self._chunks: list[tuple[int, int, int]] = []  # (start in the buffer, sequence, offset)
        self._size = 0
        self._from = 0  # start in the buffer of the first line that was not searched
        self._line = place.line  # its number
        self._behind = place.done - place.line  # lines to come that were searched before
        self.stopped = False

    @property
    def waiting_bytes(self) -> int:
        """Return the number of bytes that were fed since the last ``hits``."""
        return self._size - len(self._buffer)

    @property
    def place(self) -> SearchPosition:
        """Return the position from which to continue, after the last hit that was taken."""
        return self._start._replace(done=self._line + self._behind)

    def feed(self, sequence: int, text: bytes, offset: int = 0) -> None:
        """Take the next chunk, from ``offset`` on."""
        text = text[offset:] if offset else text
        self._chunks.append((self._size, sequence, offset))
        self._new.append(text)
        self._size += len(text)

    def hits(self, last: bool = False, enough: Callable[[], bool] = lambda: False) -> Iterator[Hit]:
        """Yield the hits whose following lines are there too; all hits at the ``last`` call.

        A caller may stop at any hit and continue from ``place``. Stop, and set ``stopped``, when ``enough()`` says so
        after a look; that of a slow pattern is short.
        """
        self._join()
        self._skip_searched()
        end = self._searchable(last)
        while self._from < end:
            hit = self._next(end, last)
            if hit:
                yield hit
            elif self._from < end and enough():
                self.stopped = True
                break
        self._drop()

    def _join(self) -> None:
        if self._new:
            self._buffer = b"".join([self._buffer, *self._new])
            self._new = []

    def _skip_searched(self) -> None:
        while self._behind and (end := self._buffer.find(b"\n", self._from)) >= 0:
            self._from, self._line, self._behind = end + 1, self._line + 1, self._behind - 1

    def _searchable(self, last: bool) -> int:
        """Return the end of the lines that can be searched now."""
        if self._behind:  # the unfinished last line was searched before too
            return self._from
        if last:
            return len(self._buffer)
        end = len(self._buffer)
        for _ in range(self._context + 1):
            end = self._buffer.rfind(b"\n", self._from, end)
            if end < 0:
                too_long = len(self._buffer) - self._from > self._max_line_bytes * (self._context + 1)
                return len(self._buffer) if too_long else self._from
        return end + 1

    def _next(self, end: int, last: bool) -> Hit | None:
        """Look for the next hit before ``end`` and move after it; None if this look found none."""
        looked_at, behind = self._look(end)
        match = self._find(self._buffer, self._from, looked_at)
        if match < 0:
            self._move(behind)
            return None
        start = self._buffer.rfind(b"\n", self._from, match) + 1 or self._from
        stop = self._buffer.find(b"\n", match, end)
        stop = end if stop < 0 else stop
        number = self._line + self._buffer.count(b"\n", self._from, start)
        hit = Hit(number + 1, self._buffer[start:stop], match - start, self._before(start), self._after(stop))
        self._move(min(stop + 1, end))
        self._line += last and stop == end
        return hit

    def _look(self, end: int) -> tuple[int, int]:
        """Return the end of one look, and where the next one begins: whole lines, or halves of a look at a long one."""
        size = self._find.look_bytes
        if end - self._from <= size:
            return end, end
        stop = self._buffer.rfind(b"\n", self._from, self._from + size) + 1
        return (stop, stop) if stop else (self._from + size, self._from + size - size // 2)

    def _move(self, to: int) -> None:
        self._line += self._buffer.count(b"\n", self._from, to)
        self._from = to

    def _before(self, start: int) -> tuple[bytes, ...]:
        lines: list[bytes] = []
        while len(lines) < self._context and start > 0:
            begin = self._buffer.rfind(b"\n", 0, start - 1) + 1
            lines.append(self._buffer[begin : start - 1])
            start = begin
        return tuple(reversed(lines))

    def _after(self, stop: int) -> tuple[bytes, ...]:
        lines: list[bytes] = []
        while len(lines) < self._context and stop + 1 < len(self._buffer):
            end = self._buffer.find(b"\n", stop + 1)
            end = len(self._buffer) if end < 0 else end
            lines.append(self._buffer[stop + 1 : end])
            stop = end
        return tuple(lines)

    def _drop(self) -> None:
        """Drop the text that is neither to be searched nor context of later lines."""
        begin = self._needed_from()
        if begin == 0:
            return
        line = self._line - self._buffer.count(b"\n", begin, self._from)
        index = bisect_right(self._chunks, (begin, float("inf"), 0)) - 1
        at, sequence, offset = self._chunks[index]
        self._start = SearchPosition(sequence, offset + begin - at, line, line)
        self._chunks = [(max(where - begin, 0), number, skipped) for where, number, skipped in self._chunks[index:]]
        self._chunks[0] = (0, sequence, offset + begin - at)
        self._buffer = self._buffer[begin:]
        self._size -= begin
        self._from -= begin

    def _needed_from(self) -> int:
        """Return the start of the context of later lines; within a line that was too long there is none."""
        begin = self._from
        if begin and self._buffer[begin - 1 : begin] != b"\n":
            return begin
        for _ in range(self._context):
            if begin == 0:
                break
            begin = self._buffer.rfind(b"\n", 0, begin - 1) + 1
        return begin
