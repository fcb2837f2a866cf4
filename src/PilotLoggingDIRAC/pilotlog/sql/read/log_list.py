"""Lists of logs, at a cost that does not grow with the table: counted up to a bound, sorted up to a bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, Subquery, func, select, union

from ...errors import InvalidInput
from ...model import Log, State
from ...ports import Total
from ..schema import rows
from ..schema.tables import logs

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

_WALKED = ("LastSeen", "LogID")

#: An index in the order of time: if many logs match, it is read until there are enough. An optimizer would sort all.
BY_TIME = "FORCE INDEX (IX_Seen, IX_VO_Seen, IX_Site_Seen, IX_CE_Seen, IX_State_LastSeen)"

Wheres = Sequence[ColumnElement[bool]]
"""Conditions of which a log matches at least one. Each can use an index of its own; one OR of them could not."""


def total(connection: Connection, wheres: Wheres, most: int) -> Total:
    """Return the number of logs that match; counting ends at ``most``."""
    found = _together([select(logs.c.LogID).where(where).limit(most + 1) for where in wheres]).subquery()
    number = connection.execute(select(func.count()).select_from(found)).scalar_one()
    return Total(min(number, most), number > most)


def states(connection: Connection, wheres: Wheres, most: int) -> dict[State, int]:
    """Return the number of matching logs by state, counted in the ``most`` of them last heard of."""
    return {State(state): number for state, number in numbers(connection, wheres, most, logs.c.State).items()}


def numbers(connection: Connection, wheres: Wheres, most: int, value: ColumnElement[Any]) -> dict[Any, int]:
    """Return the number of matching logs by a value, counted in the ``most`` of them last heard of."""
    found = _among(wheres, value, total(connection, wheres, most))
    statement = select(found.c.Sorted, func.count()).group_by(found.c.Sorted)
    return {row[0]: row[1] for row in connection.execute(statement)}


def page(
    connection: Connection, wheres: Wheres, counted: Total, order: str, descending: bool, start: int, limit: int
) -> list[Log]:
    """Return a page of the logs that match.

    If more logs match than were counted, orders other than by time and by id sort only the newest of them, as many as
    were counted.
    """
    if counted.more and order in _WALKED:
        found = _first(wheres, ORDERS[order], descending, start + limit)
    else:
        found = _among(wheres, ORDERS[order], counted)
    ids = select(found.c.LogID).order_by(*_ordering(found.c.Sorted, found.c.LogID, descending))
    return _in_order(connection, connection.execute(ids.offset(start).limit(limit)).scalars().all())


def _among(wheres: Wheres, column: ColumnElement[Any], counted: Total) -> Subquery:
    """Return the logs that were counted, all or those last heard of: ``LogID`` and, as ``Sorted``, a column."""
    if not counted.more:
        columns = (logs.c.LogID, column.label("Sorted"))
        return _together([select(*columns).where(where).limit(counted.number) for where in wheres]).subquery()
    newest = _first(wheres, logs.c.LastSeen, True, counted.number, column.label("Of"))
    place = (newest.c.Sorted.desc(), newest.c.LogID.desc())
    return select(newest.c.LogID, newest.c.Of.label("Sorted")).order_by(*place).limit(counted.number).subquery()


def _first(
    wheres: Wheres, column: ColumnElement[Any], descending: bool, limit: int, *more: ColumnElement[Any]
) -> Subquery:
    """Return ``limit`` logs, or as many for each condition, that come first in the order of an indexed column."""
    ordering = _ordering(column, logs.c.LogID, descending)
    columns = (logs.c.LogID, column.label("Sorted"), *more)
    parts = [select(*columns).where(where).order_by(*ordering).limit(limit) for where in wheres]
    if column is logs.c.LastSeen:
        parts = [part.with_hint(logs, BY_TIME, "mysql") for part in parts]
    return _together(parts).subquery()


def _together(parts: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return parts[0] if len(parts) == 1 else union(*(select(part.subquery()) for part in parts))


def _ordering(
    column: ColumnElement[Any], number: ColumnElement[Any], descending: bool
) -> tuple[ColumnElement[Any], ...]:
    return (column.desc(), number.desc()) if descending else (column, number)


def _in_order(connection: Connection, ids: Sequence[int]) -> list[Log]:
    if not ids:
        return []
    found = {
        log.id: log for log in map(rows.to_log, connection.execute(rows.select_logs().where(logs.c.LogID.in_(ids))))
    }
    return [found[log_id] for log_id in ids if log_id in found]


def checked(order: str, start: int, most: int) -> None:
    """Raise InvalidInput for an unknown order, and for a page beyond the bound of counting."""
    if order not in ORDERS:
        raise InvalidInput("Logs can be ordered by " + ", ".join(ORDERS))
    if start > most:
        raise InvalidInput(f"The first {most} logs can be listed; choose by dates to see others")
