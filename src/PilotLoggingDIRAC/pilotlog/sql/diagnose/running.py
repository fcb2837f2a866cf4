"""Diagnoses of logs that are received: which logs have new text, that text, and what is stored meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, true, update

from ...archive.running.received import ReadChunk, Seen
from ...archive.walk import LogPosition
from ...diagnosed import Diagnosed
from ...model import Log, State
from ...outcome import FINAL_STATUSES
from ...ports import Clock
from ..archive.sealing import behind
from ..connection.changes import change
from ..connection.engine import Transactions
from ..schema import damage, payload, rows
from ..schema.damage import Damaged
from ..schema.lease import is_free
from ..schema.tables import batches, diagnoses, logs
from .diagnoses import MAX_ATTEMPTS, told

#: Rows of text that one step looks at; it takes at least one.
_ROWS_PER_STEP = 2000
_OF_LOG = diagnoses.c.LogID == logs.c.LogID
_RECEIVED = logs.c.State == State.RECEIVING.value
_RUNS, _HAS_ENDED = 1, 2


@dataclass(frozen=True, slots=True)
class SqlReceivedLogs:
    """``ReceivedLogs`` on SQL."""

    transactions: Transactions
    clock: Clock

    def grown(self, since: datetime | None, after: LogPosition | None, limit: int) -> list[Log]:
        """See ``ReceivedLogs.grown``."""
        heard = true() if since is None else logs.c.LastSeen >= since
        unread = or_(diagnoses.c.LogID.is_(None), diagnoses.c.NextSequence != logs.c.NextSequence)
        return self.transactions.run(_logs, and_(heard, behind(after), unread), limit)

    def ended(self, limit: int) -> list[Log]:
        """See ``ReceivedLogs.ended``."""
        final = logs.c.PilotStatus.in_(sorted(FINAL_STATUSES))
        return self.transactions.run(_logs, and_(final, diagnoses.c.Running == _RUNS), limit)

    def received(self, ids: Sequence[int]) -> set[int]:
        """See ``ReceivedLogs.received``."""
        return self.transactions.run(_received, ids)

    def begin(self, found: Sequence[Log], alone: bool) -> tuple[set[int], set[int]]:
        """See ``ReceivedLogs.begin``. Rows are inserted in the order in which writers lock those of logs."""
        if not found:
            return set(), set()
        return self.transactions.run(_begin, sorted(found, key=lambda log: (log.pilot, log.part)), alone)

    def following(self, read: Mapping[int, int], most_bytes: int) -> list[ReadChunk]:
        """See ``ReceivedLogs.following``."""
        return damage.run(self.transactions, _following, read, most_bytes) if read else []

    def store(self, found: Sequence[Seen]) -> set[int]:
        """See ``ReceivedLogs.store``."""
        return self.transactions.run(_store, found, self.clock()) if found else set()


def _logs(connection: Connection, where: ColumnElement[bool], limit: int) -> list[Log]:
    statement = select(logs).outerjoin(diagnoses, _OF_LOG).where(_RECEIVED, where)
    return [
        rows.to_log(row) for row in connection.execute(statement.order_by(logs.c.LastSeen, logs.c.LogID).limit(limit))
    ]


def _received(connection: Connection, ids: Sequence[int]) -> set[int]:
    return set(connection.execute(select(logs.c.LogID).where(logs.c.LogID.in_(ids), _RECEIVED)).scalars())


def _begin(connection: Connection, found: Sequence[Log], alone: bool) -> tuple[set[int], set[int]]:
    """Count a try of each log that may be read: it is received still, was not given up, and does not wait.

    A row is inserted once: the step of the agent that comes second is run again, and finds it. It comes last, as it
    locks the rows of logs that are written to.
    """
    ids = [log.id for log in found]
    attempts = select(diagnoses.c.LogID, diagnoses.c.Attempts).where(diagnoses.c.LogID.in_(ids))
    locked = connection.execute(attempts.order_by(diagnoses.c.LogID).with_for_update())
    known = {row.LogID: row.Attempts for row in locked}
    there = _received(connection, ids) - {log_id for log_id, number in known.items() if number >= MAX_ATTEMPTS}
    waiting = set() if alone else {log_id for log_id in there if known.get(log_id)}
    begun = there - waiting
    if again := sorted(known.keys() & begun):
        more = {"Attempts": diagnoses.c.Attempts + 1}
        connection.execute(update(diagnoses).where(diagnoses.c.LogID.in_(again)).values(more))
    if new := [{"LogID": log_id, "Attempts": 1} for log_id in ids if log_id in begun and log_id not in known]:
        connection.execute(insert(diagnoses), new)
    return begun, waiting


def _following(connection: Connection, read: Mapping[int, int], most_bytes: int, damaged: Damaged) -> list[ReadChunk]:
    """Return the text that follows what was read."""
    found: list[ReadChunk] = []
    for log_id, sequence, packed in packed_following(connection, read, most_bytes):
        try:
            chunks = payload.unpack(sequence, packed)
        except damaged:
            found.append(ReadChunk(log_id, sequence, None))
            continue
        found += [ReadChunk(log_id, number, text) for number, text in chunks if number >= read[log_id]]
    return found


def packed_following(connection: Connection, read: Mapping[int, int], most_bytes: int) -> list[tuple[int, int, bytes]]:
    """Return the rows (log, number of its last chunk, payload) that follow what was read, in order.

    The sizes of rows are looked at before they are fetched. Meanwhile the writer may put rows together, under the
    number of the last of them.
    """
    last = _last_rows(connection, read, most_bytes)
    if not last:
        return []
    ranges = [f"LogID = {log_id:d} AND Sequence BETWEEN {read[log_id]:d} AND {end:d}" for log_id, end in last.items()]
    columns = (batches.c.LogID, batches.c.Sequence, batches.c.Payload)
    statement = select(*columns).where(rows.any_of(ranges)).order_by(batches.c.LogID, batches.c.Sequence)
    return [(row.LogID, row.Sequence, row.Payload) for row in connection.execute(statement)]


def _last_rows(connection: Connection, read: Mapping[int, int], most_bytes: int) -> dict[int, int]:
    """Return the number of the last row of each log that fits into a step, one row at least."""
    ranges = [f"LogID = {log_id:d} AND Sequence >= {number:d}" for log_id, number in read.items()]
    sizes = select(batches.c.LogID, batches.c.Sequence, batches.c.NumberOfBytes).where(rows.any_of(ranges))
    last: dict[int, int] = {}
    room = most_bytes
    for log_id, number, size in connection.execute(sizes.order_by(*batches.primary_key).limit(_ROWS_PER_STEP)):
        if last and size > room:
            break
        last[log_id], room = number, room - size
    return last


def _store(connection: Connection, found: Sequence[Seen], now: datetime) -> set[int]:
    """Store the diagnoses of logs that are still received and that nobody leases, and return the ids of these logs.

    Rows of diagnoses are locked before the logs' states are read: the diagnosis of a sealed log, or its deletion, comes
    before or after.
    """
    ids = sorted(one.log.id for one in found)
    locked = (
        select(diagnoses.c.LogID).where(diagnoses.c.LogID.in_(ids), is_free(diagnoses, now)).order_by(diagnoses.c.LogID)
    )
    mine = set(connection.execute(locked.with_for_update()).scalars())
    mine &= _received(connection, ids)
    said = [_said(one, one.found, now) for one in found if one.log.id in mine and one.found]
    same = [_read(one) for one in found if one.log.id in mine and not one.found]
    change(connection, diagnoses, said)
    change(connection, diagnoses, same)
    return mine


def _said(one: Seen, found: Diagnosed, now: datetime) -> dict[str, object]:
    running = _HAS_ENDED if one.has_ended else _RUNS
    return {"LogID": one.log.id, **told(one.log, found, now), "Running": running}


def _read(one: Seen) -> dict[str, object]:
    """Return the columns that change where the new text said nothing new."""
    return {"LogID": one.log.id, "NextSequence": one.log.next_sequence, "LastSeen": one.log.last_seen}
