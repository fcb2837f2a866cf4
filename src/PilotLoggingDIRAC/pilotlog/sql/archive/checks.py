"""Looks at archived copies: which are due, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, update

from ...archive.custody import CopyKey, DueCopy
from ...model import State
from ...ports import Clock
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.tables import files, logs

_MAX_PROBLEM = 255
#: Said, and the order of the join too: an optimizer may begin with the logs, which are nearly all of them, and sort.
_BY_LOOK = "FORCE INDEX (IX_Checked)"
_CURRENT = and_(files.c.LogID == logs.c.LogID, files.c.Generation == logs.c.Generation)
_KEPT = logs.c.State.in_([State.ARCHIVED.value, State.PURGED.value])


@dataclass(frozen=True)
class SqlChecks:
    """``CheckedCopies`` on SQL."""

    transactions: Transactions
    clock: Clock

    def take_due_copies(self, before: datetime, again: datetime, limit: int, max_bytes: int) -> list[DueCopy]:
        """See ``CheckedCopies.take_due_copies``."""
        return self.transactions.run(_take, before, again, limit, max_bytes)

    def checked(self, key: CopyKey, problem: str) -> bool:
        """See ``CheckedCopies.checked``."""
        return self.transactions.run(_checked, key, problem[:_MAX_PROBLEM], self.clock())


def _take(connection: Connection, before: datetime, again: datetime, limit: int, max_bytes: int) -> list[DueCopy]:
    """Take copies one by one: whoever changes the time of the last look has it, and no row is locked for long."""
    due = or_(files.c.CheckedAt.is_(None), files.c.CheckedAt <= before)
    statement = select(files, logs.c.VO).join(logs, _CURRENT).where(due, _KEPT, files.c.VerifiedAt.is_not(None))
    statement = statement.with_hint(files, _BY_LOOK, "mysql").prefix_with("STRAIGHT_JOIN", dialect="mysql")
    found = connection.execute(statement.order_by(files.c.CheckedAt, files.c.LogID).limit(limit)).all()
    taken: list[DueCopy] = []
    for row in found:
        max_bytes -= row.Size
        if taken and max_bytes < 0:
            break
        same = files.c.CheckedAt.is_(None) if row.CheckedAt is None else files.c.CheckedAt == row.CheckedAt
        mine = update(files).where(_is(CopyKey(row.LogID, row.Generation)), same)
        if connection.execute(mine.values(CheckedAt=again)).rowcount:
            taken.append(DueCopy(row.VO, CopyKey(row.LogID, row.Generation), rows.file_of(row._mapping)))
    return taken


def _is(key: CopyKey) -> ColumnElement[bool]:
    return and_(files.c.LogID == key.log_id, files.c.Generation == key.generation)


def _checked(connection: Connection, key: CopyKey, problem: str, now: datetime) -> bool:
    """Note the look. The log's row is locked first, as by everyone who changes both."""
    reopened = bool(problem) and connection.execute(_reopening(key, problem)).rowcount > 0
    values: dict[str, Any] = {"Problem": problem}
    if not problem:
        values["CheckedAt"] = now
    if reopened:
        values["VerifiedAt"] = None
    connection.execute(update(files).where(_is(key)).values(values))
    return reopened


def _reopening(key: CopyKey, problem: str) -> Any:
    """Return the statement that makes an Archived log due again, by its copy's generation."""
    archived = and_(
        logs.c.LogID == key.log_id, logs.c.Generation == key.generation, logs.c.State == State.ARCHIVED.value
    )
    ended = case((logs.c.ReturnCode.is_not(None), State.COMPLETE.value), else_=State.INCOMPLETE.value)
    values = {"State": ended, "RetryAfter": None, "LastError": f"The archived copy: {problem}"}
    return update(logs).where(archived).values(values)
