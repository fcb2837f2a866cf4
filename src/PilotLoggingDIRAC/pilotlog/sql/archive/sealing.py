"""Sealing of silent logs, and descriptions of their pilots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Update, and_, or_, select, true, update

from ...archive.walk import LogPosition
from ...errors import InvalidInput
from ...model import Log, PilotInfo, State
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.tables import diagnoses, epochs, logs

Values = TypeVar("Values")

SEALED = (State.COMPLETE.value, State.INCOMPLETE.value)


@dataclass(frozen=True)
class SqlSealing:
    """``SilentLogs`` and ``UndescribedLogs`` on SQL: sealing logs and describing their pilots."""

    transactions: Transactions

    def silent(self, before: datetime, after: LogPosition | None, limit: int) -> list[Log]:
        """See ``SilentLogs.silent``."""
        return self.transactions.run(
            _page, and_(logs.c.State == State.RECEIVING.value, logs.c.LastSeen <= before), after, limit
        )

    def bring_back(self, now: datetime, limit: int) -> int:
        """See ``SilentLogs.bring_back``."""
        return self.transactions.run(_bring_back, now, limit)

    def draining(self, since: datetime) -> bool:
        """See ``SilentLogs.draining``."""
        return self.transactions.run(_draining, since)

    def undescribed(self, after: LogPosition | None, limit: int) -> list[Log]:
        """See ``UndescribedLogs.undescribed``."""
        return self.transactions.run(_page, and_(logs.c.State.in_(SEALED), logs.c.PilotReference == ""), after, limit)

    def seal(self, sealed: Sequence[Log]) -> int:
        """See ``SilentLogs.seal``. Rows are locked in the writers' order."""
        return self.transactions.run(_seal, sorted(some(sealed), key=lambda log: (log.pilot, log.part)))

    def describe(self, infos: Mapping[int, PilotInfo]) -> int:
        """See ``UndescribedLogs.describe``."""
        return self.transactions.run(_describe, sorted(some(infos).items()))


def some(values: Values) -> Values:
    """Return the values. Raise InvalidInput if there are none: an empty filter must never mean all logs."""
    if not values:
        raise InvalidInput("Nothing was named that this step is for")
    return values


def _bring_back(connection: Connection, now: datetime, limit: int) -> int:
    later = select(logs.c.LogID).where(logs.c.LastSeen > now).order_by(logs.c.LastSeen).limit(limit)
    ids = list(connection.execute(later).scalars())
    if not ids:
        return 0
    still = and_(logs.c.LogID.in_(ids), logs.c.LastSeen > now)
    return connection.execute(update(logs).where(still).values(LastSeen=now)).rowcount


def _draining(connection: Connection, since: datetime) -> bool:
    statement = select(epochs.c.Epoch).where(epochs.c.Draining != 0, epochs.c.LastCommit >= since).limit(1)
    return connection.execute(statement).first() is not None


def _page(connection: Connection, where: ColumnElement[bool], after: LogPosition | None, limit: int) -> list[Log]:
    statement = select(logs).where(where, behind(after)).order_by(logs.c.LastSeen, logs.c.LogID).limit(limit)
    return [rows.to_log(row) for row in connection.execute(statement)]


def behind(after: LogPosition | None) -> ColumnElement[bool]:
    """Return the condition that a log comes after a position; without a position, every log does."""
    if after is None:
        return true()
    later = or_(logs.c.LastSeen > after.last_seen, logs.c.LogID > after.log_id)
    return and_(logs.c.LastSeen >= after.last_seen, later)


def _seal(connection: Connection, sealed: Sequence[Log]) -> int:
    """Seal logs; what was diagnosed while they were received is diagnosed again, now as a whole."""
    done = [log.id for log in sealed if connection.execute(_sealing(log)).rowcount]
    if done:
        connection.execute(update(diagnoses).where(diagnoses.c.LogID.in_(done)).values(Again=1))
    return len(done)


def _sealing(log: Log) -> Update:
    unchanged = and_(
        logs.c.LogID == log.id,
        logs.c.State == State.RECEIVING.value,
        logs.c.NextSequence == log.next_sequence,
        logs.c.LastSeen == log.last_seen,
    )
    return update(logs).where(unchanged).values(State=(State.COMPLETE if log.complete else State.INCOMPLETE).value)


def description(info: PilotInfo) -> dict[str, str]:
    """Return what DIRAC knows of a pilot as columns of its log."""
    names = {"PilotReference": info.reference[:255], "Site": info.site[:128], "CE": info.ce[:128]}
    return names | {"PilotStatus": info.status[:32]}


def _describe(connection: Connection, infos: Sequence[tuple[int, PilotInfo]]) -> int:
    done = 0
    for log_id, info in infos:
        lacking = or_(logs.c.PilotReference == "", logs.c.PilotStatus != info.status[:32])
        statement = update(logs).where(logs.c.LogID == log_id, lacking, logs.c.State != State.DELETED.value)
        known = {name: value for name, value in description(info).items() if value}
        done += connection.execute(statement.values(known)).rowcount if known else 0
    return done
