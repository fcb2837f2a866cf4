"""What of a pilot's text is kept: without secrets, lines not too long, and no more than a log may have."""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass
from datetime import datetime

from .. import lines
from ..lines import Line
from ..missing import marked_line
from ..model import Log
from ..settings import KeepSettings
from .redaction.redactor import Redactor
from .redaction.redactor import default as default_redactor
from .utf8 import character_boundary

_LEAST_LINE_BYTES = 1024
_PACKED_LINE = struct.Struct(">IQ")


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a text is stored, the state of the stream behind it, and how many bytes a limit left out."""

    text: bytes
    carry: bytes
    dropped: int = 0


class Keeping:
    """The rules for what is kept; one is made once and used for all logs."""

    def __init__(self, redactor: Redactor, settings: KeepSettings):
        self._redactor = redactor
        self._max_line_bytes = max(settings.max_line_bytes, _LEAST_LINE_BYTES)
        self._max_log_bytes = settings.max_log_bytes

    def keep(self, log: Log, text: bytes, received: datetime) -> Kept:
        """What of a text that comes behind all that the log has is stored."""
        if log.bytes > self._max_log_bytes:
            return Kept(b"", log.carry, len(text))
        line, carry = _load(log.carry)
        text, carry = self._redactor.redact(carry, text)
        text, line, dropped = lines.limit(line, text, self._max_line_bytes)
        return self._within_log(log, Kept(text, _dump(line, carry), dropped), received)

    def _within_log(self, log: Log, kept: Kept, received: datetime) -> Kept:
        """Only what the log has room for; the marked line that tells of it brings the log over its limit for good."""
        room = self._max_log_bytes - log.bytes
        if len(kept.text) <= room:
            return kept
        cut = character_boundary(kept.text, room)
        told = f"The log has reached its limit of {self._max_log_bytes} bytes: what follows is counted, not stored"
        left_out = len(kept.text) - cut
        return Kept(kept.text[:cut] + marked_line(received, told), kept.carry, kept.dropped + left_out)


@functools.cache
def default() -> Keeping:
    """What is kept where the configuration says nothing."""
    return Keeping(default_redactor(), KeepSettings())


def _load(packed: bytes) -> tuple[Line, bytes]:
    if len(packed) < _PACKED_LINE.size:
        return Line(), b""
    return Line(*_PACKED_LINE.unpack_from(packed)), packed[_PACKED_LINE.size :]


def _dump(line: Line, carry: bytes) -> bytes:
    return _PACKED_LINE.pack(*line) + carry if any(line) or carry else b""
