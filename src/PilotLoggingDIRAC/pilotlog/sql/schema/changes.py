"""Changes of many rows in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import mysql, sqlite


def change(connection: Connection, table: Table, values: Sequence[Mapping[str, object]]) -> None:
    """Change columns of rows that are there, each named by its primary key among the values of its columns.

    As an INSERT that finds them it is one statement for all; UPDATE is one for each. Lock the rows before: where one
    is missing, it would be made.
    """
    if not values:
        return
    key = [column.name for column in table.primary_key]
    names = [name for name in values[0] if name not in key]
    if connection.dialect.name == "sqlite":  # where the tests of the store run
        other = sqlite.insert(table)
        found = {name: other.excluded[name] for name in names}
        connection.execute(other.on_conflict_do_update(index_elements=key, set_=found), values)
        return
    statement = mysql.insert(table)
    new = {name: statement.inserted[name] for name in names}
    connection.execute(statement.on_duplicate_key_update(new), values)
