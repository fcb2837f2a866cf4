"""Rows of the tables in a spool's file."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from ..model import Batch, Numbered, PilotId

_SCHEMA = """
CREATE TABLE IF NOT EXISTS {table} (
    Place INTEGER PRIMARY KEY AUTOINCREMENT, Epoch TEXT NOT NULL, Number INTEGER NOT NULL, VO TEXT NOT NULL,
    Stamp TEXT NOT NULL, Received TEXT NOT NULL, Sender TEXT NOT NULL, ReturnCode TEXT, Text BLOB NOT NULL,
    Missing INTEGER NOT NULL DEFAULT 0, UNIQUE (Epoch, Number))
"""
COLUMNS = "Epoch, Number, VO, Stamp, Received, Sender, ReturnCode, Text, Missing"
INSERT = f"INSERT OR IGNORE INTO {{table}} ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: For a file of a version that had no such column.
_ADD_MISSING = "ALTER TABLE {table} ADD COLUMN Missing INTEGER NOT NULL DEFAULT 0"


def create_table(database: sqlite3.Connection, table: str) -> None:
    """Create a table, or bring that of an older version up to date."""
    database.execute(_SCHEMA.format(table=table))
    if not any(name == "Missing" for _, name, *_ in database.execute(f"PRAGMA table_info({table})")):
        database.execute(_ADD_MISSING.format(table=table))


def pack(epoch: str, numbered: Numbered) -> tuple[Any, ...]:
    """Return a batch as a row of ``COLUMNS``."""
    batch = numbered.batch
    return (
        epoch, numbered.number, batch.pilot.vo, batch.pilot.stamp, batch.received.isoformat(), batch.sender,
        batch.return_code, batch.text, batch.missing_bytes,
    )  # fmt: skip


def unpack(row: tuple[Any, ...]) -> Numbered:
    """Return the batch in a row of ``COLUMNS``."""
    _, number, vo, stamp, received, sender, return_code, text, missing = row
    pilot, moment = PilotId(vo, stamp), datetime.fromisoformat(received)
    return Numbered(number, Batch(pilot, moment, text, return_code, sender, missing_bytes=missing))
