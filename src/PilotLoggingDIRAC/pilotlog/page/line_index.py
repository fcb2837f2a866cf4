"""Random access to a long text by line and by byte, through sums over its chunks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..text.terminal_lines import squeezed

#: How many bytes that are looked at and not shown take as much time as one that is shown.
_LOOKED_PER_SHOWN = 16

Chunks = Callable[[int], Iterator[bytes]]
"""``chunks(n)`` gives the text chunk by chunk, from the n-th on."""


class LineIndex:
    """The first line and byte of each chunk of a text. It grows only at its end, so one thread may extend it while
    others read.
    """

    def __init__(self) -> None:
        self._lines = [0]
        self._bytes = [0]

    def extend(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Add chunks at the end: (line ends, bytes) of each."""
        for lines, size in sizes:
            self._lines.append(self._lines[-1] + lines)
            self._bytes.append(self._bytes[-1] + size)  # last, as ``chunks`` counts these

    @property
    def chunks(self) -> int:
        """Return the number of chunks."""
        return len(self._bytes) - 1

    @property
    def lines(self) -> int:
        """Return the number of line ends in all chunks; text after the last one is an unfinished line."""
        return self._lines[self.chunks]

    @property
    def bytes(self) -> int:
        """Return the number of bytes in all chunks."""
        return self._bytes[-1]

    def lines_before(self, chunk: int) -> int:
        """Return the number of line ends before a chunk."""
        return self._lines[chunk]

    def bytes_before(self, chunk: int) -> int:
        """Return the bytes before a chunk."""
        return self._bytes[chunk]

    def lines_in(self, chunk: int) -> int:
        """Return the number of line ends in a chunk."""
        return self._lines[chunk + 1] - self._lines[chunk]

    def size(self, chunk: int) -> int:
        """Return the bytes in a chunk."""
        return self._bytes[chunk + 1] - self._bytes[chunk]

    def of_line(self, line: int) -> int:
        """Return the chunk with the end of the preceding line (counted from 0); the line begins in that chunk or the
        next.
        """
        return max(bisect_left(self._lines, line, hi=self.chunks + 1) - 1, 0)

    def of_byte(self, place: int) -> int:
        """Return the chunk with a byte; the number of chunks for a byte after the end."""
        return bisect_right(self._bytes, place) - 1


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line without its line end. ``bytes`` is its whole length; ``text`` may hold less, see ``squeezed``."""

    text: bytes
    bytes: int


class _Open:
    """A line under construction, of which at most ``looked`` bytes are looked at, and ``limit`` shown. ``cost`` sums up
    the lines that have ended, in bytes that are shown.
    """

    def __init__(self, limit: int, looked: int):
        self._limit = limit
        self._looked = max(limit, looked)
        self._kept: list[bytes] = []
        self.bytes = 0
        self.cost = 0

    @property
    def full(self) -> bool:
        return self.bytes >= self._looked

    def add(self, text: bytes) -> None:
        self._kept.append(text[: max(self._looked - self.bytes, 0)])
        self.bytes += len(text)

    def skip(self, size: int) -> None:
        self.bytes += size

    def end(self) -> ShownLine:
        line = ShownLine(squeezed(b"".join(self._kept), self._limit), self.bytes)
        self.cost += max(len(line.text), min(self.bytes, self._looked) // _LOOKED_PER_SHOWN)
        self._kept, self.bytes = [], 0
        return line


@dataclass(frozen=True, slots=True)
class LineReader:
    """The lines of a text, within limits: long lines are cut, and chunks that are not needed are not read.

    ``max_bytes`` limits one answer, which has at least one line; what is looked at and not shown counts, too. Of a line
    that is cut, the last states and the headers are among its first ``looked_bytes``.
    """

    index: LineIndex
    chunks: Chunks
    max_line_bytes: int
    max_bytes: int
    looked_bytes: int = 0

    def read(self, first: int, number: int) -> list[ShownLine]:
        """Return at most ``number`` lines from ``first`` (counted from 0) on; the last one may be unfinished."""
        lines: list[ShownLine] = []
        line = _Open(self.max_line_bytes, self.looked_bytes)
        for text in self._from_line(first, line):
            start = 0
            while (end := text.find(b"\n", start)) >= 0:
                line.add(text[start:end])
                lines.append(line.end())
                start = end + 1
                if len(lines) == number or line.cost >= self.max_bytes:
                    return lines
            line.add(text[start:])
        return [*lines, line.end()] if line.bytes else lines

    def _from_line(self, first: int, line: _Open) -> Iterator[bytes]:
        """Yield the text from a line's start on; skip chunks that only continue a line which is already cut."""
        chunk = self.index.of_line(first)
        skip = first - self.index.lines_before(chunk)
        texts: Iterator[bytes] | None = self.chunks(chunk)
        while chunk < self.index.chunks:
            if line.full and not self.index.lines_in(chunk):
                line.skip(self.index.size(chunk))
                chunk, texts = chunk + 1, None
                continue
            texts = texts or self.chunks(chunk)
            text = next(texts, None)
            if text is None:
                return
            yield _after_lines(text, skip)
            chunk, skip = chunk + 1, 0


def _after_lines(text: bytes, number: int) -> bytes:
    """Return the text after ``number`` line ends; empty if there are fewer."""
    if number == 0:
        return text
    parts = text.split(b"\n", number)
    return parts[number] if len(parts) > number else b""
