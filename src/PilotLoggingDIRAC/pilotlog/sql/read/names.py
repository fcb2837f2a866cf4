"""Pilots by a part of their stamp or reference, at a cost that does not grow with the table."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, or_, select

from ..schema.tables import logs
from .log_list import BY_TIME

#: A part that is no beginning is looked for in so many logs, those heard of last.
_LOOKED_AT = 50_000
_NAMES = (logs.c.PilotStamp, logs.c.PilotReference)
#: Without it MySQL may read the whole table where it believes that every other name begins so.
_BY_NAME = "FORCE INDEX (IX_Stamp, IX_Reference, UK_Log, IX_VO_State, IX_Site_State)"


def stamps(connection: Connection, where: ColumnElement[bool], part: str, limit: int) -> list[str]:
    """Return the stamps of logs that match, of pilots with a part of a name: those that begin with it come first."""
    found: dict[str, None] = {}
    for name in _NAMES:
        begins = name.startswith(part, autoescape=True)
        statement = select(logs.c.PilotStamp).where(where, begins).order_by(name).limit(limit)
        found |= dict.fromkeys(connection.execute(statement.with_hint(logs, _BY_NAME, "mysql")).scalars())
    newest = select(*_NAMES).where(where).order_by(logs.c.LastSeen.desc(), logs.c.LogID.desc()).limit(_LOOKED_AT)
    last = newest.with_hint(logs, BY_TIME, "mysql").subquery()
    holds = or_(*(column.contains(part, autoescape=True) for column in (last.c.PilotStamp, last.c.PilotReference)))
    found |= dict.fromkeys(connection.execute(select(last.c.PilotStamp).where(holds).limit(limit)).scalars())
    return list(found)[:limit]
