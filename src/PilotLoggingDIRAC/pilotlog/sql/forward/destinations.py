"""Records of destinations: since when, how much was sent, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from ...ports import Clock, DestinationProgress
from ..connection.engine import Transactions
from ..schema.forward_tables import destinations, forwards, parcels

_MAX_WORDS = 255
_FORGOTTEN_PER_STEP = 5000


@dataclass(frozen=True, slots=True)
class SqlDestinations:
    """``Destinations`` on SQL."""

    transactions: Transactions
    clock: Clock

    def begin(self, name: str) -> DestinationProgress:
        """See ``Destinations.begin``. Of two that begin at the same time one fails, and then finds the other's row."""
        return self.transactions.run(_begin, name, self.clock())

    def caught_up(self, name: str, moment: datetime) -> None:
        """See ``Destinations.caught_up``."""
        earlier = or_(destinations.c.CaughtUpAt.is_(None), destinations.c.CaughtUpAt < moment)
        statement = update(destinations).where(destinations.c.Name == name, earlier).values(CaughtUpAt=moment)
        self.transactions.run(_execute, statement)

    def sent(self, name: str, records: int, rejected: int, reason: str) -> None:
        """See ``Destinations.sent``."""
        values = {
            "SentAt": self.clock(),
            "FailingSince": None,
            "Error": "",
            "Records": destinations.c.Records + records,
            "Rejected": destinations.c.Rejected + rejected,
            **({"Reason": reason[:_MAX_WORDS]} if rejected else {}),
        }
        self.transactions.run(_execute, update(destinations).where(destinations.c.Name == name).values(values))

    def failed(self, name: str, error: str) -> None:
        """See ``Destinations.failed``."""
        since = func.coalesce(destinations.c.FailingSince, self.clock())
        values = {"FailingSince": since, "Error": error[:_MAX_WORDS]}
        self.transactions.run(_execute, update(destinations).where(destinations.c.Name == name).values(values))

    def progress(self) -> list[DestinationProgress]:
        """See ``Destinations.progress``."""
        return self.transactions.run(progress_of_all)

    def forget(self, name: str) -> None:
        """See ``Destinations.forget``. The cursors go first, some at a time."""
        while self.transactions.run(_forget_cursors, name):
            pass
        self.transactions.run(_execute, delete(parcels).where(parcels.c.Destination == name))
        self.transactions.run(_execute, delete(destinations).where(destinations.c.Name == name))


def _execute(connection: Connection, statement: Any) -> None:
    connection.execute(statement)


def _begin(connection: Connection, name: str, now: datetime) -> DestinationProgress:
    found = connection.execute(select(destinations).where(destinations.c.Name == name)).first()
    if found is not None:
        return _progress(found)
    connection.execute(insert(destinations).values(Name=name, BeganAt=now))
    return DestinationProgress(name, now)


def progress_of_all(connection: Connection) -> list[DestinationProgress]:
    """Return the progress of all destinations, by their names."""
    return [_progress(row) for row in connection.execute(select(destinations).order_by(destinations.c.Name))]


def _progress(row: Row[Any]) -> DestinationProgress:
    return DestinationProgress(
        name=row.Name,
        began=row.BeganAt,
        caught_up_at=row.CaughtUpAt,
        sent_at=row.SentAt,
        failing_since=row.FailingSince,
        error=row.Error,
        records=row.Records,
        rejected=row.Rejected,
        reason=row.Reason,
    )


def _forget_cursors(connection: Connection, name: str) -> int:
    some = select(forwards.c.LogID).where(forwards.c.Destination == name).limit(_FORGOTTEN_PER_STEP)
    ids = list(connection.execute(some).scalars())
    if ids:
        connection.execute(delete(forwards).where(forwards.c.Destination == name, forwards.c.LogID.in_(ids)))
    return len(ids)
