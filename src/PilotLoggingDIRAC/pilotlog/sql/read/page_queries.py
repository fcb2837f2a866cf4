"""Queries of the web page: counts by state, sizes of chunks, progress of live logs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from ...access import Scope
from ...model import Log, Outcome, PilotId, Selection, State
from ...page.figures import Span
from ...page.tallies import LogTally
from ...page.watcher import Head
from ..connection.engine import Transactions
from ..schema import payload, rows
from ..schema.tables import batches, logs
from ..write import runs
from . import log_list, outcomes, tallies
from .conditions import branches

_ROWS_PER_STEP = 500


@dataclass(frozen=True, slots=True)
class SqlPageQueries:
    """Queries without locks; each uses an index."""

    transactions: Transactions

    def states(self, scope: Scope, wanted: Selection, most: int) -> dict[State, int]:
        """Return the number of matching logs in the scope by state, among the newest ``most`` of them.

        The states of the selection are ignored.
        """
        return self.transactions.run(log_list.states, branches(scope, replace(wanted, states=())), most)

    def outcomes(self, scope: Scope, wanted: Selection, most: int, silent_before: datetime) -> dict[Outcome, int]:
        """Return the number of matching logs in the scope by outcome, among the newest ``most`` of them.

        The outcomes of the selection are ignored.
        """
        wheres, value = branches(scope, replace(wanted, outcomes=())), outcomes.column(silent_before)
        found = self.transactions.run(log_list.numbers, wheres, most, value)
        return {Outcome(name): number for name, number in found.items()}

    def tallies(
        self, scope: Scope, wanted: Selection, spans: Sequence[Span], most: int, silent_before: datetime
    ) -> list[LogTally]:
        """See ``FigureCounts.tallies``."""
        return self.transactions.run(tallies.tallies, scope, wanted, spans, most, silent_before)

    def details(self, scope: Scope, wanted: Selection, most: int) -> list[str]:
        """See ``FigureCounts.details``."""
        return self.transactions.run(tallies.details, scope, wanted, most)

    def sizes(self, log: Log, start: int) -> list[tuple[int, int]]:
        """Return (ends of lines, bytes) of a log's chunks from a sequence number on."""
        return self.transactions.run(_sizes, log, start)

    def heads(self, pilots: Sequence[PilotId]) -> dict[PilotId, Head]:
        """Return the progress of the known ones among these logs, in one statement."""
        return self.transactions.run(_heads, pilots) if pilots else {}


def _sizes(connection: Connection, log: Log, start: int) -> list[tuple[int, int]]:
    columns = (batches.c.Sequence, batches.c.NumberOfLines, batches.c.NumberOfBytes)
    statement = rows.chunks_of(log, *columns).where(batches.c.Sequence >= start).order_by(batches.c.Sequence)
    stored = connection.execute(statement).all()
    several = _runs(connection, log, _doubtful([(row[0], row[2]) for row in stored]))
    found: list[tuple[int, int]] = []
    following = start
    for sequence, lines, size in stored:
        found += several[sequence][following - sequence - 1 :] if several.get(sequence) else [(lines, size)]
        following = sequence + 1
    return found


def _doubtful(stored: Sequence[tuple[int, int]]) -> list[int]:
    """Return which of these (number, bytes) may hold several chunks: a small first row, and those after a gap."""
    first = [number for number, size in stored[:1] if size <= runs.MAX_BYTES]
    return first + [number for (before, _), (number, _) in itertools.pairwise(stored) if number > before + 1]


def _runs(connection: Connection, log: Log, doubtful: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Return (line ends, bytes) of the chunks in these rows, nothing of a row that holds one chunk."""
    found: dict[int, list[tuple[int, int]]] = {}
    for start in range(0, len(doubtful), _ROWS_PER_STEP):
        these = batches.c.Sequence.in_(doubtful[start : start + _ROWS_PER_STEP])
        packed = connection.execute(rows.chunks_of(log, batches.c.Sequence, batches.c.Payload).where(these))
        found |= {number: payload.sizes(content) for number, content in packed}
    return found


def _heads(connection: Connection, pilots: Sequence[PilotId]) -> dict[PilotId, Head]:
    keys = [(pilot.vo, pilot.stamp) for pilot in pilots]
    names = ("VO", "PilotStamp", "Part", "NextSequence", "State", "ReturnCode", "PilotStatus", "Site")
    statement = select(*(logs.c[name] for name in names))
    found = connection.execute(statement.where(tuple_(logs.c.VO, logs.c.PilotStamp).in_(keys)).order_by(logs.c.Part))
    return {PilotId(row.VO, row.PilotStamp): _head(row) for row in found}


def _head(row: Row[Any]) -> Head:
    complete = row.ReturnCode is not None
    return Head(row.Part, row.NextSequence, State(row.State), complete, row.PilotStatus, row.Site)
