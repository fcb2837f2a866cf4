"""The text that is stored: without secrets, and within the limits of a line and of a log.

A line over the limit is cut. A marker says so at the cut, and another at the line's end gives the number of missing
bytes. If the line's end never comes, the log's count of dropped bytes has them.
"""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ..model import Log
from ..settings import TextSettings
from .marked_line import marked_line
from .redaction.redactor import Redactor
from .redaction.redactor import default as default_redactor
from .utf8 import character_boundary

_LEAST_LINE_BYTES = 1024
_PACKED_LINE = struct.Struct(">IQ")


@dataclass(frozen=True, slots=True)
class FilteredText:
    """The text to store, the log's new carry, and the number of bytes that a limit dropped."""

    text: bytes
    carry: bytes
    dropped: int = 0


class TextFilter:
    """Filter of pilots' text: takes out secrets and text over a limit. One filter serves all logs."""

    def __init__(self, redactor: Redactor, settings: TextSettings):
        self._redactor = redactor
        self._max_line_bytes = max(settings.max_line_bytes, _LEAST_LINE_BYTES)
        self._max_log_bytes = settings.max_log_bytes

    def filter(self, log: Log, text: bytes, received: datetime, notice: bytes = b"") -> FilteredText:
        """Return the part of the log's next text that is stored, after a ``notice`` of our own."""
        if log.bytes > self._max_log_bytes:
            return FilteredText(b"", log.carry, len(text))
        line, carry = _load(log.carry)
        text, carry = self._redactor.redact(carry, text)
        text, line, dropped = limit(line, text, self._max_line_bytes)
        return self._within_log(log, FilteredText(notice + text, _dump(line, carry), dropped), received)

    def _within_log(self, log: Log, new: FilteredText, received: datetime) -> FilteredText:
        """Cut the text at the log's limit. The marked line about it brings the log over the limit for good."""
        room = self._max_log_bytes - log.bytes
        if len(new.text) <= room:
            return new
        cut = character_boundary(new.text, room)
        told = f"The log has reached its limit of {self._max_log_bytes} bytes: what follows is counted, not stored"
        left_out = len(new.text) - cut
        return FilteredText(new.text[:cut] + marked_line(received, told), new.carry, new.dropped + left_out)


@functools.cache
def default() -> TextFilter:
    """Return the filter with default settings."""
    return TextFilter(default_redactor(), TextSettings())


def is_within_line(carry: bytes) -> bool:
    """Return whether the text of a log so far ends within a line."""
    return any(_load(carry)[0])


def _load(packed: bytes) -> tuple[Line, bytes]:
    if len(packed) < _PACKED_LINE.size:
        return Line(), b""
    return Line(*_PACKED_LINE.unpack_from(packed)), packed[_PACKED_LINE.size :]


def _dump(line: Line, carry: bytes) -> bytes:
    return _PACKED_LINE.pack(*line) + carry if any(line) or carry else b""


class Line(NamedTuple):
    """The present line: the bytes of it that are stored, and those that were dropped after them."""

    stored: int = 0
    dropped: int = 0


def limit(line: Line, text: bytes, max_bytes: int) -> tuple[bytes, Line, int]:
    """Return the text with lines of at most ``max_bytes``, the present line at its end, and the bytes dropped."""
    if not line.dropped and line.stored + len(text) <= max_bytes:
        return text, _behind(line, text), 0
    stored: list[bytes] = []
    at = total = 0
    while at < len(text):
        if not line.dropped:
            at, line = _fitting(line, text, at, max_bytes, stored)
        if at < len(text):
            at, line, dropped = _drop(line, text, at, stored)
            total += dropped
    return b"".join(stored), line, total


def _behind(line: Line, text: bytes) -> Line:
    last = text.rfind(b"\n")
    return Line(line.stored + len(text)) if last < 0 else Line(len(text) - last - 1)


def _fitting(line: Line, text: bytes, at: int, max_bytes: int, stored: list[bytes]) -> tuple[int, Line]:
    """Store the text up to the first byte that does not fit."""
    while at < len(text):
        room = max(max_bytes - line.stored, 0)
        end = text.rfind(b"\n", at, at + room + 1) + 1
        if not end and at + room < len(text):
            cut = max(at, character_boundary(text, at + room))
            stored += [text[at:cut], b" [the line goes on, over the limit of %d bytes]" % max_bytes]
            return cut, Line(line.stored + cut - at)
        end = end or len(text)
        stored.append(text[at:end])
        at, line = end, _behind(line, text[at:end])
    return at, line


def _drop(line: Line, text: bytes, at: int, stored: list[bytes]) -> tuple[int, Line, int]:
    """Drop the rest of the line, up to its end or the end of the text."""
    end = text.find(b"\n", at)
    if end < 0:
        return len(text), Line(line.stored, line.dropped + len(text) - at), len(text) - at
    stored.append(b" [%d bytes are missing]\n" % (line.dropped + end - at))
    return end + 1, Line(), end - at
