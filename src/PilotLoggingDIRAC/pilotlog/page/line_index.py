"""Random access to a long text by line and by byte: sums over its chunks tell which of them hold what is wanted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Chunks = Callable[[int], Iterator[bytes]]
"""``chunks(n)`` gives the text chunk by chunk, from the n-th on."""


class Index:
    """Where each chunk of a text begins. Grows at its end only, so that one thread may extend it while others read."""

    def __init__(self) -> None:
        self._lines = [0]
        self._bytes = [0]

    def extend(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Add chunks behind those that are there: (ends of lines, bytes) of each."""
        for lines, size in sizes:
            self._lines.append(self._lines[-1] + lines)
            self._bytes.append(self._bytes[-1] + size)  # last, as ``chunks`` counts these

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self._bytes) - 1

    @property
    def lines(self) -> int:
        """Ends of lines in all chunks: text behind the last one is a line that has not ended."""
        return self._lines[self.chunks]

    @property
    def bytes(self) -> int:
        """Bytes in all chunks."""
        return self._bytes[-1]

    def lines_before(self, chunk: int) -> int:
        """Ends of lines before a chunk."""
        return self._lines[chunk]

    def bytes_before(self, chunk: int) -> int:
        """Bytes before a chunk."""
        return self._bytes[chunk]

    def lines_in(self, chunk: int) -> int:
        """Ends of lines in a chunk."""
        return self._lines[chunk + 1] - self._lines[chunk]

    def size(self, chunk: int) -> int:
        """Bytes in a chunk."""
        return self._bytes[chunk + 1] - self._bytes[chunk]

    def of_line(self, line: int) -> int:
        """The chunk that holds the end of the line before this one (counted from 0), so that it begins there or behind."""
        return max(bisect_left(self._lines, line, hi=self.chunks + 1) - 1, 0)

    def of_byte(self, place: int) -> int:
        """The chunk that holds the byte at a place; the number of chunks for a place behind the end."""
        return bisect_right(self._bytes, place) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end. ``bytes`` is its whole length; ``text`` may hold only the beginning of it."""

    text: bytes
    bytes: int


class _Open:
    """A line that is being put together, of which not more than a limit is kept."""

    def __init__(self, limit: int):
        self._limit = limit
        self._kept = b""
        self.bytes = 0

    @property
    def full(self) -> bool:
        return self.bytes >= self._limit

    def add(self, text: bytes) -> None:
        self._kept += text[: max(self._limit - self.bytes, 0)]
        self.bytes += len(text)

    def skip(self, size: int) -> None:
        self.bytes += size

    def end(self) -> Line:
        line = Line(self._kept, self.bytes)
        self._kept, self.bytes = b"", 0
        return line


class LineReader:
    """Lines of a text, bounded: long lines are cut, and what is not needed of a line is not even read."""

    def __init__(self, index: Index, chunks: Chunks, max_line_bytes: int, max_bytes: int):
        """``max_bytes`` bounds one answer, which has one line at least."""
        self._index = index
        self._chunks = chunks
        self._max_line_bytes = max_line_bytes
        self._max_bytes = max_bytes

    def read(self, first: int, number: int) -> list[Line]:
        """At most so many lines from one on (counted from 0); the last of them may be a line that has not ended."""
        lines: list[Line] = []
        room, line = self._max_bytes, _Open(self._max_line_bytes)
        for text in self._from_line(first, line):
            start = 0
            while (end := text.find(b"\n", start)) >= 0:
                line.add(text[start:end])
                lines.append(line.end())
                room, start = room - len(lines[-1].text), end + 1
                if len(lines) == number or room <= 0:
                    return lines
            line.add(text[start:])
        return [*lines, line.end()] if line.bytes else lines

    def _from_line(self, first: int, line: _Open) -> Iterator[bytes]:
        """The chunks from a line's begin on; those that only continue a line which is cut already are passed over."""
        chunk = self._index.of_line(first)
        skip, texts = first - self._index.lines_before(chunk), self._chunks(chunk)
        while chunk < self._index.chunks:
            if line.full and not self._index.lines_in(chunk):
                line.skip(self._index.size(chunk))
                chunk, texts = chunk + 1, None
                continue
            texts = texts or self._chunks(chunk)
            text = next(texts, None)
            if text is None:
                return
            yield _after_lines(text, skip)
            chunk, skip = chunk + 1, 0


def _after_lines(text: bytes, number: int) -> bytes:
    """What is behind so many ends of lines; nothing when there are fewer."""
    if number == 0:
        return text
    parts = text.split(b"\n", number)
    return parts[number] if len(parts) > number else b""
