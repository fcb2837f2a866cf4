"""Unsettled logs: which they are, and what is written into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from ...describe.unsettled import Description, Unsettled
from ...model import State
from ..archive.sealing import description
from ..connection.changes import change, for_each
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.tables import logs, unsettled
from . import beginnings, pilot_jobs

#: Logs whose rows are locked by one transaction, so that no writer waits for long.
_LOGS_PER_STEP = 50
_TAKEN = (State.RECEIVING.value, State.COMPLETE.value, State.INCOMPLETE.value)
_RECEIVED = logs.c.State == State.RECEIVING.value
_OF_LOG = unsettled.c.LogID == logs.c.LogID
_DESCRIBED = ("PilotReference", "Site", "CE", "PilotStatus", "Host")
#: The row is still that log's, and was not deleted on request. An empty value takes nothing away.
_DESCRIBING = (
    update(logs)
    .where(logs.c.LogID == bindparam("log"), logs.c.State != State.DELETED.value)
    .where(logs.c["VO"] == bindparam("vo"), logs.c.PilotStamp == bindparam("stamp"), logs.c.Part == bindparam("part"))
    .values({name: func.coalesce(func.nullif(bindparam(f"new_{name}"), ""), logs.c[name]) for name in _DESCRIBED})
)


@dataclass(frozen=True, slots=True)
class SqlUnsettled:
    """``UnsettledLogs`` on SQL."""

    transactions: Transactions

    def lowest_open(self) -> int:
        """See ``UnsettledLogs.lowest_open``."""
        return self.transactions.run(_lowest_open)

    def highest(self) -> int:
        """See ``UnsettledLogs.highest``."""
        return self.transactions.run(_highest)

    def take(self, above: int, limit: int) -> int:
        """See ``UnsettledLogs.take``."""
        return self.transactions.run(_take, _new(above).limit(limit))

    def take_reopened(self, since: datetime, limit: int) -> int:
        """See ``UnsettledLogs.take_reopened``."""
        return self.transactions.run(_take, _heard(since).limit(limit))

    def page(self, known: bool, after: int, limit: int) -> list[Unsettled]:
        """See ``UnsettledLogs.page``."""
        return self.transactions.run(_page, known, after, limit)

    def beginnings(self, ids: Sequence[int], below: int) -> dict[int, bytes]:
        """See ``UnsettledLogs.beginnings``."""
        return beginnings.read(self.transactions, ids, below) if ids else {}

    def describe(self, found: Sequence[Description]) -> int:
        """See ``UnsettledLogs.describe``. Rows are locked in the writers' order, a few at a time."""
        ordered = sorted(found, key=lambda one: (one.log.pilot, one.log.part))
        steps = [ordered[start : start + _LOGS_PER_STEP] for start in range(0, len(ordered), _LOGS_PER_STEP)]
        return sum(self.transactions.run(_describe, step) for step in steps)

    def settle(self, ids: Sequence[int]) -> None:
        """See ``UnsettledLogs.settle``."""
        if ids:
            self.transactions.run(_settle, ids)


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Take logs from the unsettled ones."""
    connection.execute(delete(unsettled).where(unsettled.c.LogID.in_(ids)))


def _lowest_open(connection: Connection) -> int:
    lowest: int | None = connection.execute(select(func.min(logs.c.LogID)).where(logs.c.State.in_(_TAKEN))).scalar()
    return _highest(connection) + 1 if lowest is None else lowest


def _highest(connection: Connection) -> int:
    return connection.execute(select(func.max(logs.c.LogID))).scalar() or 0


def _settle(connection: Connection, ids: Sequence[int]) -> None:
    received = select(logs.c.LogID).where(logs.c.LogID.in_(ids), _RECEIVED)
    connection.execute(delete(unsettled).where(unsettled.c.LogID.in_(ids), unsettled.c.LogID.not_in(received)))


def _others() -> Select[tuple[int]]:
    others: Select[tuple[int]] = select(logs.c.LogID).outerjoin(unsettled, _OF_LOG)
    return others.where(unsettled.c.LogID.is_(None))


def _new(above: int) -> Select[tuple[int]]:
    return _others().where(logs.c.LogID > above, logs.c.State.in_(_TAKEN)).order_by(logs.c.LogID)


def _heard(since: datetime) -> Select[tuple[int]]:
    """Return the statement of received logs with text since a moment. The index is named, as an optimizer that is asked
    for few rows in an order would walk all logs.
    """
    heard = _others().where(_RECEIVED, logs.c.LastSeen >= since).order_by(logs.c.LastSeen)
    return heard.with_hint(logs, "FORCE INDEX (IX_State_LastSeen)", "mysql")


def _take(connection: Connection, chosen: Select[tuple[int]]) -> int:
    ids = connection.execute(chosen).scalars().all()
    if ids:
        connection.execute(insert(unsettled), [{"LogID": log_id} for log_id in ids])
    return len(ids)


def _page(connection: Connection, known: bool, after: int, limit: int) -> list[Unsettled]:
    which = unsettled.c.PilotID > 0 if known else unsettled.c.PilotID == 0
    chosen = select(unsettled).where(which, unsettled.c.LogID > after).order_by(unsettled.c.LogID).limit(limit)
    found = {row.LogID: row.PilotID for row in connection.execute(chosen)}
    if not found:
        return []
    whole = connection.execute(select(logs).where(logs.c.LogID.in_(list(found))).order_by(logs.c.LogID))
    return [Unsettled(log, found[log.id]) for log in map(rows.to_log, whole)]


def _describe(connection: Connection, found: Sequence[Description]) -> int:
    """Write descriptions, and return the number of logs that were changed; a log that was deleted stays empty."""
    changed = [values for one in found if (values := _changes(one))]
    for_each(connection, _DESCRIBING, changed)
    known = [
        {"LogID": one.log.id, "PilotID": one.info.id}
        for one in found
        if one.info and one.info.id not in (0, one.pilot_id)
    ]
    change(connection, unsettled, known)
    pilot_jobs.store(connection, {one.log.id: one.jobs for one in found if one.jobs})
    return len(changed)


def _changes(found: Description) -> dict[str, object]:
    """Return the parameters of ``_DESCRIBING``; none where a description changes nothing."""
    known = (description(found.info) if found.info else {}) | {"Host": found.host[:128]}
    log = found.log
    before = {
        "PilotReference": log.reference,
        "Site": log.site,
        "CE": log.ce,
        "PilotStatus": log.pilot_status,
        "Host": log.host,
    }
    if all(value in ("", before[name]) for name, value in known.items()):
        return {}
    which = {"log": log.id, "vo": log.pilot.vo, "stamp": log.pilot.stamp, "part": log.part}
    return which | {f"new_{name}": known.get(name, "") for name in before}
