"""The engine: a lazy pool of connections with time limits, and the translation of its errors.

No connection is made before the first step, so that a collector can start while its database is away.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ...errors import ConnectionLost, StoreRefused, StoreUnavailable
from ...settings import StoreSettings
from .hex_blob import write_hex
from .idle_connections import watch_idle_connections

#: The protocol's CLIENT_MULTI_STATEMENTS. mysqlclient before 2.2 does not ask for it on MariaDB's client library.
_SEVERAL_STATEMENTS = 1 << 16
#: A deadlock, which on a Galera cluster is also a change of another node's; and a table that is just being changed.
_LATER = frozenset({1213, 1684})
#: The server takes no writes any more, as after a planned switch-over to another one; 1836 is MySQL's.
_READ_ONLY = frozenset({1290, 1836})
_DUPLICATE = 1062
#: Pauses grow up to this many times the first one.
_LONGEST = 16
_PACKET_TOO_LARGE = 1153
#: A number out of range, a value that is cut or no value of its column, characters that the column can't hold.
_NO_VALUE = frozenset({1264, 1265, 1292, 1366, 1406})

Result = TypeVar("Result")


def make_engine(url: str | URL, settings: StoreSettings) -> Engine:
    """Return an engine for ``mysql+mysqldb://`` or ``sqlite://``; no connection is made yet."""
    if str(url).startswith("sqlite"):
        return _sqlite_engine(url)
    engine = create_engine(
        # connect_args would replace SQLAlchemy's own flags
        make_url(url).update_query_dict({"client_flag": str(_SEVERAL_STATEMENTS)}),
        isolation_level="READ COMMITTED",
        pool_size=settings.max_connections,
        max_overflow=0,
        pool_timeout=settings.connect_seconds,
        pool_use_lifo=True,  # those that are not needed become idle
        pool_reset_on_return=None,  # every step ends its transaction; a rollback would cost one more trip each
        connect_args={
            "connect_timeout": settings.connect_seconds,
            "read_timeout": settings.read_seconds,
            "write_timeout": settings.read_seconds,
            "charset": "utf8mb4",
            "init_command": f"SET SESSION innodb_lock_wait_timeout={settings.lock_seconds}, time_zone='+00:00'",
        },
    )
    write_hex(engine)
    watch_idle_connections(engine, settings)
    return engine


def _sqlite_engine(url: str | URL) -> Engine:
    """Return an engine that begins each transaction with sqlite's write lock, in place of row locks.

    A step that waits for the lock tries it now and then, so that others may always come first.
    """
    arguments = {"timeout": 60, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, pool_reset_on_return=None)
    event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


@dataclass
class Transactions:
    """Runner of steps on an engine, one transaction each."""

    engine: Engine
    settings: StoreSettings

    def run(self, step: Callable[..., Result], *args: object) -> Result:
        """Run ``step(connection, *args)``, commit, and return its result.

        A step that loses a deadlock, or a race for a new row, is run again, a bounded number of times. Raise
        StoreUnavailable when the outcome is unknown, StoreRefused when the database does not accept the data.
        """
        return repeatedly(lambda: self._once(step, *args), self.settings)

    def _once(self, step: Callable[..., Result], *args: object) -> Result:
        try:
            with self.engine.connect() as connection:
                try:
                    with connection.begin():
                        return step(connection, *args)
                except BaseException:
                    _end(connection)
                    raise
        except DBAPIError as error:
            if _code(error) in _READ_ONLY:
                self.engine.dispose()  # else they would be used for ever: they are in order, and ROLLBACK succeeds
            raise


def _end(connection: Connection) -> None:
    """End what is left of a transaction that failed; give up a connection where that fails too.

    A node of a cluster that has lost the others refuses COMMIT and ROLLBACK, and the transaction stays open. The next
    step on the connection would commit the half of it that was done.
    """
    if connection.invalidated:
        return
    try:
        connection.connection.rollback()
    except Exception as error:
        connection.invalidate(error)


def repeatedly(
    step: Callable[[], Result],
    settings: StoreSettings,
    races: frozenset[int] = frozenset(),
    sleep: Callable[[float], object] = time.sleep,
) -> Result:
    """Return what ``step`` returns; run it again when it loses a deadlock, a race for a new row, or one with an error
    of ``races``.

    The pauses are random, up to a bound that doubles, so that steps that met don't meet again. Raise what
    ``translated_errors`` raises, and StoreUnavailable after ``deadlock_tries``.
    """
    first = bound = settings.deadlock_pause_seconds
    for left in reversed(range(settings.deadlock_tries)):
        with translated_errors():
            try:
                return step()
            except (OperationalError, IntegrityError) as error:
                if not _worth_repeating(error, races) or (not left and isinstance(error, IntegrityError)):
                    raise
        sleep(random.uniform(0, bound) if left else 0)
        bound = min(2 * bound, _LONGEST * first)
    raise StoreUnavailable("The database reported deadlocks again and again")


def _code(error: DBAPIError) -> int | None:
    args = getattr(error.orig, "args", ())
    return args[0] if args and isinstance(args[0], int) else None


def _worth_repeating(error: DBAPIError, races: frozenset[int]) -> bool:
    if isinstance(error, IntegrityError):
        return _code(error) in (_DUPLICATE, None)  # sqlite gives no code
    return _code(error) in _LATER | races


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn SQLAlchemy's errors into StoreUnavailable and StoreRefused; the driver's message stays in the cause."""
    try:
        yield
    except (DataError, IntegrityError, NotSupportedError) as error:
        raise StoreRefused(f"The database refused the data ({type(error.orig).__name__} {_code(error)})") from error
    except DBAPIError as error:
        if _code(error) == _PACKET_TOO_LARGE:
            raise StoreRefused("The data is larger than the database's max_allowed_packet") from error
        if _code(error) in _NO_VALUE:
            raise StoreRefused(f"The database refused the data ({type(error.orig).__name__} {_code(error)})") from error
        kind = ConnectionLost if error.connection_invalidated else StoreUnavailable
        raise kind(f"The database is not available ({type(error.orig).__name__} {_code(error)})") from error
    except PoolTimeout as error:
        raise StoreUnavailable("All connections to the database are busy") from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"The database is not usable ({type(error).__name__})") from error


__all__ = ["Transactions", "make_engine", "repeatedly", "translated_errors"]
