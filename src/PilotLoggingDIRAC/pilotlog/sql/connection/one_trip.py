"""Several statements in one trip to the database, by mysqlclient's own cursor, which begins and ends no transaction.

The trip and SQLAlchemy's work cost several times as much as the database's work for a statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def run(connection: Connection, statements: str, values: Sequence[Any]) -> list[tuple[int, Sequence[tuple[Any, ...]]]]:
    """Return (number of rows, rows) of each statement. Raise the errors that SQLAlchemy would raise.

    ``values`` are those of all statements, for the driver: ``%s`` stands for each.
    """
    with _errors(connection), closing(connection.connection.cursor()) as cursor:
        cursor.execute(statements, values)
        found = [(cursor.rowcount, cursor.fetchall())]
        while cursor.nextset():
            found.append((cursor.rowcount, cursor.fetchall()))
        return found


@contextmanager
def _errors(connection: Connection) -> Iterator[None]:
    """Turn the driver's errors into SQLAlchemy's, and give up a connection that is lost, as SQLAlchemy does."""
    kind = cast(Any, connection.dialect.dbapi).Error
    try:
        yield
    except kind as error:
        lost = connection.dialect.is_disconnect(error, connection.connection, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance("", None, error, kind, connection_invalidated=lost) from error
