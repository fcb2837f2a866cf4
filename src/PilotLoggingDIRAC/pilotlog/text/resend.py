"""The resend rule: text that a pilot sends again, because no answer reached it, is stored once.

A stock pilot without an answer sends its text again, later with more text behind it. A log remembers the length and a
keyed hash of the raw text of its last messages. If a message begins with exactly such a text, only the rest is stored.
The rule applies to messages with a time-stamped pilot line or at least ``MIN_PLAIN_BYTES``: shorter output of programs
is more likely an honest repetition. Each log has a random key of its own, so hashes do not show that two logs have
equal text.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import struct
from dataclasses import dataclass

REMEMBERED = 8
MIN_PLAIN_BYTES = 1024

_KEY_BYTES = 16
_HASH_BYTES = 16
_MARKER = struct.Struct(f">I{_HASH_BYTES}s")

#: ``2026-11-21T08:10:11.123456Z`` is the pilot's time; its wrapper writes a comma for the point.
_PILOT_LINE = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+Z ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Memory:
    """The last messages of one log, oldest first: (length in bytes, keyed hash of the raw text)."""

    key: bytes
    markers: tuple[tuple[int, bytes], ...] = ()

    @classmethod
    def new(cls) -> Memory:
        """Return the memory of a log that has received nothing yet."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def load(cls, packed: bytes) -> Memory:
        """Return the memory that ``dump`` packed; a new one for empty bytes."""
        if not packed:
            return cls.new()
        return cls(packed[:_KEY_BYTES], tuple(_MARKER.iter_unpack(packed[_KEY_BYTES:])))

    def dump(self) -> bytes:
        """Return the memory as bytes for the log's row, at most 176."""
        return self.key + b"".join(_MARKER.pack(*marker) for marker in self.markers)


def receive(memory: Memory, text: bytes) -> tuple[int, Memory]:
    """Return the number of bytes at the start of ``text`` that were received before, and the new memory."""
    hashes = _prefix_hashes(memory.key, text, {length for length, _ in memory.markers} | {len(text)})
    known = [length for length, seen in memory.markers if hashes.get(length) == seen]
    repeated = max(known, default=0)
    if repeated == len(text) or not _is_marked(text):
        return repeated, memory
    marker = (len(text), hashes[len(text)])
    return repeated, Memory(memory.key, (*memory.markers, marker)[-REMEMBERED:])


def _prefix_hashes(key: bytes, text: bytes, lengths: set[int]) -> dict[int, bytes]:
    """Return the hash of each prefix of ``text`` with one of the lengths, in one pass."""
    state, done, hashes = hashlib.blake2b(key=key, digest_size=_HASH_BYTES), 0, {}
    view = memoryview(text)
    for length in sorted(length for length in lengths if length <= len(text)):
        state.update(view[done:length])
        done, hashes[length] = length, state.copy().digest()
    return hashes


def _is_marked(text: bytes) -> bool:
    return len(text) >= MIN_PLAIN_BYTES or _PILOT_LINE.search(text) is not None
