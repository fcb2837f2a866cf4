"""Rows of the tables in a spool's file."""

from __future__ import annotations

import dataclasses
import sqlite3
import struct
from datetime import datetime
from typing import Any

from ..model import Batch, Cut, Delivery, Numbered, PilotId, name_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS {table} (
    Place INTEGER PRIMARY KEY AUTOINCREMENT, Epoch TEXT NOT NULL, Number INTEGER NOT NULL, VO TEXT NOT NULL,
    Stamp TEXT NOT NULL, Received TEXT NOT NULL, Sender TEXT NOT NULL, ReturnCode TEXT, Text BLOB NOT NULL,
    Missing INTEGER NOT NULL DEFAULT 0, Answers BLOB, Cut BLOB, UNIQUE (Epoch, Number))
"""
COLUMNS = "Epoch, Number, VO, Stamp, Received, Sender, ReturnCode, Text, Missing, Answers, Cut"
INSERT = f"INSERT OR IGNORE INTO {{table}} ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: Columns that a file of an older version has not.
_ADDED = {"Missing": "INTEGER NOT NULL DEFAULT 0", "Answers": "BLOB", "Cut": "BLOB"}
_ANSWER = struct.Struct(">Qc")
_CUT = struct.Struct(">QQQ")


def create_table(database: sqlite3.Connection, table: str) -> None:
    """Create a table, or bring that of an older version up to date."""
    database.execute(_SCHEMA.format(table=table))
    present = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
    for name, kind in _ADDED.items():
        if name not in present:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def copy_quarantine(source: str, database: sqlite3.Connection) -> None:
    """Copy the quarantine of the spool's file with the path ``source`` to another one; rows that are there stay."""
    database.execute("ATTACH ? AS source", (source,))
    try:
        with database:
            rows = f"SELECT {COLUMNS} FROM source.Quarantine ORDER BY Place"
            database.execute(f"INSERT OR IGNORE INTO main.Quarantine ({COLUMNS}) {rows}")
    finally:
        database.execute("DETACH source")


def pack(epoch: str, numbered: Numbered) -> tuple[Any, ...]:
    """Return a batch as a row of ``COLUMNS``."""
    batch = numbered.batch
    answers = b"".join([_ANSWER.pack(name, delivery.encode()) for name, delivery in batch.answers])
    return (
        epoch, numbered.number, batch.pilot.vo, batch.pilot.stamp, batch.received.isoformat(), batch.sender,
        batch.return_code, batch.text, batch.missing_bytes, answers, _packed(batch.cut),
    )  # fmt: skip


def pack_aside(epoch: str, numbered: Numbered) -> tuple[Any, ...]:
    """Return a batch as a row of the quarantine: a line tells that its text is missing, until it is stored."""
    batch = numbered.batch
    aside = dataclasses.replace(batch, missing_bytes=-len(batch.text))
    return pack(epoch, Numbered(numbered.number, aside))


def unpack(row: tuple[Any, ...]) -> Numbered:
    """Return the batch in a row of ``COLUMNS``."""
    epoch, number, vo, stamp, received, sender, return_code, text, missing, answers, cut = row
    deliveries = tuple([(name, Delivery(how.decode())) for name, how in _ANSWER.iter_unpack(answers or b"")])
    batch = Batch(
        PilotId(vo, stamp), datetime.fromisoformat(received), text, return_code, sender,
        name=name_of(epoch, number), answers=deliveries, missing_bytes=missing, cut=_unpacked(cut),
    )  # fmt: skip
    return Numbered(number, batch)


def _packed(cut: Cut | None) -> bytes | None:
    return _CUT.pack(cut.size, cut.head, cut.tail) + cut.sums if cut else None


def _unpacked(packed: bytes | None) -> Cut | None:
    if not packed:
        return None
    size, head, tail = _CUT.unpack_from(packed)
    return Cut(size, head, tail, packed[_CUT.size :])
