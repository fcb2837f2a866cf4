"""Unsettled logs: which they are, and what is written into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from ...describe.unsettled import Description, Unsettled
from ...model import Log, State
from ..connection.changes import change, for_each
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.descriptions import DESCRIBING, description, parameters
from ..schema.locking import WRITERS_ORDER, steps
from ..schema.tables import logs, unsettled
from . import beginnings, pilot_jobs

_TAKEN = (State.RECEIVING.value, State.COMPLETE.value, State.INCOMPLETE.value)
_RECEIVED = logs.c.State == State.RECEIVING.value
_OF_LOG = unsettled.c.LogID == logs.c.LogID
#: The row is still that log's.
_DESCRIBING = DESCRIBING.where(
    logs.c["VO"] == bindparam("vo"), logs.c.PilotStamp == bindparam("stamp"), logs.c.Part == bindparam("part")
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
        return self._take(_new(above).limit(limit))

    def take_reopened(self, since: datetime, limit: int) -> int:
        """See ``UnsettledLogs.take_reopened``."""
        return self._take(_heard(since).limit(limit))

    def _take(self, chosen: Select[tuple[int]]) -> int:
        """Take logs, a few at a time: their rows are locked, as a row of ``unsettled`` refers to each."""
        ids = self.transactions.run(_ids, chosen)
        for step in steps(ids):
            self.transactions.run(_take, step)
        return len(ids)

    def page(self, known: bool, after: int, limit: int) -> list[Unsettled]:
        """See ``UnsettledLogs.page``."""
        return self.transactions.run(_page, known, after, limit)

    def beginnings(self, ids: Sequence[int], below: int) -> dict[int, bytes]:
        """See ``UnsettledLogs.beginnings``."""
        return beginnings.read(self.transactions, ids, below) if ids else {}

    def describe(self, found: Sequence[Description]) -> int:
        """See ``UnsettledLogs.describe``. Rows are locked in the writers' order, a few at a time."""
        changed = 0
        for step in steps(sorted(found, key=lambda one: (one.log.pilot, one.log.part))):
            changed += self.transactions.run(_describe, step)
            if taken := [(one.log, one.jobs) for one in step if one.jobs]:
                self.transactions.run(pilot_jobs.store, taken)
        return changed

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


def _ids(connection: Connection, chosen: Select[tuple[int]]) -> list[int]:
    return [row.LogID for row in connection.execute(chosen)]


def _take(connection: Connection, ids: Sequence[int]) -> None:
    """Take those of the logs that are still there and have not been taken."""
    there = _others().where(logs.c.LogID.in_(ids), logs.c.State.in_(_TAKEN)).order_by(*WRITERS_ORDER)
    connection.execute(insert(unsettled).from_select(["LogID"], there))


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
    changed = [(one.log, values) for one in found if (values := _changes(one))]
    done = sum(for_each(connection, _DESCRIBING, [_parameters(*one) for one in changed]))
    known = [(one.log.id, one.info.id) for one in found if one.info and one.info.id not in (0, one.pilot_id)]
    change(connection, unsettled, [{"LogID": log_id, "PilotID": pilot_id} for log_id, pilot_id in known])
    return done


def _changes(found: Description) -> dict[str, str]:
    """Return the columns that a description changes; an empty value takes nothing away."""
    values = (description(found.info) if found.info else {}) | {"Host": found.host[:128]}
    log = found.log
    before = {
        "PilotReference": log.reference,
        "Site": log.site,
        "CE": log.ce,
        "PilotStatus": log.pilot_status,
        "Host": log.host,
    }
    return {name: value for name, value in values.items() if value and value != before[name]}


def _parameters(log: Log, values: Mapping[str, str]) -> dict[str, object]:
    """Return the parameters of ``_DESCRIBING``."""
    which = {"vo": log.pilot.vo, "stamp": log.pilot.stamp, "part": log.part}
    return parameters(log.id, values) | which
