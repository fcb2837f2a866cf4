"""The types of columns, and what all tables have in common. Names compare binary; times are UTC with microseconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, MetaData, String
from sqlalchemy.dialects import mysql, sqlite

from ..connection.hex_blob import HexBlob

metadata = MetaData()

OPTIONS: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
BigKey = BigInteger().with_variant(mysql.BIGINT(unsigned=True), "mysql").with_variant(sqlite.INTEGER(), "sqlite")
Time = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql")
Payload = LargeBinary().with_variant(HexBlob(), "mysql")


def name(length: int) -> String:
    """Return the type of ASCII text that compares binary."""
    return String(length).with_variant(mysql.VARCHAR(length, charset="ascii", collation="ascii_bin"), "mysql")


def text(length: int) -> String:
    """Return the type of any text that compares binary."""
    return String(length).with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql")
