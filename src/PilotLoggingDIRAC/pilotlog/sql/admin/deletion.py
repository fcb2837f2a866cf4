"""Steps that an administrator asks for: logs are deleted, and logs whose archiving failed are made due again.

A deleted log's text leaves at once; its row stays for as long as it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from ...access import Scope
from ...archive.deletion.request import Extent
from ...model import Log, Selection, State
from ...ports import Clock
from ..archive.sealing import SqlSealing, some
from ..connection.engine import Transactions
from ..read import ce_outputs
from ..read.conditions import matching
from ..schema import rows, side_tables
from ..schema.file_tables import files
from ..schema.locking import WRITERS_ORDER
from ..schema.tables import batches, logs

#: Chunks deleted by one statement; it has to end within the connection's time limit.
_CHUNKS_PER_STATEMENT = 10_000

#: New values of a deleted log. The row retains only its key, the state of the resend rule, and the link to its copies.
FORGOTTEN = {
    "State": State.DELETED.value,
    "NumberOfLines": 0,
    "NumberOfBytes": 0,
    "ReturnCode": None,
    "ReturnCodes": None,
    "Senders": None,
    "PilotReference": "",
    "Site": "",
    "CE": "",
    "Generation": 0,
    "VerifiedAt": None,
    "LeaseOwner": "",
    "LeaseUntil": None,
    "Attempts": 0,
    "RetryAfter": None,
    "LastError": "",
    "Carry": None,
    "Answers": None,
    "DroppedBytes": 0,
    "MissingBytes": 0,
    "Sender": "",
    "ManySenders": 0,
    "PilotStatus": "",
    "Host": "",
}

_LOGS_PER_STEP = 1000
_WAITING = (State.COMPLETE.value, State.INCOMPLETE.value, State.KEPT.value)


@dataclass(frozen=True, slots=True)
class SqlDeletion:
    """``DeletableLogs`` on SQL."""

    transactions: Transactions
    clock: Clock

    def draining(self, since: datetime) -> bool:
        """See ``DeletableLogs.draining``."""
        return SqlSealing(self.transactions).draining(since)

    def extent(self, wanted: Selection) -> Extent:
        """See ``DeletableLogs.extent``."""
        return self.transactions.run(_extent, _matches(wanted))

    def page(self, wanted: Selection, limit: int) -> list[Log]:
        """See ``DeletableLogs.page``."""
        return self.transactions.run(_page, _matches(wanted), limit)

    def delete(self, found: Sequence[Log], wanted: Selection) -> Extent:
        """See ``DeletableLogs.delete``. One transaction; rows are locked in the writers' order."""
        return self.transactions.run(_delete, some(found), _matches(wanted), self.clock())


def _matches(wanted: Selection) -> ColumnElement[bool]:
    some(wanted.vos)
    some(wanted.stamps or wanted.references or (wanted.until and [wanted.until]))
    return matching(Scope(everything=True), wanted)


def _extent(connection: Connection, where: ColumnElement[bool]) -> Extent:
    number, size = connection.execute(select(func.count(), func.sum(logs.c.NumberOfBytes)).where(where)).one()
    copies = select(func.count()).select_from(files).join(logs, files.c.LogID == logs.c.LogID).where(where)
    return Extent(number, int(size or 0), connection.execute(copies).scalar_one())


def _page(connection: Connection, where: ColumnElement[bool], limit: int) -> list[Log]:
    statement = select(logs).where(where).order_by(logs.c.LastSeen, logs.c.LogID).limit(limit)
    return [rows.to_log(row) for row in connection.execute(statement)]


def _delete(connection: Connection, found: Sequence[Log], where: ColumnElement[bool], now: datetime) -> Extent:
    locked = _lock(connection, found, where)
    if not locked:
        return Extent()
    ids = [log.id for log in locked]
    extent = _extent(connection, logs.c.LogID.in_(ids))
    chunks = max(log.next_sequence for log in locked)
    for end in range(_CHUNKS_PER_STATEMENT, chunks + _CHUNKS_PER_STATEMENT, _CHUNKS_PER_STATEMENT):
        connection.execute(delete(batches).where(batches.c.LogID.in_(ids), batches.c.Sequence < end))
    connection.execute(update(logs).where(logs.c.LogID.in_(ids)).values(LastSeen=now, **FORGOTTEN))
    side_tables.forget(connection, ids)
    ce_outputs.forget(connection, [(log.pilot.vo, log.reference) for log in locked])
    return extent


def _lock(connection: Connection, found: Sequence[Log], where: ColumnElement[bool]) -> list[Log]:
    """Lock the logs that still match and return them. The unique key is used, so that no other rows are locked."""
    ids, stamps = [log.id for log in found], sorted({log.pilot.stamp for log in found})
    statement = (
        select(logs)
        .with_hint(logs, "FORCE INDEX (UK_Log)", "mysql")
        .where(where, logs.c.PilotStamp.in_(stamps), logs.c.LogID.in_(ids))
        .order_by(*WRITERS_ORDER)
        .with_for_update()
    )
    return [rows.to_log(row) for row in connection.execute(statement)]


@dataclass(frozen=True, slots=True)
class SqlRetry:
    """The step that makes logs due for archiving again."""

    transactions: Transactions
    clock: Clock

    def retry(self, wanted: Selection) -> int:
        """Make the selected logs whose archiving failed due at once, and return their number.

        An empty selection means all logs that failed. Leases stay as they are.
        """
        done = 0
        while step := self.transactions.run(_retry, wanted, self.clock()):
            done += step
        return done


def _retry(connection: Connection, wanted: Selection, now: datetime) -> int:
    failed = select(logs.c.LogID).where(
        matching(Scope(everything=True), wanted), logs.c.State.in_(_WAITING), logs.c.Attempts > 0
    )
    ids = list(connection.execute(failed.order_by(logs.c.LogID).limit(_LOGS_PER_STEP)).scalars())
    if ids:
        # not None: of a Kept log, that would mean that its text was kept for long enough
        connection.execute(update(logs).where(logs.c.LogID.in_(ids)).values(Attempts=0, RetryAfter=now))
    return len(ids)
