"""The importer's side of the store: slices are appended to part 0 of a log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from ... import lifecycle
from ...admin.import_slice import PART, UNKNOWN_RETURN_CODE, ImportConflict, ImportEnd, ImportSlice, parse_slice
from ...errors import OffsetMismatch
from ...model import Log, PilotId, State
from ...ports import Clock
from ..connection.engine import Transactions
from ..schema import payload, rows
from ..schema.tables import batches, logs

_LEVEL = 3
_SENDER = "import"
_CHUNKS_PER_STEP = 8


@dataclass(frozen=True, slots=True)
class SqlImporter:
    """Writer of part 0 of logs. Its column ``Resend`` is empty until the import ends, then the SHA-256 of its text."""

    transactions: Transactions
    clock: Clock

    def append(self, pilot: PilotId, offset: object, text: object, last: object, modified: object) -> int:
        """Store a slice, in one transaction with the log's row locked, and return the import's length in bytes.

        The arguments are those of ``importLog``, see ``import_slice.parse_slice``. Raise InvalidInput, OffsetMismatch
        when the slice does not begin where the import ends, and ImportConflict when the import has ended with other
        text, or while a row shows that the pilot's log was deleted on request.
        """
        step = parse_slice(offset, text, last, modified)
        return self.transactions.run(self._append, pilot, step, self.clock())

    def _append(self, connection: Connection, pilot: PilotId, step: ImportSlice, now: datetime) -> int:
        log = _lock(connection, pilot)
        _require_not_deleted(connection, pilot)
        if not step.text and not step.ending:
            return log.bytes if log else 0
        modified = min(step.modified, now)
        log = log or _create(connection, pilot, modified)
        if log.resend:
            _require_same(log, step)
            return log.bytes
        if log.state is State.PURGED:
            raise ImportConflict(
                "The import was interrupted for so long that what there was of it has been cleaned away"
            )
        if step.offset != log.bytes:
            raise OffsetMismatch(log.bytes)
        log = self._store(connection, log, step.text, now)
        if step.ending:
            log = _end(connection, log, step.ending, modified)
        connection.execute(update(logs).where(logs.c.LogID == log.id).values(_columns(log)))
        return log.bytes

    def _store(self, connection: Connection, log: Log, text: bytes, now: datetime) -> Log:
        """Return the log with the text; it counts as heard of now, so that it is not swept while its import goes on."""
        chunks = lifecycle.split(text)
        for index, chunk in enumerate(chunks):
            connection.execute(insert(batches), _batch(log.id, log.next_sequence + index, now, chunk))
        return replace(
            log,
            state=State.RECEIVING,
            last_seen=now,
            lines=log.lines + text.count(b"\n"),
            bytes=log.bytes + len(text),
            next_sequence=log.next_sequence + len(chunks),
        )


def _require_not_deleted(connection: Connection, pilot: PilotId) -> None:
    """Raise ImportConflict for a deleted log: its file may contain the text that somebody wanted to be deleted."""
    mine = and_(rows.of_vo(pilot.vo), logs.c.PilotStamp == pilot.stamp, logs.c.State == State.DELETED.value)
    if connection.execute(select(logs.c.LogID).where(mine).limit(1)).first():
        raise ImportConflict("This log was deleted on request; delete its file too")


def _is_import_of(pilot: PilotId) -> tuple[ColumnElement[bool], ...]:
    return rows.of_vo(pilot.vo), logs.c.PilotStamp == pilot.stamp, logs.c.Part == PART


def _lock(connection: Connection, pilot: PilotId) -> Log | None:
    row = connection.execute(select(logs).where(*_is_import_of(pilot)).with_for_update()).first()
    return rows.to_log(row) if row else None


def _create(connection: Connection, pilot: PilotId, modified: datetime) -> Log:
    new = Log(0, pilot, PART, State.RECEIVING, modified, modified)
    created = connection.execute(insert(logs).values(rows.new_columns(new)))
    key: Sequence[Any] = created.inserted_primary_key or ()
    return replace(new, id=key[0])


def _require_same(log: Log, step: ImportSlice) -> None:
    """Raise ImportConflict unless the slice repeats the ending of the same text. The stored ending does not change."""
    if step.text or not step.ending or step.offset != log.bytes or step.ending.sha256 != log.resend:
        raise ImportConflict(f"Another text was imported before, of {log.bytes} bytes")


def _end(connection: Connection, log: Log, ending: ImportEnd, modified: datetime) -> Log:
    """Return the log with its ending. Raise ImportConflict unless the stored text has the ending's SHA-256."""
    digest = hashlib.sha256()
    for text in _texts(connection, log.id):
        digest.update(text)
    if digest.digest() != ending.sha256:
        raise ImportConflict("What was imported before is not the beginning of this text")
    code = UNKNOWN_RETURN_CODE if ending.state is State.COMPLETE else None
    return replace(
        log, state=ending.state, first_seen=modified, last_seen=modified, return_code=code, resend=ending.sha256
    )


def _texts(connection: Connection, log_id: int) -> Iterator[bytes]:
    """Yield the texts of the log's chunks in order, as this transaction sees them, a few in memory at a time."""
    last = -1
    while True:
        statement = (
            select(batches.c.Sequence, batches.c.Payload)
            .where(batches.c.LogID == log_id, batches.c.Sequence > last)
            .order_by(batches.c.Sequence)
            .limit(_CHUNKS_PER_STEP)
        )
        found = connection.execute(statement).all()
        for row in found:
            yield from (text for _, text in payload.unpack(*row))
        if len(found) < _CHUNKS_PER_STEP:
            return
        last = found[-1].Sequence


def _batch(log_id: int, sequence: int, received: datetime, text: bytes) -> dict[str, Any]:
    return {
        "LogID": log_id,
        "Sequence": sequence,
        "Received": received,
        "NumberOfLines": text.count(b"\n"),
        "NumberOfBytes": len(text),
        "Sender": _SENDER,
        "Payload": payload.pack(text, _LEVEL),
    }


def _columns(log: Log) -> dict[str, Any]:
    return rows.received_columns(log) | {"FirstSeen": log.first_seen}
