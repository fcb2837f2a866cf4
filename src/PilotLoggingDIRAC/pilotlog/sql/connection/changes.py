"""Changes of many rows in one trip. Their locks last until the transaction ends, which should follow.

An INSERT that finds its rows (``ON DUPLICATE KEY UPDATE``) would be one statement for all. But it locks the row of
``PilotLogs`` that each names as its foreign key, and the writer of that log waits until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Table, Update, bindparam, update

from . import one_trip

#: Rows of one trip. Their values are short texts, or a diagnosis of some kB.
_ROWS_PER_TRIP = 100


def change(connection: Connection, table: Table, values: Sequence[Mapping[str, object]]) -> None:
    """Change columns of rows, each named by its primary key among the values of its columns; pass over rows that are
    not there.
    """
    if not values:
        return
    key = [column.name for column in table.primary_key]
    changed: dict[str, Any] = {name: bindparam(f"new_{name}") for name in values[0] if name not in key}
    which = [table.c[name] == bindparam(f"new_{name}") for name in key]
    for_each(connection, update(table).where(*which).values(changed), [_prefixed(row) for row in values])


def _prefixed(row: Mapping[str, object]) -> dict[str, object]:
    """Return the values by names that are no column's, as SQLAlchemy takes those for its own parameters."""
    return {f"new_{name}": value for name, value in row.items()}


def for_each(connection: Connection, statement: Update, values: Sequence[Mapping[str, object]]) -> list[int]:
    """Run a statement once for each of these values of its parameters, in as few trips as possible. Return the numbers
    of rows that it found.
    """
    if not values:
        return []
    if connection.dialect.name == "sqlite":  # where the tests of the store run
        return [connection.execute(statement, dict(row)).rowcount for row in values]
    compiled, found = statement.compile(dialect=connection.dialect), []
    encoders = [(name, _encoder(connection, compiled.binds[name])) for name in compiled.positiontup or ()]
    for start in range(0, len(values), _ROWS_PER_TRIP):
        rows = [compiled.construct_params(row) for row in values[start : start + _ROWS_PER_TRIP]]
        given = [encode(row[name]) for row in rows for name, encode in encoders]
        found += [number for number, _ in one_trip.run(connection, "; ".join([compiled.string] * len(rows)), given)]
    return found


def _encoder(connection: Connection, parameter: BindParameter[Any]) -> Callable[[Any], Any]:
    """Return the function that makes the driver's value of a parameter's."""
    encode = parameter.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return encode or (lambda value: value)
