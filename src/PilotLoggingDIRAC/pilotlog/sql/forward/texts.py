"""Texts to be sent. A row that can't be unpacked stops neither its log nor others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from ...archive.running.received import ReadChunk
from ...forward.cursor import Unreadable
from ..diagnose.running import packed_following
from ..schema import payload
from ..schema.damage import Damaged


def texts(
    connection: Connection, read: Mapping[int, int], most_bytes: int, damaged: Damaged
) -> list[ReadChunk | Unreadable]:
    """Return what follows what was read."""
    return [
        chunk
        for log_id, sequence, packed in packed_following(connection, read, most_bytes)
        for chunk in _chunks(log_id, sequence, packed, damaged)
        if chunk.sequence >= read[log_id]
    ]


def _chunks(log_id: int, sequence: int, packed: bytes, damaged: Damaged) -> Iterator[ReadChunk | Unreadable]:
    try:
        chunks = payload.unpack(sequence, packed)
    except damaged:
        yield Unreadable(log_id, sequence)
    else:
        yield from (ReadChunk(log_id, number, text) for number, text in chunks)
