"""Pilots by a part of their stamp or reference, at a cost that does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Subquery, or_, select, true

from ..schema.tables import logs
from .log_list import BY_TIME

#: A part that is no beginning is looked for in this many logs, those heard of last. Of names that begin with the part,
#: as many are looked at for the rest of a selection.
_LOOKED_AT = 50_000
_NAMES = (logs.c.PilotStamp, logs.c.PilotReference)
#: Without it MySQL may read the whole table where it believes that every other name begins with the part.
_BY_NAME = "FORCE INDEX (IX_Stamp, IX_Reference, UK_Log, IX_VO_State, IX_Site_State)"


def stamps(
    connection: Connection, where: ColumnElement[bool], wanted: ColumnElement[bool] | None, part: str, limit: int
) -> list[str]:
    """Return the stamps of logs that match, of pilots with a part of a name: those that begin with it come first.

    ``wanted`` is a condition that may hold for few of the logs in ``where``, so that none would be read in its order.
    """
    found: dict[str, None] = {}
    is_wanted = (true() if wanted is None else wanted).label("IsWanted")
    for name in _NAMES:
        begins = name.startswith(part, autoescape=True)
        first = select(logs.c.PilotStamp, is_wanted).where(where, begins).order_by(name)
        first = first.limit(limit if wanted is None else _LOOKED_AT).with_hint(logs, _BY_NAME, "mysql")
        found |= dict.fromkeys(_wanted(connection, first.subquery(), true(), limit))
    newest = select(*_NAMES, is_wanted).where(where).order_by(logs.c.LastSeen.desc(), logs.c.LogID.desc())
    last = newest.limit(_LOOKED_AT).with_hint(logs, BY_TIME, "mysql").subquery()
    holds = or_(*(column.contains(part, autoescape=True) for column in (last.c.PilotStamp, last.c.PilotReference)))
    found |= dict.fromkeys(_wanted(connection, last, holds, limit))
    return list(found)[:limit]


def _wanted(connection: Connection, looked_at: Subquery, where: ColumnElement[bool], limit: int) -> Iterable[str]:
    statement = select(looked_at.c.PilotStamp).where(looked_at.c.IsWanted, where).limit(limit)
    return connection.execute(statement).scalars()
