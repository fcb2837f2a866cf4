"""The standings of recipients of notices: each change names the version that it is made on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import zstandard
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from ...notify.notifier import Key, StoredStanding
from ...notify.standing import Standing
from ..connection.engine import Transactions
from ..schema.lease import FREE
from ..schema.tables import notices

_MOST_ENTRIES = 10_000
_MAX_ERROR = 255


@dataclass(frozen=True, slots=True)
class SqlStandings:
    """``Standings`` on SQL; of more than ``_MOST_ENTRIES`` those that were looked at last count."""

    transactions: Transactions

    def entries(self) -> dict[Key, StoredStanding]:
        """See ``Standings.entries``."""
        return self.transactions.run(_entries)

    def save(self, entry: StoredStanding, standing: Standing, now: datetime) -> StoredStanding | None:
        """See ``Standings.save``."""
        values: dict[str, Any] = {"Standing": _packed(standing), "LookedAt": now}
        is_saved = self._change(entry, None, **values) if entry.version else self._insert(entry.key, values)
        return replace(entry, version=entry.version + 1, standing=standing, looked_at=now) if is_saved else None

    def claim(self, entry: StoredStanding, owner: str, until: datetime) -> StoredStanding | None:
        """See ``Standings.claim``."""
        is_claimed = self._change(entry, LeaseOwner=owner, LeaseUntil=until)
        return replace(entry, version=entry.version + 1, leased_until=until) if is_claimed else None

    def sent(self, entry: StoredStanding, owner: str, standing: Standing, now: datetime) -> bool:
        """See ``Standings.sent``."""
        done = {"SentAt": now, "Number": entry.number + 1, "Attempts": 0, "RetryAfter": None, "LastError": ""}
        return self._change(entry, owner, Standing=_packed(standing), **done, **FREE)

    def failed(self, entry: StoredStanding, owner: str, error: str, retry_after: datetime) -> bool:
        """See ``Standings.failed``."""
        values = {"Attempts": entry.attempts + 1, "RetryAfter": retry_after, "LastError": error[:_MAX_ERROR]}
        return self._change(entry, owner, **values, **FREE)

    def forget(self, looked_at_before: datetime) -> int:
        """See ``Standings.forget``."""
        return self.transactions.run(_forget, looked_at_before)

    def _change(self, entry: StoredStanding, owner: str | None = None, **values: Any) -> bool:
        where = and_(_of(entry.key), notices.c.Version == entry.version)
        if owner is not None:
            where = and_(where, notices.c.LeaseOwner == owner)
        return self.transactions.run(_update, where, values | {"Version": entry.version + 1})

    def _insert(self, key: Key, values: dict[str, Any]) -> bool:
        """Insert a row. Of two that do so at the same time, the step of one is run again, and finds the row there."""
        return self.transactions.run(_insert_new, key, values)


def _of(key: Key) -> ColumnElement[bool]:
    return and_(notices.c["VO"] == key.vo, notices.c.Name == key.name, notices.c.Recipient == key.recipient)


def _packed(standing: Standing) -> bytes:
    return zstandard.compress(standing.as_json().encode())


def _update(connection: Connection, where: ColumnElement[bool], values: dict[str, Any]) -> bool:
    return connection.execute(update(notices).where(where).values(values)).rowcount == 1


def _insert_new(connection: Connection, key: Key, values: dict[str, Any]) -> bool:
    if connection.execute(select(notices.c.Version).where(_of(key))).first() is not None:
        return False
    names = {"VO": key.vo, "Name": key.name, "Recipient": key.recipient, "Version": 1}
    connection.execute(insert(notices).values(names | values))
    return True


def _entries(connection: Connection) -> dict[Key, StoredStanding]:
    statement = select(notices).order_by(notices.c.LookedAt.desc()).limit(_MOST_ENTRIES)
    return {entry.key: entry for entry in map(_entry, connection.execute(statement))}


def _entry(row: Row[Any]) -> StoredStanding:
    return StoredStanding(
        Key(row.VO, row.Name, row.Recipient),
        row.Version,
        row.LookedAt,
        Standing.from_json(zstandard.decompress(row.Standing).decode()),
        row.SentAt,
        row.Number,
        row.Attempts,
        row.RetryAfter,
        row.LeaseUntil,
        row.LastError,
    )


def _forget(connection: Connection, looked_at_before: datetime) -> int:
    return connection.execute(delete(notices).where(notices.c.LookedAt < looked_at_before)).rowcount
