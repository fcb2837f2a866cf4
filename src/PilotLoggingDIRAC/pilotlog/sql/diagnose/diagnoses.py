"""Stored diagnoses of logs: which are due, leases of them, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import zstandard
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, true, update

from ...access import Scope
from ...archive.diagnosing import STATES
from ...archive.walk import LogPosition
from ...diagnosed import CauseFigures, Diagnosed, UnknownFailure
from ...model import Log, Selection, State
from ...ports import Clock
from ..archive.sealing import behind, some
from ..connection.engine import Transactions
from ..read.conditions import matching
from ..schema import rows
from ..schema.lease import FREE, is_free
from ..schema.tables import diagnoses, logs
from . import unknown_failures
from .cause_figures import figures

#: An attempt counts even if the agent ended while it read the log: a log that ends agents is given up.
MAX_ATTEMPTS = 3
_MARKED_PER_STEP = 1000
_MAX_MARKED = 100_000
_STATES = [state.value for state in STATES]
_OF_LOG = diagnoses.c.LogID == logs.c.LogID
_NEW_TEXT = or_(diagnoses.c.NextSequence != logs.c.NextSequence, diagnoses.c.LastSeen != logs.c.LastSeen)


@dataclass(frozen=True, slots=True)
class SqlDiagnoses:
    """``Undiagnosed`` on SQL, and the stored diagnoses for readers."""

    transactions: Transactions
    clock: Clock

    def marked(self, limit: int) -> list[int]:
        """See ``Undiagnosed.marked``."""
        return self.transactions.run(_marked, limit)

    def due(
        self, state: State, after: LogPosition | None, looked_at: int, limit: int
    ) -> tuple[list[int], LogPosition | None]:
        """See ``Undiagnosed.due``."""
        return self.transactions.run(_due, state, after, looked_at, limit, self.clock())

    def claim(self, owner: str, ids: Sequence[int], until: datetime) -> list[Log]:
        """See ``Undiagnosed.claim``."""
        return self.transactions.run(_claim, owner, some(ids), self.clock(), until)

    def store(self, owner: str, log: Log, found: Diagnosed, most_groups: int) -> bool:
        """See ``Undiagnosed.store``."""
        return self.transactions.run(_store, owner, log, found, most_groups, self.clock())

    def outdated(
        self, version_of: Callable[[str], str], since: datetime, after: LogPosition | None, looked_at: int
    ) -> tuple[int, LogPosition | None]:
        """See ``Undiagnosed.outdated``."""
        return self.transactions.run(_outdated, version_of, since, after, looked_at)

    def of(self, ids: Iterable[int]) -> dict[int, Diagnosed]:
        """Return the diagnoses of logs by their ids, without details; others are absent."""
        wanted = sorted(set(ids))
        return self.transactions.run(_of, wanted) if wanted else {}

    def details(self, log: Log) -> str:
        """Return the JSON of a log's diagnosis, empty without one."""
        return self.transactions.run(_details, log.id)

    def summary(self, scope: Scope, wanted: Selection, by: Sequence[str]) -> CauseFigures:
        """Return the number of selected logs with a diagnosis in the scope, by some of Site, CE, VO, Cause and Party.

        Raise InvalidInput for a selection without ``since``.
        """
        return self.transactions.run(figures, scope, wanted, some(by))

    def unknown(self, scope: Scope, wanted: Selection, fingerprint: str = "") -> list[UnknownFailure]:
        """Return the groups of selected logs in the scope whose failures no rule knows, or one of them.

        The largest first, at most 1000, of the 200,000 logs heard of last. Raise InvalidInput without ``since``.
        """
        return self.transactions.run(unknown_failures.groups, scope, wanted, fingerprint)

    def is_old(self, vo: str, fingerprint: str, before: datetime) -> bool:
        """Return whether a VO's group has a log that was heard of last before a time."""
        return self.transactions.run(unknown_failures.is_old, vo, fingerprint, before)

    def again(self, wanted: Selection, versions: Mapping[str, str] | None = None) -> int:
        """Mark the diagnoses of the selected logs, up to ``_MAX_MARKED``, to be made again. Return their number.

        Logs that were given up are tried again. Only those of logs whose text is in the store; with ``versions`` of
        rules by VO (``""``: of all others), only those made with other rules. Raise InvalidInput for an empty
        selection.
        """
        some(wanted.given)
        done = 0
        while done < _MAX_MARKED and (step := self.transactions.run(_again, wanted, _is_of_others(versions))):
            done += step
        return done


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the diagnoses of logs, and the groups of failures that only they had."""
    unknown_failures.forget(connection, ids)
    connection.execute(delete(diagnoses).where(diagnoses.c.LogID.in_(ids)))


def _marked(connection: Connection, limit: int) -> list[int]:
    """Return the marked logs, without those that were given up, and clear the marks of those whose text has left."""
    wanted = and_(diagnoses.c.Again == 1, diagnoses.c.Attempts < MAX_ATTEMPTS)
    statement = select(diagnoses.c.LogID, logs.c.State).join(logs, _OF_LOG).where(wanted)
    found = connection.execute(statement.order_by(diagnoses.c.LogID).limit(limit)).all()
    gone = [log_id for log_id, state in found if state not in _STATES]
    if gone:
        connection.execute(update(diagnoses).where(diagnoses.c.LogID.in_(gone)).values(Again=0))
    return [log_id for log_id, state in found if state in _STATES]


def _due(
    connection: Connection, state: State, after: LogPosition | None, looked_at: int, limit: int, now: datetime
) -> tuple[list[int], LogPosition | None]:
    columns = (logs.c.LogID, logs.c.LastSeen)
    page = select(*columns).where(logs.c.State == state.value, behind(after))
    walked = connection.execute(page.order_by(logs.c.LastSeen, logs.c.LogID).limit(looked_at)).all()
    is_due = _that_are_due(connection, [log_id for log_id, _ in walked], now)
    found: list[int] = []
    for log_id, last_seen in walked:
        if log_id in is_due:
            found.append(log_id)
            if len(found) == limit:
                return found, LogPosition(last_seen, log_id)
    return found, LogPosition(walked[-1][1], walked[-1][0]) if len(walked) == looked_at else None


def _that_are_due(connection: Connection, ids: Sequence[int], now: datetime) -> set[int]:
    due: set[int] = set()
    for start in range(0, len(ids), _MARKED_PER_STEP):
        these = logs.c.LogID.in_(ids[start : start + _MARKED_PER_STEP])
        statement = select(logs.c.LogID).outerjoin(diagnoses, _OF_LOG).where(these, _is_due(now))
        due.update(connection.execute(statement).scalars())
    return due


def _is_due(now: datetime) -> ColumnElement[bool]:
    stale = or_(diagnoses.c.DiagnosedAt.is_(None), diagnoses.c.Again == 1, diagnoses.c.Running > 0, _NEW_TEXT)
    return or_(diagnoses.c.LogID.is_(None), and_(stale, is_free(diagnoses, now), diagnoses.c.Attempts < MAX_ATTEMPTS))


def _claim(connection: Connection, owner: str, ids: Sequence[int], now: datetime, until: datetime) -> list[Log]:
    """Lease logs. A row is inserted once: the step of the agent that comes second is run again, and finds it leased."""
    known = select(diagnoses.c.LogID, diagnoses.c.Attempts).where(diagnoses.c.LogID.in_(ids))
    locked = connection.execute(known.order_by(diagnoses.c.LogID).with_for_update())
    attempts = {row.LogID: row.Attempts for row in locked}
    due = _that_are_due(connection, ids, now)
    statement = select(logs).where(logs.c.LogID.in_(sorted(due)), logs.c.State.in_(_STATES))
    found = {log.id: log for log in map(rows.to_log, connection.execute(statement))}
    mine = _together([log_id for log_id in ids if log_id in found], attempts)
    lease = {"LeaseOwner": owner, "LeaseUntil": until}
    again = diagnoses.c.LogID.in_(sorted(attempts.keys() & mine))
    connection.execute(update(diagnoses).where(again).values(Attempts=diagnoses.c.Attempts + 1, **lease))
    if new := sorted(set(mine) - attempts.keys()):
        connection.execute(insert(diagnoses), [{"LogID": log_id, "Attempts": 1, **lease} for log_id in new])
    return [found[log_id] for log_id in mine]


def _together(ids: Sequence[int], attempts: Mapping[int, int]) -> Sequence[int]:
    """Return those not tried before; if there is none, only the first: one that ends agents must count for itself."""
    return [log_id for log_id in ids if not attempts.get(log_id)] or ids[:1]


def _store(connection: Connection, owner: str, log: Log, found: Diagnosed, most_groups: int, now: datetime) -> bool:
    mine = and_(diagnoses.c.LogID == log.id, diagnoses.c.LeaseOwner == owner)
    if not connection.execute(update(diagnoses).where(mine).values(_values(log, found, now))).rowcount:
        return False
    if fingerprint := unknown_failures.note(connection, log, found.telling, most_groups):
        connection.execute(update(diagnoses).where(diagnoses.c.LogID == log.id).values(Fingerprint=fingerprint))
    return True


def _values(log: Log, found: Diagnosed, now: datetime) -> dict[str, Any]:
    return told(log, found, now) | {
        "Running": 0,
        "Again": 0,
        **FREE,
        "Fingerprint": "",
        "TellingLine": found.telling_line,
    }


def told(log: Log, found: Diagnosed, now: datetime) -> dict[str, Any]:
    """Return the columns that say what was found in a log, and how far it was read."""
    return {
        "NextSequence": log.next_sequence,
        "LastSeen": log.last_seen,
        "DiagnosedAt": now,
        "Attempts": 0,
        "Phase": found.phase.encode("ascii", "replace").decode()[:64],
        "Rules": found.rules[:16],
        "Cause": found.cause[:64],
        "Name": found.name[:128],
        "Party": found.party[:16],
        "Line": found.line,
        "Hint": found.hint[:512],
        "Details": zstandard.compress(found.details.encode()),
        "Problem": found.problem[:255],
    }


def _of(connection: Connection, ids: Sequence[int]) -> dict[int, Diagnosed]:
    names = ("LogID", "Cause", "Name", "Party", "Line", "Hint", "Rules", "Problem", "Phase", "Running")
    made = and_(diagnoses.c.LogID.in_(ids), diagnoses.c.DiagnosedAt.is_not(None))
    found = connection.execute(select(*(diagnoses.c[name] for name in names)).where(made))
    return {row.LogID: _diagnosed(row) for row in found}


def _diagnosed(row: Row[Any]) -> Diagnosed:
    found = Diagnosed(row.Cause, row.Name, row.Party, row.Line, row.Hint, row.Rules, problem=row.Problem)
    return replace(found, phase=row.Phase, running=row.Running > 0)


def _details(connection: Connection, log_id: int) -> str:
    packed = connection.execute(select(diagnoses.c.Details).where(diagnoses.c.LogID == log_id)).scalar()
    return zstandard.decompress(packed).decode() if packed else ""


def _is_of_others(versions: Mapping[str, str] | None) -> ColumnElement[bool]:
    """Return the condition that a diagnosis was made with other rules than those of its VO; true without versions."""
    if versions is None:
        return true()
    own = {vo: version for vo, version in versions.items() if vo}
    named = [and_(logs.c["VO"] == vo, diagnoses.c.Rules != version) for vo, version in own.items()]
    return or_(and_(logs.c["VO"].not_in(list(own)), diagnoses.c.Rules != versions[""]), *named)


def _outdated(
    connection: Connection, version_of: Callable[[str], str], since: datetime, after: LogPosition | None, looked_at: int
) -> tuple[int, LogPosition | None]:
    """Mark the logs of a page whose rules are outdated, and return their number and where the next page begins.

    An index has the order only by time. Where the next page begins, logs of the same moment are looked at again:
    those that were marked do not count. Of more than a page of them, the rest is left.
    """
    begin = since if after is None else max(since, after.last_seen)
    columns = (diagnoses.c.LogID, diagnoses.c.LastSeen, diagnoses.c.Rules, diagnoses.c.Again, logs.c.VO, logs.c.State)
    statement = select(*columns).join(logs, _OF_LOG).where(diagnoses.c.LastSeen >= begin)
    walked = connection.execute(statement.order_by(diagnoses.c.LastSeen).limit(looked_at)).all()
    old = [
        row.LogID for row in walked if row.State in _STATES and not row.Again and row.Rules != version_of(row.VO)[:16]
    ]
    for start in range(0, len(old), _MARKED_PER_STEP):
        these = diagnoses.c.LogID.in_(old[start : start + _MARKED_PER_STEP])
        connection.execute(update(diagnoses).where(these).values(Again=1, Attempts=0))
    if len(walked) < looked_at:
        return len(old), None
    last = walked[-1].LastSeen
    return len(old), LogPosition(last if last > begin else last + timedelta(microseconds=1), 0)


def _again(connection: Connection, wanted: Selection, which: ColumnElement[bool]) -> int:
    """Mark a bounded number of the selected diagnoses, and return their number.

    Logs that were given up are marked as well: they have no diagnosis, or the mark of their sealing, which is followed
    no more.
    """
    unmarked = and_(diagnoses.c.Again == 0, diagnoses.c.DiagnosedAt.is_not(None))
    idle = and_(or_(unmarked, diagnoses.c.Attempts >= MAX_ATTEMPTS), logs.c.State.in_(_STATES))
    statement = (
        select(logs.c.LogID).join(diagnoses, _OF_LOG).where(matching(Scope(everything=True), wanted), idle, which)
    )
    ids = list(connection.execute(statement.limit(_MARKED_PER_STEP)).scalars())
    if ids:
        connection.execute(update(diagnoses).where(diagnoses.c.LogID.in_(ids)).values(Again=1, Attempts=0))
    return len(ids)
