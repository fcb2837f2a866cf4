"""The resend rule: text that a pilot sends again, because no answer reached it, is stored once.

A stock pilot that got no answer keeps its text and sends it again, later with more behind it. A log remembers of its
last messages the length and a keyed hash of the raw text; a message that begins with exactly such a message may be
that one, sent again. It is where the earlier message held a time-stamped pilot line. Text without one is as likely to
be repeated by a program, and to lose it is worse than to have it twice: it counts as sent again only if it comes from
the same address, with nothing else from there in between, and the answer to the earlier message may not have arrived.
The key is the log's own, random, so that equal texts of two logs can't be told from their hashes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import secrets
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ..model import Batch, Fate

REMEMBERED = 8

_KEY_BYTES = 16
_HASH_BYTES = 16
_CHECK_BYTES = 4
_SENDER_BYTES = 3
_NOBODY = bytes(_SENDER_BYTES)
_MARKER = struct.Struct(f">I{_HASH_BYTES}s")
_ANSWER = struct.Struct(f">Q{_SENDER_BYTES}s?")

#: ``2026-11-21T08:10:11.123456Z`` as the pilot writes it, with a comma as its wrapper does.
_PILOT_LINE = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+Z ", re.MULTILINE)


class Guess(StrEnum):
    """Words for text without a time stamp that counts as sent again: because it is known that the answer to the first
    did not arrive, or because that is not known.
    """

    UNANSWERED = "are left out here: sent again after a message that was not answered"
    UNKNOWN = "may be missing here: left out as sent again after a message whose answer may not have arrived"


@dataclass(frozen=True, slots=True)
class Marker:
    """One message: length in bytes and keyed hash of its raw text, its name (0 is none) and a keyed hash of its sender.

    ``answered``: its sender has the answer, as far as that can be known.
    """

    length: int
    hash: bytes
    name: int = 0
    sender: bytes = _NOBODY
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """The last messages of one log, oldest first."""

    key: bytes
    markers: tuple[Marker, ...] = ()

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
        texts = list(_MARKER.iter_unpack(packed[_KEY_BYTES:]))
        known = list(_ANSWER.iter_unpack(answers[_CHECK_BYTES:])) if answers[:_CHECK_BYTES] == _check(packed) else []
        known = known if len(known) == len(texts) else [()] * len(texts)
        return cls(packed[:_KEY_BYTES], tuple(Marker(*text, *more) for text, more in zip(texts, known, strict=True)))

    def dump(self) -> bytes:
        """At most 176 bytes for the log's row."""
        return self.key + b"".join([_MARKER.pack(marker.length, marker.hash) for marker in self.markers])

    def dump_answers(self) -> bytes:
        """At most 100 bytes for the log's row: all that ``dump`` leaves out."""
        known = [_ANSWER.pack(marker.name, marker.sender, marker.answered) for marker in self.markers]
        return _check(self.dump()) + b"".join(known) if known else b""


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
    hashes = _prefix_hashes(memory.key, batch.text, {marker.length for marker in memory.markers} | {len(batch.text)})
    sender = _hash_of_sender(memory.key, batch.sender)
    fates = dict(batch.answers)
    same = [marker for marker in memory.markers if hashes.get(marker.length) == marker.hash]
    repeated, guess = _longest(batch.text, [(marker, _guess(marker, sender, fates)) for marker in same])
    again = [marker for marker in same if marker.length <= repeated]
    new = Marker(len(batch.text), hashes[len(batch.text)], batch.name, sender)
    return Recognised(repeated, Memory(memory.key, _behind(memory.markers, new, again, fates)), guess)


def _guess(marker: Marker, sender: bytes, fates: Mapping[int, Fate]) -> Guess | None:
    """Return why equal text without a time stamp is a message sent again, None for honest repetition."""
    fate = fates.get(marker.name)
    is_another = _NOBODY not in (marker.sender, sender) and marker.sender != sender
    if marker.answered or is_another or fate in (Fate.ARRIVED, Fate.WAITING):
        return None
    return Guess.UNANSWERED if fate is Fate.BROKEN else Guess.UNKNOWN


def _longest(text: bytes, same: Sequence[tuple[Marker, Guess | None]]) -> tuple[int, Guess | None]:
    """Return the length of the longest message that was sent again, and the guess it is, if it is one."""
    for marker, guess in sorted(same, key=lambda one: one[0].length, reverse=True):
        if _PILOT_LINE.search(text, 0, marker.length):
            return marker.length, None
        if guess:
            return marker.length, guess
    return 0, None


def _behind(
    markers: Sequence[Marker], new: Marker, again: Sequence[Marker], fates: Mapping[int, Fate]
) -> tuple[Marker, ...]:
    """Return the markers with a new message behind them.

    What was sent again has its answer when the new message has. A sender that goes on with other text has had its
    answers: what was not answered would be at the beginning.
    """
    kept = []
    for marker in markers:
        if (marker.length, marker.hash) == (new.length, new.hash):
            continue
        if marker in again:
            kept.append(dataclasses.replace(marker, name=new.name, sender=new.sender, answered=False))
        elif not marker.answered and _is_answered(marker, new.sender, fates):
            kept.append(dataclasses.replace(marker, answered=True))
        else:
            kept.append(marker)
    return (*kept, new)[-REMEMBERED:]


def _is_answered(marker: Marker, sender: bytes, fates: Mapping[int, Fate]) -> bool:
    fate = fates.get(marker.name)
    return fate is Fate.ARRIVED or (fate is not Fate.WAITING and marker.sender == sender != _NOBODY)


def _hash_of_sender(key: bytes, sender: str) -> bytes:
    return hashlib.blake2b(sender.encode(), key=key, digest_size=_SENDER_BYTES).digest() if sender else _NOBODY


def _check(packed: bytes) -> bytes:
    return packed[-_CHECK_BYTES:]


def _prefix_hashes(key: bytes, text: bytes, lengths: set[int]) -> dict[int, bytes]:
    """Return the hash of each prefix of ``text`` with one of the lengths, in one pass."""
    state, done, hashes = hashlib.blake2b(key=key, digest_size=_HASH_BYTES), 0, {}
    view = memoryview(text)
    for length in sorted(length for length in lengths if length <= len(text)):
        state.update(view[done:length])
        done, hashes[length] = length, state.copy().digest()
    return hashes
