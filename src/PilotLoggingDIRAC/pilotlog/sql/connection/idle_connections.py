"""Idle connections of a pool, which are tested or replaced before they are used.

A server ends a connection after its ``wait_timeout`` and when it is restarted, a firewall forgets one that was silent
for long: the next statement on it would fail, although the database is there. A test is a trip to the database, so that
connections in constant use, as a writer's, are not tested.
"""

from __future__ import annotations

import time
from typing import Any, cast

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from ...settings import StoreSettings

_RETURNED = "returned"


def watch_idle_connections(engine: Engine, settings: StoreSettings) -> None:
    """Test connections that were idle for ``connection_test_seconds``; replace those that were for
    ``connection_idle_seconds``.

    Where a test fails, all connections that are older are replaced too, each when it is used next.
    """
    watch = _Watch(engine, settings)
    event.listen(engine, "checkin", watch.returned)
    event.listen(engine, "checkout", watch.taken)


class _Watch:
    """The listener of one pool."""

    def __init__(self, engine: Engine, settings: StoreSettings):
        self._engine = engine
        self._settings = settings

    def returned(self, _: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        """Note when the connection was used last; the pool forgets it with the connection."""
        record.info[_RETURNED] = time.monotonic()

    def taken(self, found: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        """Raise DisconnectionError, on which the pool connects anew, for a connection that is not to be used."""
        if _RETURNED not in record.info:  # a new connection
            return
        idle = time.monotonic() - record.info[_RETURNED]
        if idle > self._settings.connection_idle_seconds:
            raise DisconnectionError("The connection was idle for too long")
        if idle > self._settings.connection_test_seconds and not self._answers(found):
            raise InvalidatePoolError("The connection is lost")

    def _answers(self, found: DBAPIConnection) -> bool:
        try:
            return self._engine.dialect.do_ping(found)
        except cast(Any, self._engine.dialect.dbapi).Error:
            return False
