"""The database's identity: a random name, which is renewed after a restore, and the highest id that it has given."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from ...ports import Clock, StoreIdentity
from ..connection.engine import Transactions
from .tables import identity, logs


@dataclass(frozen=True)
class SqlIdentity:
    """The identity of the database that the engine leads to."""

    transactions: Transactions
    clock: Clock

    def look(self) -> StoreIdentity:
        """Return the identity; a database without a name gets a new one. Raise StoreUnavailable."""
        name, highest = self.transactions.run(_look)
        return StoreIdentity(name or self.transactions.run(_name, self.clock()), highest)


def _look(connection: Connection) -> tuple[str, int]:
    name = connection.execute(select(identity.c.Name)).scalar()
    highest = connection.execute(select(func.max(logs.c.LogID))).scalar()
    return name or "", highest or 0


def _name(connection: Connection, now: object) -> str:
    """Name the database, unless somebody else just did: then the insertion fails, and the step is run again."""
    name: str | None = connection.execute(select(identity.c.Name)).scalar()
    if name is None:
        name = secrets.token_hex(16)
        connection.execute(insert(identity).values(Number=1, Name=name, MadeAt=now))
    return name
