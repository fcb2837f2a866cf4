"""The reader of the store: finds logs, and returns their text chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from ...access import Scope
from ...model import Log, Outcome, PilotId, Selection, State
from ...ports import DestinationProgress, Total
from ..connection.engine import Transactions
from ..forward.destinations import progress_of_all
from ..schema import payload, rows
from ..schema.file_tables import files
from ..schema.tables import batches, logs
from . import log_list, names, site_figures
from .conditions import PRESENT, branches, matching, narrowing
from .log_list import Wheres

#: Text fetched by one query while a log is read; at least one row, which has at most 1 MiB.
_BYTES_PER_STEP = 2 * 1024 * 1024
_ROWS_PER_STEP = 2048

_MOST_OF_STATE = 100_000


#: Few copies have a problem: an index finds them by the first character that prints.
_LOST = (
    select(logs.c.VO, func.count())
    .join(files, and_(files.c.LogID == logs.c.LogID, files.c.Generation == logs.c.Generation))
    .where(files.c.Problem >= "!", logs.c.State == State.PURGED.value)
    .group_by(logs.c.VO)
)


@dataclass(frozen=True, slots=True)
class SqlReader:
    """The store's logs, read without locks."""

    transactions: Transactions

    def find(self, pilot: PilotId) -> list[Log]:
        """Return all parts of a pilot's log, first to last; empty when there is none."""
        where = and_(rows.of_vo(pilot.vo), logs.c.PilotStamp == pilot.stamp)
        return self.transactions.run(_logs, where)

    def find_stamps(self, stamps: Sequence[str]) -> list[Log]:
        """Return all parts of the logs with one of these stamps, of any VO."""
        return self.transactions.run(_logs, logs.c.PilotStamp.in_(stamps)) if stamps else []

    def find_reference(self, reference: str) -> list[Log]:
        """Return all parts of the log of the pilot with this reference; empty for a blank reference."""
        return self.transactions.run(_logs, logs.c.PilotReference == reference) if reference.strip() else []

    def select(
        self, scope: Scope, wanted: Selection, order: str, descending: bool, start: int, limit: int, most: int = 4_000
    ) -> tuple[Total, list[Log]]:
        """Return the number of matching logs in the scope, counted up to ``most``, and one page of them.

        ``order`` is one of ``log_list.ORDERS``. If more match, orders other than by time and by id sort only the newest
        ``most`` of them. Raise InvalidInput for a page that begins beyond ``most``.
        """
        log_list.checked(order, start, most)
        return self.transactions.run(_select, branches(scope, wanted), order, descending, start, limit, most)

    def named(self, scope: Scope, wanted: Selection, limit: int) -> list[str]:
        """Return stamps of selected pilots in the scope whose stamp or reference begins with ``wanted.name``, or has it
        somewhere, if they are among the logs heard of last; at most ``limit``.
        """
        in_scope, rest = matching(scope, Selection()), narrowing(replace(wanted, name=""))
        return self.transactions.run(names.stamps, in_scope, rest, wanted.name, limit)

    def by_site(self, scope: Scope, wanted: Selection, most: int) -> dict[tuple[str, Outcome], int]:
        """Return the number of selected logs in the scope by site and outcome, of the ``most`` heard of last.

        Raise InvalidInput for a selection without ``since`` and ``silent_before``.
        """
        return self.transactions.run(site_figures.by_site, scope, wanted, most)

    def is_heard(self, scope: Scope, wanted: Selection) -> bool:
        """Return whether there is a selected log in the scope. Raise InvalidInput for a selection without ``since``."""
        return self.transactions.run(site_figures.is_heard, scope, wanted)

    def chunks(self, log: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """See ``StoredLogs.chunks``."""
        while found := self.transactions.run(_chunks, log, sequence):
            yield from found
            sequence = found[-1][0] + 1

    def tail_starts(self, log: Log, lines: int, max_bytes: int) -> int:
        """Return the sequence number of the first chunk with a log's last lines, within ``max_bytes`` of chunks."""
        return self.transactions.run(_tail_starts, log, lines, max_bytes)

    def step(self, log: Log, sequence: int) -> list[tuple[int, bytes]]:
        """Return the next few of these chunks from a sequence number on, one at least; empty when there is none."""
        return self.transactions.run(_chunks, log, sequence)

    def counts(self) -> dict[State, int]:
        """Return the number of logs by state, without empty states; each is counted up to ``_MOST_OF_STATE``."""
        return self.transactions.run(_counts)

    def oldest_unarchived(self) -> datetime | None:
        """Return the time of the last text of the log that has waited longest for its archiving; None if none waits."""
        waiting = [State.COMPLETE.value, State.INCOMPLETE.value]
        statement = select(func.min(logs.c.LastSeen)).where(logs.c.State.in_(waiting))
        oldest: datetime | None = self.transactions.run(_all, statement)[0][0]
        return oldest

    def waiting_vos(self) -> list[str]:
        """Return the VOs whose logs wait for their archiving."""
        waiting = [State.COMPLETE.value, State.INCOMPLETE.value]
        statement = select(logs.c.VO).where(logs.c.State.in_(waiting)).distinct()
        return sorted(vo for (vo,) in self.transactions.run(_all, statement))

    def vos_of_deleted_copies(self) -> list[str]:
        """Return the VOs of deleted logs that still have copies in an archive."""
        deleted = (
            select(logs.c.VO).join(files, files.c.LogID == logs.c.LogID).where(logs.c.State == State.DELETED.value)
        )
        return sorted(vo for (vo,) in self.transactions.run(_all, deleted.distinct()))

    def lost_copies(self) -> dict[str, int]:
        """Return the number of lost copies by VO: of Purged logs, and not what was archived."""
        return dict(tuple(row) for row in self.transactions.run(_all, _LOST))

    def destinations(self) -> list[DestinationProgress]:
        """See ``StoredLogs.destinations``."""
        return self.transactions.run(progress_of_all)

    def failures(self) -> dict[str, int]:
        """Return by VO the number of logs that could not be archived and wait for another try."""
        waiting = [State.COMPLETE.value, State.INCOMPLETE.value]
        statement = (
            select(logs.c.VO, func.count()).where(logs.c.State.in_(waiting), logs.c.Attempts > 0).group_by(logs.c.VO)
        )
        return dict(tuple(row) for row in self.transactions.run(_all, statement))


def _all(connection: Connection, statement: Select[Any]) -> list[Any]:
    return list(connection.execute(statement))


def _counts(connection: Connection) -> dict[State, int]:
    found = {}
    for state in State:
        known = select(logs.c.LogID).where(logs.c.State == state.value).limit(_MOST_OF_STATE).subquery()
        found[state] = connection.execute(select(func.count()).select_from(known)).scalar_one()
    return {state: number for state, number in found.items() if number}


def _logs(connection: Connection, where: ColumnElement[bool]) -> list[Log]:
    statement = rows.select_logs().where(where, PRESENT).order_by(logs.c.VO, logs.c.PilotStamp, logs.c.Part)
    return [rows.to_log(row) for row in connection.execute(statement)]


def _select(
    connection: Connection, wheres: Wheres, order: str, descending: bool, start: int, limit: int, most: int
) -> tuple[Total, list[Log]]:
    counted = log_list.total(connection, wheres, most)
    return counted, log_list.page(connection, wheres, counted, order, descending, start, limit)


def _chunks(connection: Connection, log: Log, sequence: int) -> list[tuple[int, bytes]]:
    """Return the next chunks, as many as fit into a step.

    The sizes of rows are looked at before they are fetched, unless all of the log is known to fit. Between the two
    statements the writer may put rows together, under the number of the last of them.
    """
    fits = log.bytes <= _BYTES_PER_STEP and log.next_sequence <= _ROWS_PER_STEP
    if sequence == 0 and fits and (found := _between(connection, log, 0, log.next_sequence - 1)):
        return found
    while last := _last_of_step(connection, log, sequence):
        if found := _between(connection, log, sequence, last[0]):
            return found
    return []


def _between(connection: Connection, log: Log, first: int, last: int) -> list[tuple[int, bytes]]:
    """Return the chunks from a number on in rows whose numbers are at most ``last``."""
    statement = rows.chunks_of(log, batches.c.Sequence, batches.c.Payload)
    statement = statement.where(batches.c.Sequence.between(first, last)).order_by(batches.c.Sequence)
    return [chunk for row in connection.execute(statement) for chunk in payload.unpack(*row) if chunk[0] >= first]


def _last_of_step(connection: Connection, log: Log, sequence: int) -> list[int]:
    """Return the number of the last row that fits into a step; empty if there is no row."""
    sizes = rows.chunks_of(log, batches.c.Sequence, batches.c.NumberOfBytes).where(batches.c.Sequence >= sequence)
    last: list[int] = []
    room = _BYTES_PER_STEP
    for number, size in connection.execute(sizes.order_by(batches.c.Sequence).limit(_ROWS_PER_STEP)):
        if last and size > room:
            break
        last, room = [number], room - size
    return last


def _tail_starts(connection: Connection, log: Log, lines: int, max_bytes: int) -> int:
    """Return the first number, 0 also where there is no row: a reader from there on finds that the text has left.

    One line more is looked for, as the first of the chunks may begin within a line. A row stands for all numbers after
    the row before it.
    """
    found = size = 0
    below = log.next_sequence
    while step := _rows_below(connection, log, below):
        for below, chunk_lines, chunk_bytes in step:
            if found > lines or (size and size + chunk_bytes > max_bytes):
                return below + 1
            found, size = found + chunk_lines, size + chunk_bytes
    return 0


def _rows_below(connection: Connection, log: Log, below: int) -> list[tuple[int, int, int]]:
    """Return (number, line ends, bytes) of the last rows below a sequence number, the last first."""
    statement = rows.chunks_of(log, batches.c.Sequence, batches.c.NumberOfLines, batches.c.NumberOfBytes)
    below_it = statement.where(batches.c.Sequence < below).order_by(batches.c.Sequence.desc())
    found = connection.execute(below_it.limit(_ROWS_PER_STEP))
    return [tuple(row) for row in found]
