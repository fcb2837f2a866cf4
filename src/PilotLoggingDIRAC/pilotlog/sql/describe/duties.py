"""Duties: tasks that one component at a time does for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from ...ports import Clock
from ..connection.engine import Transactions
from ..schema.tables import duties

#: Nobody takes a duty for this much longer than others do: what ends later was noted while a clock was ahead.
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SqlDuties:
    """The duties of the components that share a database."""

    transactions: Transactions
    clock: Clock

    def hold(self, name: str, owner: str, seconds: float) -> bool:
        """Take a duty for some time, or go on with it. Return False while somebody else has it.

        A holder that stalls for longer does the same work as the next one for a while: duties are for tasks that may be
        done twice. Raise StoreUnavailable.
        """
        return self.transactions.run(_hold, name, owner, self.clock(), timedelta(seconds=seconds))

    def leave(self, name: str, owner: str) -> None:
        """Let somebody else take a duty at once. Raise StoreUnavailable."""
        self.transactions.run(_leave, name, owner, self.clock())


def _hold(connection: Connection, name: str, owner: str, now: datetime, span: timedelta) -> bool:
    """Take a duty or go on with it. Of two that insert its row at once one fails, and its step is run again."""
    mine = or_(duties.c.Owner == owner, duties.c.Until <= now, duties.c.Until > now + span + _LONGEST)
    taken = update(duties).where(duties.c.Name == name, mine).values(Owner=owner, Until=now + span)
    if connection.execute(taken).rowcount:
        return True
    if connection.execute(select(duties.c.Name).where(duties.c.Name == name)).first() is None:
        connection.execute(insert(duties).values(Name=name, Owner=owner, Until=now + span))
        return True
    found = select(duties.c.Owner).where(duties.c.Name == name)
    return bool(connection.execute(found).scalar() == owner)  # its row has these very values already


def _leave(connection: Connection, name: str, owner: str, now: datetime) -> None:
    mine = (duties.c.Name == name, duties.c.Owner == owner)
    connection.execute(update(duties).where(*mine).values(Until=now))
