"""Compressed text on its way into MySQL or MariaDB, written as hexadecimal digits.

The driver sends values as part of the statement. A quoted string of arbitrary bytes is looked through for characters
of several bytes by the driver and again by the server, which takes three times as long as all the rest of storing
27 kB; for digits there is nothing to look for.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects import mysql


class HexBytes(bytes):
    """Bytes that a connection of ``write_hex`` writes as ``x'...'``."""


class HexBlob(mysql.MEDIUMBLOB):
    """A MEDIUMBLOB whose values are written so; they are read as ever."""

    def bind_processor(self, dialect: Any) -> Any:
        """Return the function that SQLAlchemy applies to a value for the driver."""
        return lambda value: value if value is None else HexBytes(value)


def write_hex(engine: Engine) -> None:
    """Let the connections of an engine for mysqlclient know how ``HexBytes`` are written."""
    event.listen(engine, "connect", lambda connection, _: connection.encoders.update({HexBytes: _literal}))


def _literal(value: HexBytes, _: Any) -> str:
    return f"x'{value.hex()}'"
