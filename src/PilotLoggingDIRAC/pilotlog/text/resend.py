"""The resend rule: text that a pilot sends again, because no answer reached it, is stored once.

A stock pilot that got no answer keeps its text and sends it again, later with more after it. A log remembers of its
last messages the length and a keyed hash of the raw text; a message that begins with exactly such a message may be
that one, sent again. It is, if the earlier message held a time-stamped line of the pilot. Text without such a line is
as likely to be repeated by a program, and to lose it is worse than to have it twice: it counts as sent again only if it
comes from the same address, with nothing else from there in between, and the answer to the earlier message may not have
arrived.
The key is the log's own, random, so that equal texts of two logs can't be told from their hashes.
"""

from __future__ import annotations

import re
import secrets
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ..model import Batch, Delivery
from . import beginnings

REMEMBERED = 8

_KEY_BYTES = 16
_CHECK_BYTES = 4
_SENDER_BYTES = 3
_NOBODY = bytes(_SENDER_BYTES)
_UNKNOWN = (0, _NOBODY, False)
_MARKER = struct.Struct(f">I{beginnings.HASH_BYTES}s")
_ANSWER = struct.Struct(f">Q{_SENDER_BYTES}s?")

#: ``2026-11-21T08:10:11.123456Z`` as the pilot writes it, with a comma as its wrapper does.
_PILOT_LINE = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+Z ", re.MULTILINE)


class Guess(StrEnum):
    """Words for text without a time stamp that counts as sent again: because it is known that the answer to the first
    did not arrive, or because that is not known.
    """

    UNANSWERED = "are left out here: sent again after a message that was not answered"
    UNKNOWN = "may be missing here: left out as sent again after a message whose answer may not have arrived"


_Marker = tuple[int, bytes]
"""Length in bytes and keyed hash of a message's raw text."""

_Answer = tuple[int, bytes, bool]
"""A message's name (0 is none), a checksum of its sender, and whether that has the answer, as far as can be known."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The last messages of one log, oldest first: what marks them, and what is known of the answers to them."""

    key: bytes
    markers: tuple[_Marker, ...] = ()
    answers: tuple[_Answer, ...] = ()

    @classmethod
    def new(cls) -> Memory:
        """Return the memory of a log that has received nothing yet."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def load(cls, packed: bytes, answers: bytes = b"") -> Memory:
        """Return the memory that ``dump`` and ``dump_answers`` packed; of nothing, a new one.

        Without ``answers``, or with those of other messages, nothing is known of the answers: a collector of the
        version before does not write them.
        """
        if not packed:
            return cls.new()
        markers = tuple(_MARKER.iter_unpack(packed[_KEY_BYTES:]))
        is_theirs = answers[:_CHECK_BYTES] == packed[-_CHECK_BYTES:]
        known = tuple(_ANSWER.iter_unpack(answers[_CHECK_BYTES:])) if is_theirs else ()
        return cls(packed[:_KEY_BYTES], markers, known if len(known) == len(markers) else (_UNKNOWN,) * len(markers))

    def dump(self) -> bytes:
        """Return at most 176 bytes for the log's row."""
        return self.key + b"".join([_MARKER.pack(*marker) for marker in self.markers])

    def dump_answers(self) -> bytes:
        """Return at most 100 bytes for the log's row: all that ``dump`` leaves out."""
        if not self.markers:
            return b""
        return self.markers[-1][1][-_CHECK_BYTES:] + b"".join([_ANSWER.pack(*answer) for answer in self.answers])

    def behind(self, marker: _Marker, answer: _Answer, settled: list[_Answer]) -> Memory:
        """Return the memory with a message after the others, whose answers are ``settled`` by it; each text is
        remembered once.
        """
        markers = list(self.markers)
        if marker in markers:
            place = markers.index(marker)
            del markers[place], settled[place]
        kept = slice(1 - REMEMBERED, None)
        return Memory(self.key, (*markers[kept], marker), (*settled[kept], answer))


class Recognised(NamedTuple):
    """The number of bytes at the start of a message that were received before, and the memory with the message in it.

    ``guess`` is why they count as such, where that is not certain.
    """

    repeated: int
    memory: Memory
    guess: Guess | None = None


def receive(memory: Memory, batch: Batch) -> Recognised:
    """Return how much of a message was received before."""
    if not batch.text:
        return Recognised(0, memory)
    size, sender, deliveries = batch.sent_bytes, _checksum(batch.sender), dict(batch.answers)
    hashes = beginnings.hashes(memory.key, batch, {length for length, _ in memory.markers} | {size})
    same = [place for place, (length, seen) in enumerate(memory.markers) if _is_same(hashes.get(length), seen)]
    repeated, guess = _longest(memory, batch, same, sender, deliveries) if same else (0, None)
    again = [place for place in same if memory.markers[place][0] <= repeated]
    answer = (batch.name, sender, False)
    settled = [
        answer if place in again else known if known[2] else _settled(known, sender, deliveries)
        for place, known in enumerate(memory.answers)
    ]
    return Recognised(repeated, memory.behind((size, hashes[size]), answer, settled), guess)


def is_another_sender(memory: Memory, sender: str) -> bool:
    """Return whether the last message is known to have come from another sender."""
    last = memory.answers[-1][1] if memory.answers else _NOBODY
    return _are_two(last, _checksum(sender))


def _are_two(one: bytes, other: bytes) -> bool:
    return _NOBODY not in (one, other) and one != other


def _is_same(begins: bytes | None, seen: bytes) -> bool:
    """Return whether a message begins with the one of hash ``seen``, as far as its own is known."""
    return bool(begins) and seen.startswith(begins or b"")


def _longest(
    memory: Memory, batch: Batch, same: Sequence[int], sender: bytes, deliveries: Mapping[int, Delivery]
) -> tuple[int, Guess | None]:
    """Return the length of the longest message that was sent again, and the guess it is, if it is one."""
    for place in sorted(same, key=lambda place: memory.markers[place][0], reverse=True):
        length = memory.markers[place][0]
        if _has_pilot_line(batch, length):
            return length, None
        if guess := _guess(memory.answers[place], sender, deliveries):
            return length, guess
    return 0, None


def _has_pilot_line(batch: Batch, length: int) -> bool:
    """Return whether the first ``length`` bytes of a message hold a pilot's line, as far as they are kept."""
    cut = batch.cut
    if not cut:
        return _PILOT_LINE.search(batch.text, 0, length) is not None
    shift = len(batch.text) - cut.size
    kept = ((0, min(length, cut.head)), (cut.tail + shift, length + shift))
    return any(_PILOT_LINE.search(batch.text, start, end) for start, end in kept)


def _guess(known: _Answer, sender: bytes, deliveries: Mapping[int, Delivery]) -> Guess | None:
    """Return why equal text without a time stamp is a message sent again, None for honest repetition."""
    name, seen_from, is_answered = known
    delivery = deliveries.get(name)
    if is_answered or _are_two(seen_from, sender) or delivery in (Delivery.ARRIVED, Delivery.WAITING):
        return None
    return Guess.UNANSWERED if delivery is Delivery.BROKEN else Guess.UNKNOWN


def _settled(known: _Answer, sender: bytes, deliveries: Mapping[int, Delivery]) -> _Answer:
    """Return what is known of an answer once a message with other text has come. A sender that goes on with other text
    has had its answers, as what was not answered would be at the beginning.
    """
    name, seen_from, _ = known
    delivery = deliveries.get(name)
    goes_on = seen_from == sender != _NOBODY and delivery is not Delivery.WAITING
    return (name, seen_from, goes_on or delivery is Delivery.ARRIVED)


def _checksum(sender: str) -> bytes:
    """Return a checksum of an address; the log's row has the address itself."""
    return zlib.crc32(sender.encode()).to_bytes(4)[:_SENDER_BYTES] if sender else _NOBODY
