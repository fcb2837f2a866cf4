"""What the web page asks of the store besides reading: counts by state, sizes of pieces, how far logs have come."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlalchemy import Connection, func, select, tuple_

from ..access import Scope
from ..model import Log, PilotId, Selection, State
from ..watching import Head
from . import rows
from .engine import Transactions
from .reading import ORDERS, matching
from .schema import batches, logs


class SqlViews:
    """Questions without locks, each by an index."""

    def __init__(self, transactions: Transactions):
        self._run = transactions.run

    def states(self, scope: Scope, wanted: Selection) -> dict[State, int]:
        """How many logs in the scope match, by state; states that the selection names are not looked at."""
        return self._run(_states, scope, dataclasses.replace(wanted, states=()))

    def page(
        self, scope: Scope, wanted: Selection, order: str, descending: bool, start: int, limit: int
    ) -> list[Log]:
        """One page of the logs that match, without counting them; ordered by one of ``ORDERS``."""
        return self._run(_page, scope, wanted, order, descending, start, limit)

    def sizes(self, log_id: int, start: int) -> list[tuple[int, int]]:
        """(ends of lines, bytes) of a log's pieces from a sequence number on."""
        return self._run(_sizes, log_id, start)

    def heads(self, pilots: Sequence[PilotId]) -> dict[PilotId, Head]:
        """How far the known ones among these logs have come: one statement for all of them."""
        return self._run(_heads, pilots) if pilots else {}


def _states(connection: Connection, scope: Scope, wanted: Selection) -> dict[State, int]:
    statement = select(logs.c.State, func.count()).where(matching(scope, wanted)).group_by(logs.c.State)
    return {State(state): number for state, number in connection.execute(statement)}


def _page(connection, scope, wanted, order, descending, start, limit) -> list[Log]:
    column = ORDERS[order]
    ordering = (column.desc(), logs.c.LogID.desc()) if descending else (column, logs.c.LogID)
    statement = rows.select_logs().where(matching(scope, wanted)).order_by(*ordering).offset(start).limit(limit)
    return [rows.to_log(row) for row in connection.execute(statement)]


def _sizes(connection: Connection, log_id: int, start: int) -> list[tuple[int, int]]:
    mine = (batches.c.LogID == log_id) & (batches.c.Sequence >= start)
    statement = select(batches.c.NumberOfLines, batches.c.NumberOfBytes).where(mine).order_by(batches.c.Sequence)
    return [tuple(row) for row in connection.execute(statement)]


def _heads(connection: Connection, pilots: Sequence[PilotId]) -> dict[PilotId, Head]:
    keys = [(pilot.vo, pilot.stamp) for pilot in pilots]
    columns = (logs.c.VO, logs.c.PilotStamp, logs.c.Part, logs.c.NextSequence, logs.c.State, logs.c.ReturnCode)
    statement = select(*columns).where(tuple_(logs.c.VO, logs.c.PilotStamp).in_(keys)).order_by(logs.c.Part)
    return {
        PilotId(vo, stamp): Head(part, sequence, State(state), code is not None)
        for vo, stamp, part, sequence, state, code in connection.execute(statement)
    }
