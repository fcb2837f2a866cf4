"""The writer's statements, in as few trips to the database as possible.

With mysqlclient the writer sends several statements at once and reads the rows itself; on other databases, as on sqlite
in tests, SQLAlchemy sends the same statements one by one. Neither begins nor ends the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import sqlite

from ...model import Log, PilotId
from ..schema import rows
from ..schema.locking import WRITERS_ORDER
from ..schema.tables import batches, epochs, logs
from . import one_trip
from .hex_blob import HexBytes

#: Compressed text of one trip; as digits it has twice the length, still within max_allowed_packet.
_MAX_TRIP_BYTES = 4 * 1024 * 1024


class Advance(NamedTuple):
    """The advance of an epoch: from a number below ``first`` to ``last``."""

    epoch: str
    first: int
    last: int
    now: datetime
    draining: int


class Trips(Protocol):
    """The writer's statements in each of its transactions."""

    def enter(self, connection: Connection, step: Advance, pilots: Sequence[PilotId]) -> tuple[bool, list[Log]]:
        """Return whether the epoch was advanced, and the parts of the pilots' logs that exist, in the order of their
        unique key. All of these rows are locked.
        """

    def lock(self, connection: Connection, pilots: Sequence[PilotId]) -> list[Log]:
        """Lock the parts of the pilots' logs that exist, in the order of their unique key, and return them."""

    def write(
        self, connection: Connection, chunks: Sequence[dict[str, Any]], changed: Sequence[dict[str, Any]]
    ) -> None:
        """Insert rows of ``PilotLogBatches``, and update the changed rows of ``PilotLogs``, which are locked."""


_advance = (
    update(epochs)
    .where(epochs.c.Epoch == bindparam("epoch"), epochs.c.LastNumber < bindparam("first"))
    .values(LastNumber=bindparam("last"), LastCommit=bindparam("now"), Draining=bindparam("draining"))
)
_locking = (
    select(logs)
    .where(tuple_(logs.c.VO, logs.c.PilotStamp).in_(bindparam("pilots", expanding=True)), logs.c.Part > 0)
    .order_by(*WRITERS_ORDER)
    .with_for_update()
)
_upsert = sqlite.insert(logs)
_saving = _upsert.on_conflict_do_update(
    index_elements=[logs.c.LogID], set_={name: _upsert.excluded[name] for name in rows.RECEIVED}
)


class OneByOne:
    """``Trips`` by SQLAlchemy's statements, for sqlite."""

    def enter(self, connection: Connection, step: Advance, pilots: Sequence[PilotId]) -> tuple[bool, list[Log]]:
        """See ``Trips``."""
        moved = connection.execute(_advance, step._asdict()).rowcount == 1
        return moved, self.lock(connection, pilots)

    def lock(self, connection: Connection, pilots: Sequence[PilotId]) -> list[Log]:
        """See ``Trips``."""
        return [rows.to_log(row) for row in connection.execute(_locking, {"pilots": _keys(pilots)})]

    def write(
        self, connection: Connection, chunks: Sequence[dict[str, Any]], changed: Sequence[dict[str, Any]]
    ) -> None:
        """See ``Trips``."""
        if chunks:
            connection.execute(insert(batches), list(chunks))
        connection.execute(_saving, list(changed))


_COLUMNS = tuple(column.name for column in logs.columns)
_ADVANCE = (
    "UPDATE WriterEpochs SET LastNumber = %s, LastCommit = %s, Draining = %s WHERE Epoch = %s AND LastNumber < %s"
)
# the index is named, as the optimizer would try each index that begins with the VO for each pilot: a third of its work
_LOCK = (
    f"SELECT {', '.join(_COLUMNS)} FROM PilotLogs FORCE INDEX (UK_Log) WHERE (VO, PilotStamp) IN ({{}}) AND Part > 0 "
    "ORDER BY VO, PilotStamp, Part FOR UPDATE"
)
_RECEIVED = ", ".join(f"{name} = VALUES({name})" for name in rows.RECEIVED)


class Together:
    """``Trips`` by mysqlclient's own cursor, which takes several statements at once."""

    def enter(self, connection: Connection, step: Advance, pilots: Sequence[PilotId]) -> tuple[bool, list[Log]]:
        """See ``Trips``."""
        advance = [step.last, step.now, step.draining, step.epoch, step.first]
        statement, names = self._locking(pilots)
        (moved, _), (_, found) = one_trip.run(connection, f"{_ADVANCE}; {statement}", advance + names)
        return moved == 1, _logs(found)

    def lock(self, connection: Connection, pilots: Sequence[PilotId]) -> list[Log]:
        """See ``Trips``."""
        ((_, found),) = one_trip.run(connection, *self._locking(pilots))
        return _logs(found)

    def _locking(self, pilots: Sequence[PilotId]) -> tuple[str, list[Any]]:
        keys = _keys(pilots)
        return _LOCK.format(_places(2, len(keys))), [name for key in keys for name in key]

    def write(
        self, connection: Connection, chunks: Sequence[dict[str, Any]], changed: Sequence[dict[str, Any]]
    ) -> None:
        """See ``Trips``. An UPDATE would be a statement for each log."""
        *first, last = _shares(chunks)
        for share in first:
            one_trip.run(connection, *_inserting("PilotLogBatches", share))
        saving, values = _inserting("PilotLogs", changed)
        saving += f" ON DUPLICATE KEY UPDATE {_RECEIVED}"
        if last:
            storing, payloads = _inserting("PilotLogBatches", last)
            saving, values = f"{storing}; {saving}", payloads + values
        one_trip.run(connection, saving, values)


_WAYS: dict[str, Trips] = {"mysql": Together(), "sqlite": OneByOne()}


def of(connection: Connection) -> Trips:
    """Return the way to the database that this connection leads to."""
    return _WAYS[connection.dialect.name]


def _keys(pilots: Sequence[PilotId]) -> list[tuple[str, str]]:
    return [(pilot.vo, pilot.stamp) for pilot in sorted(pilots)]


def _logs(found: Sequence[tuple[Any, ...]]) -> list[Log]:
    return [rows.log_of(dict(zip(_COLUMNS, row, strict=True))) for row in found]


def _shares(chunks: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Return the chunks in shares for a trip each, the last of which may be empty."""
    share: list[dict[str, Any]] = []
    size = 0
    for chunk in chunks:
        if share and size + len(chunk["Payload"]) > _MAX_TRIP_BYTES:
            yield share
            share, size = [], 0
        share.append(chunk | {"Payload": HexBytes(chunk["Payload"])})
        size += len(chunk["Payload"])
    yield share


def _inserting(table: str, found: Sequence[dict[str, Any]]) -> tuple[str, list[Any]]:
    """Return an INSERT of rows with the same columns, and its values."""
    names = list(found[0])
    values = [row[name] for row in found for name in names]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {_places(len(names), len(found))}", values


def _places(columns: int, number: int) -> str:
    place = f"({', '.join(['%s'] * columns)})"
    return ", ".join([place] * number)
