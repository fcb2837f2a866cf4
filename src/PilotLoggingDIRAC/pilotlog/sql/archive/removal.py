"""The copies of deleted logs, and the end of their rows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, delete, exists, func, or_, select, update

from ...archive.custody import CopyKey, RecordedCopy
from ...model import State
from ...ports import Clock
from ..connection.engine import Transactions
from ..schema import rows, side_tables
from ..schema.file_tables import files
from ..schema.tables import logs
from .leases import MAX_ERROR
from .sealing import some

_DELETED = logs.c.State == State.DELETED.value
_OF_LOG = files.c.LogID == logs.c.LogID


@dataclass(frozen=True)
class SqlRemoval:
    """``DeletedLogs`` on SQL: the copies and rows of logs that were deleted on request."""

    transactions: Transactions
    clock: Clock

    def deleted_copies(
        self, vo: str, before: datetime, limit: int, without: Collection[str] = ()
    ) -> list[RecordedCopy]:
        """See ``DeletedLogs.deleted_copies``."""
        return self.transactions.run(_copies, some(vo), self.clock(), before, limit, without)

    def put_off(self, log_id: int, error: str, retry_after: Callable[[int], datetime]) -> None:
        """See ``DeletedLogs.put_off``."""
        self.transactions.run(_put_off, log_id, error, retry_after)

    def unremoved(self, vo: str, before: datetime) -> tuple[int, int, str]:
        """See ``DeletedLogs.unremoved``."""
        return self.transactions.run(_unremoved, some(vo), before)

    def delete_deleted(self, vo: str, before: datetime, limit: int) -> int:
        """See ``DeletedLogs.delete_deleted``."""
        return self.transactions.run(_delete_rows, some(vo), before, limit)

    def is_recorded(self, key: CopyKey) -> bool:
        """See ``Leases.is_recorded``."""
        return self.transactions.run(_is_recorded, key)


def _copies(
    connection: Connection, vo: str, now: datetime, before: datetime, limit: int, without: Collection[str]
) -> list[RecordedCopy]:
    due = or_(logs.c.RetryAfter.is_(None), logs.c.RetryAfter <= now)
    settled = or_(files.c.VerifiedAt >= files.c.RecordedAt, files.c.RecordedAt <= before)
    alone = files.c.BundleID == 0
    statement = select(files).join(logs, _OF_LOG).where(rows.of_vo(vo), _DELETED, due, settled, alone)
    if without:
        statement = statement.where(files.c.SE.not_in(sorted(without)))
    found = connection.execute(statement.order_by(logs.c.Attempts, files.c.LogID, files.c.Generation).limit(limit))
    return [(CopyKey(row.LogID, row.Generation), rows.file_of(row._mapping)) for row in found]


def _put_off(connection: Connection, log_id: int, error: str, retry_after: Callable[[int], datetime]) -> None:
    mine = and_(logs.c.LogID == log_id, _DELETED)
    attempts = connection.execute(select(logs.c.Attempts).where(mine).with_for_update()).scalar()
    if attempts is not None:
        values = {"Attempts": attempts + 1, "LastError": error[:MAX_ERROR], "RetryAfter": retry_after(attempts + 1)}
        connection.execute(update(logs).where(mine).values(values))


def _unremoved(connection: Connection, vo: str, before: datetime) -> tuple[int, int, str]:
    """See ``DeletedLogs.unremoved``. The failures are the log's: a copy of it that was just removed has none."""
    failed = and_(logs.c.Attempts > 0, or_(files.c.CheckedAt.is_not(None), files.c.RecordedAt <= before))
    figures = (func.count(), func.count(case((failed, 1))), func.max(case((failed, logs.c.LastError))))
    statement = select(*figures).join_from(files, logs, _OF_LOG).where(rows.of_vo(vo), _DELETED)
    number, failed, error = connection.execute(statement).one()
    return number, failed, error or ""


def _delete_rows(connection: Connection, vo: str, before: datetime, limit: int) -> int:
    """Delete rows without copies and return their number. Locked rows are skipped: their pilot may be sending text."""
    done = and_(rows.of_vo(vo), _DELETED, logs.c.LastSeen <= before, ~exists().where(_OF_LOG))
    statement = select(logs.c.LogID).where(done).limit(limit).with_for_update(skip_locked=True)
    ids = list(connection.execute(statement).scalars())
    if ids:
        side_tables.forget(connection, ids)
        connection.execute(delete(logs).where(logs.c.LogID.in_(ids)))
    return len(ids)


def _is_recorded(connection: Connection, key: CopyKey) -> bool:
    mine = and_(files.c.LogID == key.log_id, files.c.Generation == key.generation)
    return connection.execute(select(files.c.LogID).where(mine)).first() is not None
