"""Usage of the store: size, growth, and failures of archiving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, text

from ...model import State
from ..connection.engine import Transactions
from ..read.conditions import PRESENT
from ..schema.tables import batches, logs

_MAX_REASONS = 50
_DAY = timedelta(days=1)
_BY_STATE = "FORCE INDEX (IX_State_LastSeen)"
_TABLE_SIZE = text(
    "SELECT DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = :name"
)

#: MySQL 8 keeps sizes of tables for a day otherwise; MariaDB has no such variable and skips what is in the comment.
_FRESH_SIZES = text("SET @pilotlog = 0 /*!80000 , SESSION information_schema_stats_expiry = 0 */")
_SERVER = text("SELECT @@version, @@global.max_allowed_packet")


@dataclass(frozen=True, slots=True)
class VOUsage:
    """Logs of one VO with text in the store, their bytes, and the bytes of logs with text of the last day; before
    compression.
    """

    vo: str
    logs: int
    bytes: int
    bytes_of_a_day: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Logs of one VO that wait after the same failure; ``since`` is the earliest time of their last text."""

    vo: str
    reason: str
    logs: int
    attempts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class SqlUsage:
    """Figures of the store for its operators."""

    transactions: Transactions

    def by_vo(self, now: datetime) -> list[VOUsage]:
        """Return the usage of VOs with text in the store, or with logs whose last text is of the last day."""
        return self.transactions.run(_by_vo, now - _DAY)

    def stored_bytes(self) -> int | None:
        """Return the size on disk of the table with the text, as the database reports it; None if it does not."""
        return self.transactions.run(_stored_bytes)

    def server(self) -> dict[str, Any]:
        """Return the server's Version and MaxAllowedPacket in bytes; empty of sqlite."""
        return self.transactions.run(_server)

    def failures(self) -> list[Failure]:
        """Return the failures after which logs wait for another try of their archiving, the most frequent first."""
        return self.transactions.run(_failures)


def _by_vo(connection: Connection, since: datetime) -> list[VOUsage]:
    """See ``SqlUsage.by_vo``. Two statements, as each has an index. One is named: an optimizer would read the rows of
    all purged logs, which are retained for a year.
    """
    here = logs.c.State.in_([state.value for state in State if state not in (State.PURGED, State.DELETED)])
    figures = select(logs.c.VO, func.count(), func.sum(logs.c.NumberOfBytes)).group_by(logs.c.VO)
    found = connection.execute(figures.where(here).with_hint(logs, _BY_STATE, "mysql"))
    stored = {vo: (int(number), int(size)) for vo, number, size in found}
    fresh = {vo: int(size) for vo, _, size in connection.execute(figures.where(logs.c.LastSeen >= since, PRESENT))}
    return [VOUsage(vo, *stored.get(vo, (0, 0)), fresh.get(vo, 0)) for vo in sorted({*stored, *fresh})]


def _stored_bytes(connection: Connection) -> int | None:
    if connection.dialect.name == "sqlite":
        return None
    connection.execute(_FRESH_SIZES)
    size = connection.execute(_TABLE_SIZE, {"name": batches.name}).scalar()
    return None if size is None else int(size)


def _server(connection: Connection) -> dict[str, Any]:
    if connection.dialect.name == "sqlite":
        return {}
    version, packet = connection.execute(_SERVER).one()
    return {"Version": str(version), "MaxAllowedPacket": int(packet)}


def _failures(connection: Connection) -> list[Failure]:
    number = func.count()
    statement = (
        select(logs.c.VO, logs.c.LastError, number, func.max(logs.c.Attempts), func.min(logs.c.LastSeen))
        .where(logs.c.State.in_([State.COMPLETE.value, State.INCOMPLETE.value]), logs.c.Attempts > 0)
        .group_by(logs.c.VO, logs.c.LastError)
        .order_by(number.desc(), logs.c.VO)
        .limit(_MAX_REASONS)
    )
    return [Failure(*row) for row in connection.execute(statement)]
