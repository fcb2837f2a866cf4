"""Sealing of silent logs, and descriptions of their pilots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, true, update

from ...archive.walk import LogPosition
from ...errors import InvalidInput
from ...model import Log, PilotInfo, State
from ..connection.changes import for_each
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.descriptions import DESCRIBING, description, parameters
from ..schema.locking import steps
from ..schema.tables import diagnoses, epochs, logs

Values = TypeVar("Values")

SEALED = (State.COMPLETE.value, State.INCOMPLETE.value)
#: What is known already changes nothing.
_LACKING = DESCRIBING.where(or_(logs.c.PilotReference == "", logs.c.PilotStatus != bindparam("new_PilotStatus")))
#: Compares and sets: a log that has gone on is not sealed.
_SEALING = (
    update(logs)
    .where(logs.c.LogID == bindparam("log"), logs.c.State == State.RECEIVING.value)
    .where(logs.c.NextSequence == bindparam("sequence"), logs.c.LastSeen == bindparam("seen"))
    .values(State=bindparam("sealed"))
)


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
        ordered = sorted(some(sealed), key=lambda log: (log.pilot, log.part))
        return sum(self.transactions.run(_seal, step) for step in steps(ordered))

    def describe(self, infos: Mapping[int, PilotInfo]) -> int:
        """See ``UndescribedLogs.describe``."""
        return sum(self.transactions.run(_describe, step) for step in steps(sorted(some(infos).items())))


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
    found = for_each(connection, _SEALING, [_as_it_was(log) for log in sealed])
    done = [log.id for log, number in zip(sealed, found, strict=True) if number]
    if done:
        connection.execute(update(diagnoses).where(diagnoses.c.LogID.in_(done)).values(Again=1))
    return len(done)


def _as_it_was(log: Log) -> dict[str, object]:
    """Return the parameters of ``_SEALING``."""
    state = State.COMPLETE if log.complete else State.INCOMPLETE
    return {"log": log.id, "sequence": log.next_sequence, "seen": log.last_seen, "sealed": state.value}


def _describe(connection: Connection, infos: Sequence[tuple[int, PilotInfo]]) -> int:
    known = [(log_id, values) for log_id, info in infos if any((values := description(info)).values())]
    return sum(for_each(connection, _LACKING, [parameters(*one) for one in known]))
