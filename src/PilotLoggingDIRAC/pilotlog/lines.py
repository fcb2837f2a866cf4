"""The limit for the length of a line, also of one that comes in many messages.

A line that is longer is cut, a marker says so at once, and another at the line's end says how much is missing; of a
line whose end never comes, the log's count of dropped bytes tells.
"""

from __future__ import annotations

from typing import NamedTuple

from .text.utf8 import character_boundary


class Line(NamedTuple):
    """The present line: how many bytes of it are stored, and how many were dropped behind them."""

    stored: int = 0
    dropped: int = 0


def limit(line: Line, text: bytes, max_bytes: int) -> tuple[bytes, Line, int]:
    """Text whose lines have ``max_bytes`` at most, the present line behind it, and how many bytes were dropped."""
    if not line.dropped and line.stored + len(text) <= max_bytes:
        return text, _behind(line, text), 0
    pieces: list[bytes] = []
    at = total = 0
    while at < len(text):
        if not line.dropped:
            at, line = _fitting(line, text, at, max_bytes, pieces)
        if at < len(text):
            at, line, dropped = _drop(line, text, at, pieces)
            total += dropped
    return b"".join(pieces), line, total


def _behind(line: Line, text: bytes) -> Line:
    last = text.rfind(b"\n")
    return Line(line.stored + len(text)) if last < 0 else Line(len(text) - last - 1)


def _fitting(line: Line, text: bytes, at: int, max_bytes: int, pieces: list[bytes]) -> tuple[int, Line]:
    """Store what fits, up to the beginning of what does not."""
    while at < len(text):
        room = max(max_bytes - line.stored, 0)
        end = text.rfind(b"\n", at, at + room + 1) + 1
        if not end and at + room < len(text):
            cut = max(at, character_boundary(text, at + room))
            pieces += [text[at:cut], b" [the line goes on, over the limit of %d bytes]" % max_bytes]
            return cut, Line(line.stored + cut - at)
        end = end or len(text)
        pieces.append(text[at:end])
        at, line = end, _behind(line, text[at:end])
    return at, line


def _drop(line: Line, text: bytes, at: int, pieces: list[bytes]) -> tuple[int, Line, int]:
    """Drop the rest of the line, as far as the text has it."""
    end = text.find(b"\n", at)
    if end < 0:
        return len(text), Line(line.stored, line.dropped + len(text) - at), len(text) - at
    pieces.append(b" [%d bytes are missing]\n" % (line.dropped + end - at))
    return end + 1, Line(), end - at
