"""Payloads of ``PilotLogBatches``: one chunk, or a run of small ones that were put together in one row.

A payload is a zstd frame with the text; that of a small chunk was made with a dictionary (see ``dictionaries``). After
that of a run stands a skippable frame (RFC 8878) with the size and the line ends of each of its chunks, so that every
chunk keeps its sequence number and cursors stay valid. The row of a run has the number of its last chunk, and a reader
that knows no runs reads the text all the same.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence

import zstandard

from . import dictionaries
from .dictionaries import Dictionary

#: In a larger text the compressor finds by itself what a dictionary would tell it.
_SMALL_BYTES = 64 * 1024
#: Level 3 takes 3 % less space for a pilot's text, and more time.
_LEVEL = 1

_SKIPPABLE = 0x184D2A5E
_FRAME = struct.Struct("<II")
_CHUNK = struct.Struct("<II")
_TAIL = struct.Struct("<I4s")
_MARK = b"run1"

#: What unpacking a damaged payload may raise.
DAMAGED = (zstandard.ZstdError, struct.error, MemoryError, OverflowError)


def pack(text: bytes, level: int = _LEVEL, dictionary: Dictionary | None = None) -> bytes:
    """Return the payload of one chunk; the dictionary is for a small one. Whatever the text, it does not
    end like a run's.
    """
    small = dictionary if len(text) <= _SMALL_BYTES else None
    payload = small.pack(text) if small else zstandard.compress(text, level)
    return payload + _FRAME.pack(_SKIPPABLE, 0) if payload.endswith(_MARK) else payload


def pack_run(texts: Sequence[bytes]) -> bytes:
    """Return the payload of a run of chunks."""
    sizes = b"".join(_CHUNK.pack(len(text), text.count(b"\n")) for text in texts)
    packed = zstandard.compress(sizes, _LEVEL)
    tail = _TAIL.pack(len(packed), _MARK)
    frame = _FRAME.pack(_SKIPPABLE, len(packed) + len(tail))
    return zstandard.compress(b"".join(texts), _LEVEL) + frame + packed + tail


def unpack(sequence: int, payload: bytes) -> list[tuple[int, bytes]]:
    """Return (sequence number, text) of the chunks in the row with this number. Raise UnknownDictionary."""
    text = _text(payload)
    if not payload.endswith(_MARK):
        return [(sequence, text)]
    sizes = [size for size, _ in _chunk_sizes(payload)]
    ends = list(itertools.accumulate(sizes, initial=0))
    first = sequence - len(sizes) + 1
    return [(first + number, text[ends[number] : ends[number + 1]]) for number in range(len(sizes))]


def check(payload: bytes) -> None:
    """Raise UnknownDictionary unless the payload can be unpacked."""
    if number := zstandard.get_frame_parameters(payload).dict_id:
        dictionaries.known(number)


def _text(payload: bytes) -> bytes:
    number = zstandard.get_frame_parameters(payload).dict_id
    return dictionaries.known(number).unpack(payload) if number else zstandard.decompress(payload)


def sizes(payload: bytes) -> list[tuple[int, int]]:
    """Return (line ends, bytes) of the chunks of a run; an empty list for the payload of one chunk."""
    return [(lines, size) for size, lines in _chunk_sizes(payload)] if payload.endswith(_MARK) else []


def _chunk_sizes(payload: bytes) -> list[tuple[int, int]]:
    length, _ = _TAIL.unpack_from(payload, len(payload) - _TAIL.size)
    end = len(payload) - _TAIL.size
    return list(_CHUNK.iter_unpack(zstandard.decompress(payload[end - length : end])))
