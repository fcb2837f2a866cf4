"""Queries of the web page: counts by state, sizes of chunks, progress of live logs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlalchemy import Connection, select, tuple_

from ..access import Scope
from ..model import Log, PilotId, Selection, State
from ..page.watcher import Head
from . import log_list, rows
from .engine import Transactions
from .reader import branches
from .schema import batches, logs


class SqlPageQueries:
    """Questions without locks, each by an index."""

    def __init__(self, transactions: Transactions):
        self._run = transactions.run

    def states(self, scope: Scope, wanted: Selection, most: int) -> dict[State, int]:
        """Return how many logs in the scope match, by state, counted in the ``most`` of them that were heard of
        last; states that the selection names are not looked at.
        """
        return self._run(log_list.states, branches(scope, dataclasses.replace(wanted, states=())), most)

    def sizes(self, log: Log, start: int) -> list[tuple[int, int]]:
        """(ends of lines, bytes) of a log's chunks from a sequence number on."""
        return self._run(_sizes, log, start)

    def heads(self, pilots: Sequence[PilotId]) -> dict[PilotId, Head]:
        """Return the progress of the known ones among these logs, in one statement."""
        return self._run(_heads, pilots) if pilots else {}


def _sizes(connection: Connection, log: Log, start: int) -> list[tuple[int, int]]:
    columns = (batches.c.NumberOfLines, batches.c.NumberOfBytes)
    statement = rows.chunks_of(log, *columns).where(batches.c.Sequence >= start).order_by(batches.c.Sequence)
    return [tuple(row) for row in connection.execute(statement)]


def _heads(connection: Connection, pilots: Sequence[PilotId]) -> dict[PilotId, Head]:
    keys = [(pilot.vo, pilot.stamp) for pilot in pilots]
    columns = (logs.c.VO, logs.c.PilotStamp, logs.c.Part, logs.c.NextSequence, logs.c.State, logs.c.ReturnCode)
    statement = select(*columns).where(tuple_(logs.c.VO, logs.c.PilotStamp).in_(keys)).order_by(logs.c.Part)
    return {
        PilotId(vo, stamp): Head(part, sequence, State(state), code is not None)
        for vo, stamp, part, sequence, state, code in connection.execute(statement)
    }
