"""The state of the stream between two messages of a log, packed for the log's row."""

from __future__ import annotations

import struct
from typing import NamedTuple

from .swallow import Opened

#: At most this much of the present line is kept, as it stands in the log.
CONTEXT_BYTES = 512

_VERSION = 4
#: Versions whose secrets are all known here: those before had fewer kinds.
_KNOWN = (1, 2, 3, 4)
_HEAD = struct.Struct(">BcIIBBB")
_NONE = b"-"


class Carry(NamedTuple):
    """The end of the present line as stored, and the secret that is open, if any."""

    context: bytes = b""
    opened: Opened | None = None

    @classmethod
    def load(cls, packed: bytes) -> Carry:
        """Return what ``dump`` packed; of nothing, or of a version that is not known, the start of a log."""
        if len(packed) < _HEAD.size or packed[0] not in _KNOWN:
            return cls()
        _, kind, left, count, rule, stop, tail = _HEAD.unpack_from(packed)
        words, at = [], _HEAD.size
        for length in (rule, stop, tail):
            words.append(packed[at : at + length])
            at += length
        opened = None if kind == _NONE else Opened(words[0], kind, words[1], words[2], left, count)
        return cls(packed[at:], opened)

    def dump(self) -> bytes:
        """Return at most 800 bytes; none when the text ended with a line and nothing is open."""
        if not self.context and not self.opened:
            return b""
        opened = self.opened or Opened(b"", _NONE)
        words = (opened.rule, opened.stop, opened.tail)
        head = _HEAD.pack(_VERSION, opened.kind, opened.left, min(opened.number, 2**32 - 1), *map(len, words))
        return head + b"".join(words) + self.context


def present_line(context: bytes, stored: bytes) -> bytes:
    """Return the end of the present line when ``stored`` has come after ``context``."""
    last = stored.rfind(b"\n") + 1
    line = stored[max(last, len(stored) - CONTEXT_BYTES) :]
    return line if last else (context + line)[-CONTEXT_BYTES:]
