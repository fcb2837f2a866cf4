"""Looks at archived copies: which are due, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, or_, select, update

from ...archive.custody import CopyKey, DueCopy, Look
from ...model import State
from ...ports import Clock
from ...stored_file import StoredFile
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.file_tables import files
from ..schema.tables import logs

_MAX_PROBLEM = 255
#: Index and order of the join are forced: an optimizer may begin with the logs, nearly all of which match, and sort.
_BY_LOOK = "FORCE INDEX (IX_Checked)"
_CURRENT = and_(files.c.LogID == logs.c.LogID, files.c.Generation == logs.c.Generation)
_HAS_COPY = logs.c.State.in_([State.ARCHIVED.value, State.PURGED.value])


@dataclass(frozen=True)
class SqlChecks:
    """``CheckedCopies`` on SQL."""

    transactions: Transactions
    clock: Clock

    def take_due_copies(self, before: datetime, again: datetime, limit: int, max_bytes: int) -> list[DueCopy]:
        """See ``CheckedCopies.take_due_copies``."""
        return self.transactions.run(_take, before, again, limit, max_bytes)

    def checked(self, key: CopyKey, problem: str, bundle: int = 0) -> Look:
        """See ``CheckedCopies.checked``."""
        return self.transactions.run(_checked, key, bundle, problem[:_MAX_PROBLEM], self.clock())


def _take(connection: Connection, before: datetime, again: datetime, limit: int, max_bytes: int) -> list[DueCopy]:
    """Take copies until there are enough. Those in one bundle are taken together, so one look may find few files."""
    taken: dict[StoredFile, DueCopy] = {}
    while len(taken) < limit:
        number = len(taken)
        for row in connection.execute(_due(before).limit(limit - number)).all():
            if taken and sum(file.size for file in taken) + row.Size > max_bytes:
                return list(taken.values())
            _take_one(connection, row, before, again, taken)
        if len(taken) == number:
            break
    return list(taken.values())


def _is_due(before: datetime) -> ColumnElement[bool]:
    return or_(files.c.CheckedAt.is_(None), files.c.CheckedAt <= before)


def _due(before: datetime) -> Select[Any]:
    verified = files.c.VerifiedAt.is_not(None)
    statement = select(files, logs.c.VO).join(logs, _CURRENT).where(_is_due(before), _HAS_COPY, verified)
    statement = statement.with_hint(files, _BY_LOOK, "mysql").prefix_with("STRAIGHT_JOIN", dialect="mysql")
    return statement.order_by(files.c.CheckedAt, files.c.LogID)


def _take_one(
    connection: Connection, row: Any, before: datetime, again: datetime, taken: dict[StoredFile, DueCopy]
) -> None:
    """Take a copy: whoever changes the time of the last look has it, and no row is locked for long."""
    key, file = CopyKey(row.LogID, row.Generation), rows.file_of(row._mapping)
    same = files.c.CheckedAt.is_(None) if row.CheckedAt is None else files.c.CheckedAt == row.CheckedAt
    mine = update(files).where(_is(key), same)
    if file.whole not in taken and connection.execute(mine.values(CheckedAt=again)).rowcount:
        taken[file.whole] = DueCopy(row.VO, key, file)
        _take_bundle(connection, row.BundleID, before, again)


def _take_bundle(connection: Connection, bundle: int, before: datetime, again: datetime) -> None:
    """Take the other copies in a bundle, too."""
    if bundle:
        others = and_(files.c.BundleID == bundle, _is_due(before))
        connection.execute(update(files).where(others).values(CheckedAt=again))


def _is(key: CopyKey) -> ColumnElement[bool]:
    return and_(files.c.LogID == key.log_id, files.c.Generation == key.generation)


def _checked(connection: Connection, key: CopyKey, bundle: int, problem: str, now: datetime) -> Look:
    """Note the look. The logs' rows are locked first, as by everyone who changes both."""
    looked_at = files.c.BundleID == bundle if bundle else and_(_is(key), files.c.BundleID == 0)
    keys = [CopyKey(*row) for row in connection.execute(select(files.c.LogID, files.c.Generation).where(looked_at))]
    reopened = [key for key in keys if problem and connection.execute(_reopening(key, problem)).rowcount]
    values: dict[str, Any] = {"Problem": problem}
    if not problem:
        values["CheckedAt"] = now
    noted = connection.execute(update(files).where(looked_at).values(values)).rowcount
    for key in reopened:
        connection.execute(update(files).where(_is(key)).values(VerifiedAt=None))
    if reopened:
        return Look.AGAIN
    return Look.NOTED if noted else Look.GONE


def _reopening(key: CopyKey, problem: str) -> Any:
    """Return the statement that makes an Archived log due again, by its copy's generation."""
    archived = and_(
        logs.c.LogID == key.log_id, logs.c.Generation == key.generation, logs.c.State == State.ARCHIVED.value
    )
    ended = case((logs.c.ReturnCode.is_not(None), State.COMPLETE.value), else_=State.INCOMPLETE.value)
    values = {"State": ended, "RetryAfter": None, "LastError": f"The archived copy: {problem}"}
    return update(logs).where(archived).values(values)
