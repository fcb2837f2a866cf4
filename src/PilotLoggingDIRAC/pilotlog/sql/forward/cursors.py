"""Cursors: how far each log was sent to each destination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, delete, insert, select, update

from ...archive.running.received import ReadChunk
from ...archive.walk import LogPosition
from ...diagnosed import NONE, Diagnosed
from ...errors import PilotLogError
from ...forward.cursor import Cursor, ForwardClaim, Move, RecentLogs, Unreadable, WantedLogs
from ...model import State
from ...ports import Clock
from ..archive.sealing import behind
from ..connection.engine import Transactions
from ..schema import damage, rows
from ..schema.forward_tables import destinations, forwards
from ..schema.lease import FREE, is_free
from ..schema.locking import WRITERS_ORDER, steps
from ..schema.tables import diagnoses, logs
from .conditions import STATES, is_sent, leased, waiting
from .texts import texts

#: How many logs a look for those heard of lately looks at; more, if they were heard of at the same moment.
_LOOKED_AT = 5000
#: Times are stored with microseconds.
_NEXT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SqlForwardedLogs:
    """``ForwardedLogs`` and ``UnsentLogs`` on SQL."""

    transactions: Transactions
    clock: Clock

    def recent(self, wanted: WantedLogs, since: datetime, limit: int) -> RecentLogs:
        """See ``ForwardedLogs.recent``."""
        if not wanted.vos:
            return RecentLogs(())
        return self.transactions.run(_recent, wanted, since, limit, self.clock())

    def walk(
        self, wanted: WantedLogs, state: State, after: LogPosition | None, limit: int
    ) -> tuple[list[int], LogPosition | None]:
        """See ``ForwardedLogs.walk``."""
        if not wanted.vos:
            return [], None
        return self.transactions.run(_walk, wanted, state, after, limit, self.clock())

    def claim(self, destination: str, owner: str, ids: Sequence[int], until: datetime) -> list[ForwardClaim]:
        """See ``ForwardedLogs.claim``. A new cursor is inserted once: the second to come finds it leased."""
        if not ids:
            return []
        new: list[int] = []
        try:
            for step in steps(ids):
                new += self.transactions.run(_begin, destination, owner, step, until)
            return self.transactions.run(_claim, destination, owner, ids, new, self.clock(), until)
        except PilotLogError:
            with suppress(PilotLogError):  # else they wait until their leases have ended
                self.release(destination, owner, new)
            raise

    def texts(self, read: Mapping[int, int], most_bytes: int) -> list[ReadChunk | Unreadable]:
        """See ``ForwardedLogs.texts``."""
        return damage.run(self.transactions, texts, read, most_bytes) if read else []

    def still_leased(self, destination: str, owner: str, ids: Sequence[int]) -> set[int]:
        """See ``ForwardedLogs.still_leased``."""
        return self.transactions.run(_still_leased, destination, owner, ids) if ids else set()

    def advance(self, destination: str, owner: str, moves: Sequence[Move]) -> int:
        """See ``ForwardedLogs.advance``."""
        return self.transactions.run(_advance, destination, owner, moves) if moves else 0

    def release(self, destination: str, owner: str, ids: Sequence[int]) -> None:
        """See ``ForwardedLogs.release``."""
        if ids:
            self.transactions.run(_release, destination, owner, sorted(ids))

    def unsent(self, names: Sequence[str], ids: Sequence[int]) -> dict[int, list[str]]:
        """See ``UnsentLogs.unsent``."""
        return self.transactions.run(_unsent, names, sorted(ids)) if names and ids else {}


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the cursors of logs."""
    connection.execute(delete(forwards).where(forwards.c.LogID.in_(ids)))


def _ids(connection: Connection, statement: Select[Any]) -> list[int]:
    return [row.LogID for row in connection.execute(statement)]


def _unsent(connection: Connection, names: Sequence[str], ids: Sequence[int]) -> dict[int, list[str]]:
    mine = and_(forwards.c.LogID == logs.c.LogID, forwards.c.Destination.in_(names), is_sent())
    sent = select(logs.c.LogID, forwards.c.Destination).join(forwards, mine).where(logs.c.LogID.in_(ids))
    has = {(row.LogID, row.Destination) for row in connection.execute(sent)}
    known = select(destinations.c.Name, destinations.c.BeganAt).where(destinations.c.Name.in_(names))
    began = {row.Name: row.BeganAt for row in connection.execute(known)}
    heard = select(logs.c.LogID, logs.c.LastSeen).where(logs.c.LogID.in_(ids))
    lacking: dict[int, list[str]] = {}
    for row in connection.execute(heard):
        for name in names:
            if (row.LogID, name) not in has and row.LastSeen >= began.get(name, row.LastSeen):
                lacking.setdefault(row.LogID, []).append(name)
    return lacking


def _recent(connection: Connection, wanted: WantedLogs, since: datetime, limit: int, now: datetime) -> RecentLogs:
    """Return a page of recent logs.

    The end of the page is looked up first, only in the index: most logs of an outage may have been sent by now. All
    logs that were last heard of at its end are in the page.
    """
    heard = logs.c.LastSeen >= since
    ends = select(logs.c.LastSeen).where(heard).order_by(logs.c.LastSeen).limit(1).offset(_LOOKED_AT - 1)
    end = connection.execute(ends).scalar()
    page = heard if end is None else and_(heard, logs.c.LastSeen <= end)
    chosen = waiting(wanted, now).where(page).order_by(logs.c.LastSeen, logs.c.LogID).limit(limit)
    found = connection.execute(chosen).all()
    last = found[-1].LastSeen if len(found) == limit else end and end + _NEXT
    others = leased(wanted, now).where(page).order_by(logs.c.LastSeen, logs.c.LogID).limit(1)
    longest_silent = connection.execute(others).first()
    leased_since = longest_silent.LastSeen if longest_silent else None
    return RecentLogs([row.LogID for row in found], last, leased_since)


def _walk(
    connection: Connection, wanted: WantedLogs, state: State, after: LogPosition | None, limit: int, now: datetime
) -> tuple[list[int], LogPosition | None]:
    """Return the logs of a page that wait, and where to continue, None at the end.

    The end of the page is looked up first, so that a step reads a bounded number of rows.
    """
    of_state = and_(logs.c.State == state.value, behind(after))
    page = select(logs.c.LastSeen, logs.c.LogID).where(of_state).order_by(logs.c.LastSeen, logs.c.LogID).limit(limit)
    looked_at = connection.execute(page).all()
    if not looked_at:
        return [], None
    chosen = waiting(wanted, now).where(logs.c.LogID.in_([row.LogID for row in looked_at]))
    found = _ids(connection, chosen.order_by(logs.c.LastSeen, logs.c.LogID))
    last = LogPosition(looked_at[-1].LastSeen, looked_at[-1].LogID)
    return found, last if len(looked_at) == limit else None


def _begin(connection: Connection, destination: str, owner: str, ids: Sequence[int], until: datetime) -> list[int]:
    """Make leased cursors for logs that have none, and return the ids of those. This locks the rows of the logs: it is
    done in the writers' order, and nothing else in this transaction.
    """
    mine = and_(forwards.c.LogID == logs.c.LogID, forwards.c.Destination == destination)
    lacking = select(logs.c.LogID).outerjoin(forwards, mine).where(forwards.c.LogID.is_(None))
    there = lacking.where(logs.c.LogID.in_(ids), logs.c.State.in_(STATES))
    new = _ids(connection, there.order_by(*WRITERS_ORDER))
    if new:
        lease = {"Destination": destination, "LeaseOwner": owner, "LeaseUntil": until}
        connection.execute(insert(forwards), [{"LogID": log_id, **lease} for log_id in new])
    return new


def _claim(
    connection: Connection,
    destination: str,
    owner: str,
    ids: Sequence[int],
    new: Sequence[int],
    now: datetime,
    until: datetime,
) -> list[ForwardClaim]:
    """Lease logs beside those that are new, and return all."""
    in_store = and_(logs.c.LogID.in_(sorted({*ids} - {*new})), logs.c.State.in_(STATES))
    there = _ids(connection, select(logs.c.LogID).where(in_store))
    mine = forwards.c.Destination == destination
    free = select(forwards.c.LogID).where(mine, forwards.c.LogID.in_(there), is_free(forwards, now))
    locked = free.order_by(forwards.c.LogID).with_for_update(skip_locked=True)
    old = _ids(connection, locked)
    if old:
        lease = {"LeaseOwner": owner, "LeaseUntil": until}
        connection.execute(update(forwards).where(mine, forwards.c.LogID.in_(old)).values(lease))
    return _claims(connection, destination, [*new, *old]) if new or old else []


def _claims(connection: Connection, destination: str, ids: Sequence[int]) -> list[ForwardClaim]:
    """Return what was claimed of logs; one that was deleted meanwhile is absent."""
    whole = rows.select_logs().where(logs.c.LogID.in_(ids), logs.c.State.in_(STATES)).order_by(logs.c.LogID)
    found = [rows.to_log(row) for row in connection.execute(whole)]
    of_logs = select(forwards).where(forwards.c.Destination == destination, forwards.c.LogID.in_(ids))
    mine = {row.LogID: row for row in connection.execute(of_logs)}
    causes = causes_of(connection, ids)
    return [
        ForwardClaim(log, _cursor(mine[log.id]), causes.get(log.id, NONE), mine[log.id].Parcel)
        for log in found
        if log.id in mine
    ]


def _cursor(row: Row[Any]) -> Cursor:
    return Cursor(
        log_id=row.LogID,
        sequence=row.Sequence,
        offset=row.Offset,
        next_sequence=row.NextSequence,
        line=row.Line,
        piece=row.Piece,
        phase=row.Phase,
        time=row.Time,
        state=State(row.State) if row.State else None,
        cause=row.Cause,
    )


def causes_of(connection: Connection, ids: Sequence[int]) -> dict[int, Diagnosed]:
    """Return why pilots failed, by the ids of their logs; logs without a diagnosis are absent."""
    found = select(diagnoses).where(diagnoses.c.LogID.in_(ids))
    return {row.LogID: _cause(row) for row in connection.execute(found)} if ids else {}


def _cause(row: Row[Any]) -> Diagnosed:
    running = bool(row.Running)
    return Diagnosed(row.Cause, row.Name, row.Party, row.Line, row.Hint, phase=row.Phase, running=running)


def _still_leased(connection: Connection, destination: str, owner: str, ids: Sequence[int]) -> set[int]:
    mine = and_(forwards.c.Destination == destination, forwards.c.LogID.in_(ids), forwards.c.LeaseOwner == owner)
    return set(_ids(connection, select(forwards.c.LogID).where(mine)))


def _advance(connection: Connection, destination: str, owner: str, moves: Sequence[Move]) -> int:
    """Move the cursors that this owner still leases and nobody else has moved since, and return their number."""
    return move_cursors(
        connection,
        moves,
        *(forwards.c.Destination == destination, forwards.c.LeaseOwner == owner),
        *(forwards.c.Sequence == bindparam("old_sequence"), forwards.c.Offset == bindparam("old_offset")),
    )


def move_cursors(connection: Connection, moves: Sequence[Move], *which: ColumnElement[bool]) -> int:
    """Move cursors, and end leases of logs that have no more, where conditions hold. Return the number of cursors."""
    place = and_(forwards.c.LogID == bindparam("id"), *which)
    moved = 0
    for is_done in (True, False):
        values = [_values(move) for move in moves if move.is_done is is_done]
        if values:
            names = [name for name in values[0] if name.startswith("new_")]
            changed: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in names}
            changed |= {"Parcel": None} | (FREE if is_done else {})
            moved += connection.execute(update(forwards).where(place).values(changed), values).rowcount
    return moved


def _values(move: Move) -> dict[str, object]:
    before, after = move.before, move.after
    return {
        "id": before.log_id,
        "old_sequence": before.sequence,
        "old_offset": before.offset,
        "new_Sequence": after.sequence,
        "new_Offset": after.offset,
        "new_NextSequence": after.next_sequence,
        "new_Line": after.line,
        "new_Piece": after.piece,
        "new_Phase": after.phase,
        "new_Time": after.time,
        "new_State": after.state.value if after.state else "",
        "new_Cause": after.cause,
    }


def _release(connection: Connection, destination: str, owner: str, ids: Sequence[int]) -> None:
    mine = and_(forwards.c.Destination == destination, forwards.c.LogID.in_(ids), forwards.c.LeaseOwner == owner)
    connection.execute(update(forwards).where(mine).values(FREE))
