"""Rows of a spool's two tables."""

from __future__ import annotations

import dataclasses
import sqlite3
import struct
from datetime import datetime
from typing import Any

from ..model import Batch, Delivery, Numbered, PilotId, name_of

COLUMNS = "Epoch, Number, VO, Stamp, Received, Sender, ReturnCode, Text, Answers, Missing"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS {table} (
    Place INTEGER PRIMARY KEY AUTOINCREMENT, Epoch TEXT NOT NULL, Number INTEGER NOT NULL, VO TEXT NOT NULL,
    Stamp TEXT NOT NULL, Received TEXT NOT NULL, Sender TEXT NOT NULL, ReturnCode TEXT, Text BLOB NOT NULL,
    Answers BLOB, Missing INTEGER NOT NULL DEFAULT 0, UNIQUE (Epoch, Number))
"""
#: Columns that a file of an older version has not.
_ADDED = {"Answers": "BLOB", "Missing": "INTEGER NOT NULL DEFAULT 0"}
_ANSWER = struct.Struct(">Qc")


def create(database: sqlite3.Connection, table: str) -> None:
    """Create a table, or add the columns that a file of an older version has not."""
    database.execute(_SCHEMA.format(table=table))
    present = [column[1] for column in database.execute(f"PRAGMA table_info({table})")]
    for name, kind in _ADDED.items():
        if name not in present:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def insert(table: str) -> str:
    """Return the statement that adds a row, unless its number is there."""
    return f"INSERT OR IGNORE INTO {table} ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def row(epoch: str, numbered: Numbered) -> tuple[Any, ...]:
    """Return the row of a batch."""
    batch = numbered.batch
    return (
        epoch, numbered.number, batch.pilot.vo, batch.pilot.stamp, batch.received.isoformat(), batch.sender,
        batch.return_code, batch.text, b"".join([_ANSWER.pack(name, how.encode()) for name, how in batch.answers]),
        batch.missing,
    )  # fmt: skip


def row_aside(epoch: str, numbered: Numbered) -> tuple[Any, ...]:
    """Return the row of a batch for the quarantine: a line tells that its text is missing, until it is stored."""
    batch = dataclasses.replace(numbered.batch, missing=numbered.batch.missing - len(numbered.batch.text))
    return row(epoch, Numbered(numbered.number, batch))


def numbered(found: tuple[Any, ...]) -> Numbered:
    """Return the batch of a row."""
    epoch, number, vo, stamp, received, sender, return_code, text, answers, missing = found
    deliveries = tuple([(name, Delivery(how.decode())) for name, how in _ANSWER.iter_unpack(answers or b"")])
    batch = Batch(
        PilotId(vo, stamp), datetime.fromisoformat(received), text, return_code, sender,
        name=name_of(epoch, number), answers=deliveries, missing=missing,
    )  # fmt: skip
    return Numbered(number, batch)
