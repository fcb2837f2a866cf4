"""Reading logs: which there are, and their text piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import zstandard
from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select, true

from ..access import Scope
from ..errors import InvalidInput
from ..model import Log, PilotId, Selection, State
from . import rows
from .engine import Transactions
from .schema import batches, files, logs

#: What is fetched at once while a log is read: at least one piece, each at most 1 MiB of text.
_BYTES_PER_STEP = 2 * 1024 * 1024
_PIECES_PER_STEP = 256

ORDERS = {
    "LogID": logs.c.LogID,
    "VO": logs.c.VO,
    "PilotStamp": logs.c.PilotStamp,
    "PilotReference": logs.c.PilotReference,
    "Site": logs.c.Site,
    "CE": logs.c.CE,
    "State": logs.c.State,
    "FirstSeen": logs.c.FirstSeen,
    "LastSeen": logs.c.LastSeen,
    "NumberOfLines": logs.c.NumberOfLines,
    "NumberOfBytes": logs.c.NumberOfBytes,
    "ReturnCode": logs.c.ReturnCode,
}


#: What was deleted on request is there for nobody, though its row may wait for its copies.
PRESENT = logs.c.State != State.DELETED.value


class SqlReader:
    """What is in the store, read without locks."""

    def __init__(self, transactions: Transactions):
        self._run = transactions.run

    def find(self, pilot: PilotId) -> list[Log]:
        """All parts of a pilot's log, first to last; empty when there is none."""
        where = and_(logs.c.VO == pilot.vo, logs.c.PilotStamp == pilot.stamp)
        return self._run(_logs, where)

    def find_stamps(self, stamps: Sequence[str]) -> list[Log]:
        """All parts of the logs with one of these stamps, of any VO."""
        return self._run(_logs, logs.c.PilotStamp.in_(stamps)) if stamps else []

    def find_reference(self, reference: str) -> list[Log]:
        """All parts of the log of the pilot with this reference; empty for a blank one, as that is no reference."""
        return self._run(_logs, logs.c.PilotReference == reference) if reference.strip() else []

    def select(
        self, scope: Scope, wanted: Selection, order: str, descending: bool, start: int, limit: int
    ) -> tuple[int, list[Log]]:
        """How many logs in the scope match, and one page of them, ordered by one of ``ORDERS``."""
        if order not in ORDERS:
            raise InvalidInput("Logs can be ordered by " + ", ".join(ORDERS))
        return self._run(_select, matching(scope, wanted), order, descending, start, limit)

    def pieces(self, log: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """(sequence, text) of the log's pieces from a sequence number on, a bounded number in memory at a time."""
        while found := self._run(_pieces, log.id, sequence):
            yield from found
            sequence = found[-1][0] + 1

    def tail_starts(self, log: Log, lines: int, max_bytes: int) -> int:
        """The sequence number from which on the pieces hold a log's last lines, as far as ``max_bytes`` go."""
        return self._run(_tail_starts, log, lines, max_bytes)

    def step(self, log_id: int, sequence: int) -> list[tuple[int, bytes]]:
        """The next few of these pieces from a sequence number on, one at least; empty when there is none."""
        return self._run(_pieces, log_id, sequence)

    def counts(self) -> dict[State, int]:
        """How many logs are in each state."""
        statement = select(logs.c.State, func.count()).group_by(logs.c.State)
        return {State(state): number for state, number in self._run(_all, statement)}

    def oldest_unarchived(self) -> datetime | None:
        """When the log was last heard of that waits longest for its archiving, if any waits."""
        waiting = [State.COMPLETE.value, State.INCOMPLETE.value]
        statement = select(func.min(logs.c.LastSeen)).where(logs.c.State.in_(waiting))
        return self._run(_all, statement)[0][0]

    def waiting_vos(self) -> list[str]:
        """The VOs that have logs which wait for their archiving."""
        waiting = [State.COMPLETE.value, State.INCOMPLETE.value]
        statement = select(logs.c.VO).where(logs.c.State.in_(waiting)).distinct()
        return sorted(vo for (vo,) in self._run(_all, statement))

    def vos_of_deleted_copies(self) -> list[str]:
        """The VOs of deleted logs that still have copies in an archive."""
        deleted = select(logs.c.VO).join(files, files.c.LogID == logs.c.LogID).where(~PRESENT)
        return sorted(vo for (vo,) in self._run(_all, deleted.distinct()))

    def failures(self) -> dict[str, int]:
        """How many logs of each VO failed to be archived and wait for another try."""
        waiting = [State.COMPLETE.value, State.INCOMPLETE.value]
        statement = (
            select(logs.c.VO, func.count())
            .where(logs.c.State.in_(waiting), logs.c.Attempts > 0)
            .group_by(logs.c.VO)
        )
        return dict(tuple(row) for row in self._run(_all, statement))


def _all(connection: Connection, statement) -> list:
    return list(connection.execute(statement))


def _logs(connection: Connection, where: ColumnElement[bool]) -> list[Log]:
    statement = rows.select_logs().where(where, PRESENT).order_by(logs.c.VO, logs.c.PilotStamp, logs.c.Part)
    return [rows.to_log(row) for row in connection.execute(statement)]


def _select(connection, where, order, descending, start, limit) -> tuple[int, list[Log]]:
    total = connection.execute(select(func.count()).select_from(logs).where(where)).scalar_one()
    column = ORDERS[order]
    ordering = (column.desc(), logs.c.LogID.desc()) if descending else (column, logs.c.LogID)
    statement = rows.select_logs().where(where).order_by(*ordering).offset(start).limit(limit)
    return total, [rows.to_log(row) for row in connection.execute(statement)]


def _pieces(connection: Connection, log_id: int, sequence: int) -> list[tuple[int, bytes]]:
    """The next pieces, as many as fit into a step; their sizes are looked at before they are fetched."""
    mine = and_(batches.c.LogID == log_id, batches.c.Sequence >= sequence)
    sizes = select(batches.c.Sequence, batches.c.NumberOfBytes).where(mine).order_by(batches.c.Sequence)
    last, room = sequence - 1, _BYTES_PER_STEP
    for number, size in connection.execute(sizes.limit(_PIECES_PER_STEP)):
        if last >= sequence and size > room:
            break
        last, room = number, room - size
    if last < sequence:
        return []
    statement = select(batches.c.Sequence, batches.c.Payload).where(mine, batches.c.Sequence <= last)
    found = connection.execute(statement.order_by(batches.c.Sequence))
    return [(number, zstandard.decompress(payload)) for number, payload in found]


def _tail_starts(connection: Connection, log: Log, lines: int, max_bytes: int) -> int:
    """One line more is looked for, as the first of the pieces may begin within a line."""
    columns = (batches.c.Sequence, batches.c.NumberOfLines, batches.c.NumberOfBytes)
    statement = select(*columns).where(batches.c.LogID == log.id).order_by(batches.c.Sequence.desc())
    first, found, size = log.next_sequence, 0, 0
    for sequence, piece_lines, piece_bytes in connection.execute(statement):
        if found > lines or (size and size + piece_bytes > max_bytes):
            break
        first, found, size = sequence, found + piece_lines, size + piece_bytes
    return first


def matching(scope: Scope, wanted: Selection) -> ColumnElement[bool]:
    """The condition that a log is there, in the scope, and matches the selection."""
    return and_(PRESENT, _in_scope(scope), *_matches(wanted))


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    allowed = []
    if scope.vos:
        allowed.append(logs.c.VO.in_(sorted(scope.vos)))
    if scope.sites:
        allowed.append(and_(logs.c.Site.in_(sorted(scope.sites)), logs.c.Site != ""))
    return or_(*allowed) if allowed else false()


def _matches(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    columns = {
        logs.c.VO: wanted.vos,
        logs.c.PilotStamp: wanted.stamps,
        logs.c.PilotReference: wanted.references,
        logs.c.Site: wanted.sites,
        logs.c.CE: wanted.ces,
        logs.c.State: [state.value for state in wanted.states],
        logs.c.ReturnCode: wanted.return_codes,
    }
    for column, values in columns.items():
        if values:
            yield column.in_(values)
    if wanted.since is not None:
        yield logs.c.LastSeen >= wanted.since
    if wanted.until is not None:
        yield logs.c.LastSeen <= wanted.until
    if wanted.incomplete:
        yield and_(logs.c.ReturnCode.is_(None), logs.c.State != State.RECEIVING.value)
    if wanted.last_error:
        yield func.lower(logs.c.LastError).contains(wanted.last_error.lower(), autoescape=True)
