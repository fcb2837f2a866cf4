"""Replays: requests to send logs again, who works on them, and how far they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select, update

from ...access import Scope
from ...diagnosed import NONE
from ...errors import LeaseLost
from ...forward.cursor import Cursor, ForwardClaim
from ...forward.replay.request import Progress, Replay, ReplayState, Step
from ...model import Selection
from ...ports import Clock
from ..connection.engine import Transactions
from ..read.conditions import matching
from ..schema import rows
from ..schema.forward_tables import replays
from ..schema.lease import FREE
from ..schema.tables import logs
from .cursors import causes_of

_EVERYTHING = Scope(everything=True)
_MAX_WORDS = 255
#: Logs are looked at in steps of this many ids, so that a step reads a bounded number of rows, however few are
#: selected. Logs of named pilots are looked up.
_LOOKED_AT = 10_000
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class SqlReplays:
    """``Replays`` on SQL, and the requests themselves."""

    transactions: Transactions
    clock: Clock

    def request(self, destination: str, selection: str, number: int, who: str) -> Replay:
        """Store a request for a replay of ``number`` logs; return it. One that is open already is returned as it is."""
        return self.transactions.run(_request, destination, selection, number, who, self.clock())

    def listed(self) -> list[Replay]:
        """Return the replays that were requested last, at most 100, the newest first."""
        statement = select(replays).order_by(replays.c.ReplayID.desc()).limit(_MOST_LISTED)
        return self.transactions.run(_replays, statement)

    def stop(self, replay_id: int) -> bool:
        """Stop an open replay. Return False if there is no such one."""
        where = and_(replays.c.ReplayID == replay_id, replays.c.State == ReplayState.OPEN.value)
        stopped = {"State": ReplayState.STOPPED.value, "EndedAt": self.clock(), **FREE}
        return self.transactions.run(_changed, update(replays).where(where).values(stopped)) > 0

    def forget(self, before: datetime) -> None:
        """Delete replays that ended before a time."""
        self.transactions.run(_changed, delete(replays).where(replays.c.EndedAt < before))

    def claim(self, destination: str, owner: str, until: datetime) -> Replay | None:
        """See ``Replays.claim``."""
        return self.transactions.run(_claim, destination, owner, self.clock(), until)

    def page(self, replay: Replay, wanted: Selection, after: int, limit: int) -> tuple[list[ForwardClaim], int]:
        """See ``Replays.page``."""
        by_index = wanted.stamps or wanted.references
        up_to = replay.last if by_index else min(after + _LOOKED_AT, replay.last)
        return self.transactions.run(_page, wanted, after, up_to, limit)

    def present(self, log_id: int, vos: Sequence[str]) -> ForwardClaim | None:
        """See ``Replays.present``."""
        if not vos:
            return None
        found, _ = self.transactions.run(_page, Selection(vos=tuple(vos)), log_id - 1, log_id, 1)
        return found[0] if found else None

    def still_there(self, ids: Collection[int], vos: Sequence[str]) -> set[int]:
        """See ``Replays.still_there``."""
        return self.transactions.run(_still_there, sorted(ids), Selection(vos=tuple(vos))) if ids and vos else set()

    def advance(self, replay: Replay, owner: str, step: Step, until: datetime) -> None:
        """See ``Replays.advance``."""
        values = _moved(step) | {"LeaseUntil": until, "Error": ""}
        if step.after >= replay.last:
            values |= {"State": ReplayState.DONE.value, "EndedAt": self.clock(), **FREE}
        if not self.transactions.run(_changed, update(replays).where(*_leased(replay, owner)).values(values)):
            raise LeaseLost("the replay was stopped, or another agent has it")

    def failed(self, replay: Replay, owner: str, error: str) -> None:
        """See ``Replays.failed``."""
        statement = update(replays).where(*_leased(replay, owner)).values(Error=error[:_MAX_WORDS])
        self.transactions.run(_changed, statement)

    def release(self, replay: Replay, owner: str) -> None:
        """See ``Replays.release``."""
        self.transactions.run(_changed, update(replays).where(*_leased(replay, owner)).values(FREE))


def _request(connection: Connection, destination: str, selection: str, number: int, who: str, now: datetime) -> Replay:
    open_ones = select(replays).where(*_open(destination)).order_by(replays.c.ReplayID)
    for found in _replays(connection, open_ones):
        if found.selection == selection:
            return found
    new = {
        "Destination": destination,
        "Selection": selection.encode(),
        "RequestedAt": now,
        "RequestedBy": who[:_MAX_WORDS],
        "State": ReplayState.OPEN.value,
        "LastLog": connection.execute(select(func.max(logs.c.LogID))).scalar() or 0,
        "Selected": number,
    }
    made = connection.execute(insert(replays).values(new)).lastrowid
    (replay,) = _replays(connection, select(replays).where(replays.c.ReplayID == made))
    return replay


def _open(destination: str) -> tuple[Any, ...]:
    return replays.c.Destination == destination, replays.c.State == ReplayState.OPEN.value


def _leased(replay: Replay, owner: str) -> tuple[Any, ...]:
    mine = (replays.c.ReplayID == replay.id, replays.c.LeaseOwner == owner)
    return (*mine, replays.c.State == ReplayState.OPEN.value)


def _claim(connection: Connection, destination: str, owner: str, now: datetime, until: datetime) -> Replay | None:
    """Claim the oldest replay that is not done, and return it; None if there is none, or another owner holds it.

    It is locked before its lease is looked at.
    """
    oldest = select(replays).where(*_open(destination)).order_by(replays.c.ReplayID).limit(1)
    row = connection.execute(oldest.with_for_update()).first()
    if row is None or not (row.LeaseOwner == owner or row.LeaseUntil is None or row.LeaseUntil <= now):
        return None
    lease = {"LeaseOwner": owner, "LeaseUntil": until}
    connection.execute(update(replays).where(replays.c.ReplayID == row.ReplayID).values(lease))
    return _replay(row)


def _page(
    connection: Connection, wanted: Selection, after: int, up_to: int, limit: int
) -> tuple[list[ForwardClaim], int]:
    """Return claims of a page of logs, with their causes, and the id up to which logs have been looked at."""
    where = and_(matching(_EVERYTHING, wanted), logs.c.LogID > after, logs.c.LogID <= up_to)
    statement = rows.select_logs().where(where).order_by(logs.c.LogID).limit(limit)
    found = [rows.to_log(row) for row in connection.execute(statement)]
    ids = [log.id for log in found]
    causes = causes_of(connection, ids)
    claims = [ForwardClaim(log, Cursor(log.id), causes.get(log.id, NONE)) for log in found]
    return claims, ids[-1] if len(found) == limit else up_to


def _still_there(connection: Connection, ids: Sequence[int], wanted: Selection) -> set[int]:
    where = and_(matching(_EVERYTHING, wanted), logs.c.LogID.in_(ids))
    return set(connection.execute(select(logs.c.LogID).where(where)).scalars())


def _moved(step: Step) -> dict[str, Any]:
    progress = step.progress
    numbers = {
        "Logs": replays.c.Logs + progress.logs,
        "Records": replays.c.Records + progress.records,
        "Rejected": replays.c.Rejected + progress.rejected,
        "Unreadable": replays.c.Unreadable + progress.unreadable,
    }
    return {"AfterLog": step.after, **numbers, **({"Reason": step.reason[:_MAX_WORDS]} if step.reason else {})}


def _changed(connection: Connection, statement: Any) -> int:
    return connection.execute(statement).rowcount


def _replays(connection: Connection, statement: Select[Any]) -> list[Replay]:
    return [_replay(row) for row in connection.execute(statement)]


def _replay(row: Row[Any]) -> Replay:
    return Replay(
        id=row.ReplayID,
        destination=row.Destination,
        selection=bytes(row.Selection).decode(),
        requested_at=row.RequestedAt,
        requested_by=row.RequestedBy,
        state=ReplayState(row.State),
        after=row.AfterLog,
        last=row.LastLog,
        logs=row.Selected,
        progress=Progress(row.Logs, row.Records, row.Rejected, row.Unreadable),
        reason=row.Reason,
        error=row.Error,
        ended_at=row.EndedAt,
    )
