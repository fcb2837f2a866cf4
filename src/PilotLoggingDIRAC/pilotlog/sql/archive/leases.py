"""Leases of logs, and the records of copies that are about to be uploaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from ...archive.custody import Claim, Content
from ...errors import LeaseLost
from ...model import Log, State
from ...ports import Clock
from ...stored_file import StoredFile
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.file_tables import files
from ..schema.lease import FREE, is_free
from ..schema.tables import logs
from .sealing import SEALED, some

ARCHIVABLE = (*SEALED, State.KEPT.value)
MAX_ERROR = 512
_UNARCHIVED_PAGE = 500


@dataclass(frozen=True)
class SqlLeases:
    """``Leases`` and ``UnarchivedLogs`` on SQL: claiming logs and archiving them."""

    transactions: Transactions
    clock: Clock

    def unarchived(self, vo: str) -> list[Log]:
        """See ``UnarchivedLogs.unarchived``."""
        return self.transactions.run(_unarchived, some(vo))

    def due(self, vo: str, seen_before: datetime, limit: int) -> list[int]:
        """See ``Leases.due``."""
        where = and_(rows.of_vo(some(vo)), logs.c.LastSeen <= seen_before, _is_due(self.clock()))
        return self.transactions.run(_due, where, limit)

    def claim(self, owner: str, ids: Sequence[int], until: datetime) -> list[Claim]:
        """See ``Leases.claim``."""
        return self.transactions.run(_claim, owner, some(ids), self.clock(), until)

    def record(
        self, claim: Claim, content: Content, name: Callable[[int], StoredFile], until: datetime
    ) -> tuple[int, StoredFile]:
        """See ``Leases.record``."""
        return self.transactions.run(_record, claim, content, name, self.clock(), until)

    def archived(self, claim: Claim, generation: int) -> None:
        """See ``Leases.archived``."""
        self.transactions.run(_archived, claim, generation, self.clock())

    def failed(self, claim: Claim, error: str, retry_after: datetime) -> bool:
        """See ``Leases.failed``."""
        values = {"Attempts": logs.c.Attempts + 1, "LastError": error[:MAX_ERROR], "RetryAfter": retry_after}
        return self.transactions.run(_let_go, claim, values)

    def release(self, claim: Claim, retry_after: datetime | None) -> bool:
        """See ``Leases.release``."""
        # a Kept log's column tells since when it is that, see ``retention``; what was due stays due unchanged
        values = {"RetryAfter": retry_after} if retry_after else {}
        return self.transactions.run(_let_go, claim, values)

    def keep(self, ids: Sequence[int]) -> int:
        """See ``UnarchivedLogs.keep``."""
        return self.transactions.run(_keep, some(ids), self.clock())


def _unarchived(connection: Connection, vo: str) -> list[Log]:
    statement = select(logs).where(rows.of_vo(vo), logs.c.State.in_(SEALED))
    statement = statement.order_by(logs.c.LastSeen, logs.c.LogID).limit(_UNARCHIVED_PAGE)
    return [rows.to_log(row) for row in connection.execute(statement)]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        logs.c.State.in_(ARCHIVABLE),
        or_(logs.c.RetryAfter.is_(None), logs.c.RetryAfter <= now),
        is_free(logs, now),
    )


def _due(connection: Connection, where: ColumnElement[bool], limit: int) -> list[int]:
    """Return the oldest and the newest by turns, so that neither a backlog nor fresh logs wait for the other."""
    orders = ((logs.c.LastSeen, logs.c.LogID), (logs.c.LastSeen.desc(), logs.c.LogID.desc()))
    statements = (select(logs.c.LogID).where(where).order_by(logs.c.Attempts, *order).limit(limit) for order in orders)
    oldest, newest = (connection.execute(statement).scalars().all() for statement in statements)
    by_turns = chain.from_iterable(zip_longest(oldest, newest))
    return [log_id for log_id in dict.fromkeys(by_turns) if log_id is not None][:limit]


def _claim(connection: Connection, owner: str, ids: Sequence[int], now: datetime, until: datetime) -> list[Claim]:
    statement = select(logs).where(logs.c.LogID.in_(ids), _is_due(now)).with_for_update(skip_locked=True)
    found = {log.id: log for log in map(rows.to_log, connection.execute(statement))}
    if found:
        lease = update(logs).where(logs.c.LogID.in_(list(found)))
        connection.execute(lease.values(LeaseOwner=owner, LeaseUntil=until))
    return [Claim(found[log_id], owner) for log_id in ids if log_id in found]


def _is_held(claim: Claim) -> ColumnElement[bool]:
    """Return the condition that the lease is still the claim's, and that the log has no new text."""
    return and_(
        logs.c.LogID == claim.log.id,
        logs.c.LeaseOwner == claim.owner,
        logs.c.NextSequence == claim.log.next_sequence,
        logs.c.State.in_(ARCHIVABLE),
    )


def _change(connection: Connection, claim: Claim, values: dict[str, Any]) -> None:
    if not connection.execute(update(logs).where(_is_held(claim)).values(values)).rowcount:
        raise LeaseLost(f"The log of {claim.log.pilot} has changed, or somebody else works on it")


def _record(
    connection: Connection,
    claim: Claim,
    content: Content,
    name: Callable[[int], StoredFile],
    now: datetime,
    until: datetime,
) -> tuple[int, StoredFile]:
    _change(connection, claim, {"LeaseUntil": until})
    for generation, row in _recorded(connection, claim, content):
        if row == (file := name(generation)):
            used = update(files).where(files.c.LogID == claim.log.id, files.c.Generation == generation)
            connection.execute(used.values(RecordedAt=now, CheckedAt=now))
            return generation, file
    highest = select(func.max(files.c.Generation)).where(files.c.LogID == claim.log.id)
    generation = (connection.execute(highest).scalar() or 0) + 1
    file = name(generation)
    connection.execute(insert(files).values(file_row(claim.log, generation, file, now)))
    return generation, file


def _recorded(connection: Connection, claim: Claim, content: Content) -> list[tuple[int, StoredFile]]:
    """Return the generations that were recorded for the same text with the same content, the latest first."""
    same = and_(
        files.c.LogID == claim.log.id,
        files.c.NextSequence == claim.log.next_sequence,
        files.c.Size == content.size,
        files.c.Checksum == content.checksum,
    )
    found = connection.execute(select(files).where(same).order_by(files.c.Generation.desc()))
    return [(row.Generation, rows.file_of(row._mapping)) for row in found]


def file_row(log: Log, generation: int, file: StoredFile, now: datetime) -> dict[str, Any]:
    """Return the columns of a copy that is about to be uploaded."""
    return {
        "LogID": log.id,
        "Generation": generation,
        "NextSequence": log.next_sequence,
        **rows.file_columns(file),
        **rows.member_columns(file),
        "RecordedAt": now,
        "CheckedAt": now,
    }


def archived_log(now: datetime) -> dict[str, Any]:
    """Return the columns of a log that has just been archived, but the generation."""
    done = {"State": State.ARCHIVED.value, "VerifiedAt": now, "Attempts": 0, "RetryAfter": None, "LastError": ""}
    return done | FREE


def verified_copy(now: datetime) -> dict[str, Any]:
    """Return the columns of a copy that has just been read back."""
    return {"VerifiedAt": now, "CheckedAt": now, "Problem": ""}


def _archived(connection: Connection, claim: Claim, generation: int, now: datetime) -> None:
    _change(connection, claim, archived_log(now) | {"Generation": generation})
    copy = and_(
        files.c.LogID == claim.log.id,
        files.c.Generation == generation,
        files.c.NextSequence == claim.log.next_sequence,
    )
    if not connection.execute(update(files).where(copy).values(verified_copy(now))).rowcount:
        raise LeaseLost(f"Generation {generation} of the log of {claim.log.pilot} is not recorded any more")


def _let_go(connection: Connection, claim: Claim, values: dict[str, Any]) -> bool:
    mine = and_(logs.c.LogID == claim.log.id, logs.c.LeaseOwner == claim.owner)
    return bool(connection.execute(update(logs).where(mine).values(values | FREE)).rowcount)


def _keep(connection: Connection, ids: Sequence[int], now: datetime) -> int:
    statement = update(logs).where(logs.c.LogID.in_(ids), logs.c.State.in_(SEALED), is_free(logs, now))
    return connection.execute(statement.values(State=State.KEPT.value, RetryAfter=now, **FREE)).rowcount
