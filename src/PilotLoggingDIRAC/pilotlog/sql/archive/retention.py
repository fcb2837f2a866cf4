"""Retention: deletes text, rows and copies whose time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select, true, update

from ...archive.custody import ANYWHERE, CopyKey, CopyPage, RecordedCopy, Where
from ...archive.walk import LogPosition
from ...model import Log, State
from ...ports import Clock
from ..connection.engine import Transactions
from ..forward import cursors
from ..read import ce_outputs
from ..schema import rows, side_tables
from ..schema.file_tables import bundles, files
from ..schema.locking import WRITERS_ORDER
from ..schema.tables import batches, epochs, logs
from .sealing import behind, some

_COPY = and_(files.c.LogID == logs.c.LogID, files.c.Generation == logs.c.Generation)
_WHOLE_COPY = and_(_COPY, files.c.VerifiedAt.is_not(None), files.c.NextSequence == logs.c.NextSequence)

#: Copies that have files of their own; those in bundles go with their bundles, see ``clearing``.
_ALONE = files.c.BundleID == 0

#: Logs that one page looks at, however few of them it has.
_LOGS_LOOKED_AT = 10_000

#: Named, as an optimizer may use the VO's index, and read all logs that were purged within a year.
_BY_STATE = "FORCE INDEX (IX_State_LastSeen)"


@dataclass(frozen=True)
class SqlRetention:
    """``RetainedLogs`` and ``Epochs`` on SQL: deleting what was retained for long enough."""

    transactions: Transactions
    clock: Clock

    def superseded(
        self, vo: str, before: datetime, after: CopyKey | None, limit: int, where: Where = ANYWHERE
    ) -> CopyPage:
        """See ``RetainedLogs.superseded``."""
        settled = logs.c.State.in_([State.ARCHIVED.value, State.PURGED.value])
        other = and_(_ALONE, _is_there(where), files.c.Generation != logs.c.Generation, files.c.RecordedAt <= before)
        return self.transactions.run(_copies, and_(rows.of_vo(some(vo)), settled, other), after, limit)

    def expired(
        self,
        vo: str,
        before: datetime,
        after: CopyKey | None,
        limit: int,
        where: Where = ANYWHERE,
        *,
        recorded_before: datetime,
    ) -> CopyPage:
        """See ``RetainedLogs.expired``."""
        settled = or_(files.c.VerifiedAt >= files.c.RecordedAt, files.c.RecordedAt <= recorded_before)
        old = and_(_ALONE, _is_there(where), settled, logs.c.State == State.PURGED.value, logs.c.VerifiedAt <= before)
        return self.transactions.run(_copies, and_(rows.of_vo(some(vo)), old), after, limit)

    def forget(self, key: CopyKey, before: datetime) -> bool:
        """See ``RecordedCopies.forget``."""
        return self.transactions.run(_forget, key, before, self.clock())

    def purgeable(self, vo: str, before: datetime, limit: int, after: LogPosition | None = None) -> list[Log]:
        """See ``RetainedLogs.purgeable``."""
        return self.transactions.run(_page, _archived(before).where(rows.of_vo(some(vo)), behind(after)), limit)

    def purge(self, ids: Sequence[int], before: datetime) -> int:
        """See ``RetainedLogs.purge``."""
        return self.transactions.run(_purge, _archived(before).where(logs.c.LogID.in_(some(ids))))

    def kept(self, vo: str, before: datetime, limit: int, after: LogPosition | None = None) -> list[Log]:
        """See ``RetainedLogs.kept``."""
        return self.transactions.run(_page, _kept(before).where(rows.of_vo(some(vo)), behind(after)), limit)

    def purge_kept(self, ids: Sequence[int], before: datetime) -> int:
        """See ``RetainedLogs.purge_kept``."""
        return self.transactions.run(_purge, _kept(before).where(logs.c.LogID.in_(some(ids))), True)

    def delete_rows(
        self, vo: str, before: datetime, with_file: bool, limit: int, after: LogPosition | None = None
    ) -> tuple[int, LogPosition | None]:
        """See ``RetainedLogs.delete_rows``."""
        return self.transactions.run(_delete_rows, some(vo), before, with_file, limit, after)

    def delete_epochs(self, before: datetime) -> int:
        """See ``Epochs.delete_epochs``."""
        return self.transactions.run(_delete_epochs, before)

    def delete_ce_outputs(self, now: datetime) -> int:
        """See ``Epochs.delete_ce_outputs``."""
        return self.transactions.run(ce_outputs.forget_old, now)


def _is_there(where: Where) -> ColumnElement[bool]:
    if where.only:
        return files.c["SE"] == where.only
    return files.c["SE"].not_in(sorted(where.without))


def _copies(connection: Connection, where: ColumnElement[bool], after: CopyKey | None, limit: int) -> CopyPage:
    """Return matching copies in a bounded range of keys, and the next key: they are rare, and no index finds them."""
    first, last = connection.execute(select(func.min(files.c.LogID), func.max(files.c.LogID))).one()
    if first is None:
        return [], None
    begin = after or CopyKey(first, -1)
    end = begin.log_id + _LOGS_LOOKED_AT
    later = or_(files.c.LogID > begin.log_id, files.c.Generation > begin.generation)
    these = and_(files.c.LogID.between(begin.log_id, end), later)
    statement = select(files).join(logs, files.c.LogID == logs.c.LogID).where(where, these)
    found = connection.execute(statement.order_by(files.c.LogID, files.c.Generation).limit(limit))
    copies: list[RecordedCopy] = [(CopyKey(row.LogID, row.Generation), rows.file_of(row._mapping)) for row in found]
    if len(copies) == limit:
        return copies, copies[-1][0]
    return copies, CopyKey(end + 1, -1) if end < last else None


def _forget(connection: Connection, key: CopyKey, before: datetime, now: datetime) -> bool:
    """Delete the record, or note the first removal: with ``CheckedAt`` NULL, ``RecordedAt`` is its time."""
    mine = and_(files.c.LogID == key.log_id, files.c.Generation == key.generation)
    removed_before = and_(files.c.CheckedAt.is_(None), files.c.RecordedAt <= before)
    gone = delete(files).where(mine, or_(files.c.VerifiedAt >= files.c.RecordedAt, removed_before))
    if connection.execute(gone).rowcount:
        return True
    first = update(files).where(mine, files.c.CheckedAt.is_not(None))
    connection.execute(first.values(RecordedAt=now, CheckedAt=None))
    return False


def _archived(before: datetime) -> Select[Any]:
    old = and_(logs.c.LastSeen <= before, logs.c.VerifiedAt <= before)
    return rows.select_logs().where(_WHOLE_COPY, logs.c.State == State.ARCHIVED.value, old)


def _kept(before: datetime) -> Select[Any]:
    """Select logs that were made Kept before then; ``RetryAfter`` is that time, or that of a later try."""
    since = or_(logs.c.RetryAfter.is_(None), logs.c.RetryAfter <= before)
    return select(logs).where(logs.c.State == State.KEPT.value, logs.c.LastSeen <= before, since)


def _page(connection: Connection, statement: Select[Any], limit: int) -> list[Log]:
    statement = statement.with_hint(logs, _BY_STATE, "mysql").order_by(logs.c.LastSeen, logs.c.LogID)
    found = connection.execute(statement.limit(limit))
    return [rows.to_log(row) for row in found]


def _purge(connection: Connection, statement: Select[Any], is_last: bool = False) -> int:
    """Lock the logs that still match, in the writers' order, and delete their text. Return their number.

    ``is_last``: nobody has the text after that, nor what a CE gave of it.
    """
    locked = statement.order_by(*WRITERS_ORDER).with_for_update()
    found = connection.execute(locked).all()
    ids = [row.LogID for row in found]
    if ids:
        if is_last:
            ce_outputs.forget(connection, [(row.VO, row.PilotReference) for row in found])
        connection.execute(delete(batches).where(batches.c.LogID.in_(ids)))
        cursors.forget(connection, ids)
        connection.execute(update(logs).where(logs.c.LogID.in_(ids)).values(State=State.PURGED.value))
    return len(ids)


def _delete_rows(
    connection: Connection, vo: str, before: datetime, with_file: bool, limit: int, after: LogPosition | None
) -> tuple[int, LogPosition | None]:
    """See ``RetainedLogs.delete_rows``. Rows are read without locks; those to be deleted are locked and looked at
    again. A row that was just verified is counted as looked at: of an import there are many, the oldest of all.
    """
    other = and_(_ALONE, files.c.Generation != logs.c.Generation) if with_file else true()
    just_verified = and_(logs.c.VerifiedAt.is_not(None), logs.c.VerifiedAt > before)
    hindered = or_(exists().where(files.c.LogID == logs.c.LogID, other), just_verified)
    old = and_(rows.of_vo(vo), logs.c.State == State.PURGED.value, logs.c.LastSeen <= before)
    page = select(logs.c.LogID, logs.c.LastSeen, hindered.label("Hindered")).where(old, behind(after))
    free, place = _free_rows(connection, page.order_by(logs.c.LastSeen, logs.c.LogID), limit)
    return _delete_these(connection, vo, free, and_(old, ~hindered)) if free else 0, place


def _free_rows(connection: Connection, page: Select[Any], limit: int) -> tuple[list[int], LogPosition | None]:
    """Return the ids of up to ``limit`` logs that nothing hinders, and the position after which others may be.

    Many more rows are looked at only if none of the first is free: mostly all rows are, or none of a backlog is.
    """
    for number in (limit, max(limit, _LOGS_LOOKED_AT)):
        looked_at = connection.execute(page.limit(number)).all()
        free = [row for row in looked_at if not row.Hindered][:limit]
        if free or len(looked_at) < number:
            break
    if len(free) < limit and len(looked_at) < number:
        return [row.LogID for row in free], None
    last = free[-1] if len(free) == limit else looked_at[-1]
    return [row.LogID for row in free], LogPosition(last.LastSeen, last.LogID)


def _delete_these(connection: Connection, vo: str, ids: Sequence[int], still: ColumnElement[bool]) -> int:
    statement = select(logs.c.LogID, logs.c.PilotReference).where(logs.c.LogID.in_(ids), still)
    found = connection.execute(statement.order_by(logs.c.LogID).with_for_update()).all()
    ids = [row.LogID for row in found]
    if ids:
        ce_outputs.forget(connection, [(vo, row.PilotReference) for row in found])
        _forget_copies(connection, ids)
        side_tables.forget(connection, ids)
        connection.execute(delete(logs).where(logs.c.LogID.in_(ids)))
    return len(ids)


def _forget_copies(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the records of copies that are retained; a bundle without any record is not known any more either."""
    copies = select(files.c.BundleID).where(files.c.LogID.in_(ids), files.c.BundleID != 0).with_for_update()
    numbers = sorted(set(connection.execute(copies).scalars()))
    connection.execute(delete(files).where(files.c.LogID.in_(ids)))
    if numbers:
        mine = and_(bundles.c.BundleID.in_(numbers), bundles.c.VerifiedAt.is_not(None), bundles.c.Retired == 0)
        connection.execute(update(bundles).where(mine).values(Forgotten=bundles.c.Forgotten + 1))
        unknown = ~exists().where(files.c.BundleID == bundles.c.BundleID)
        connection.execute(delete(bundles).where(mine, unknown))


def _delete_epochs(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(epochs).where(epochs.c.LastCommit <= before)).rowcount
