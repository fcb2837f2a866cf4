"""Ordered, recorded, additive changes of the schema.

Each change runs once and is recorded. Changes run under a lock of the database, so that many components may start at
once. They remove no table and no column, so that the version before works beside the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, insert, inspect, select, text, update
from sqlalchemy.schema import CreateColumn

from ...errors import StoreUnavailable
from ...ports import Clock
from ...settings import StoreSettings
from ..connection.engine import repeatedly
from .columns import metadata
from .file_tables import bundles, files
from .forward_tables import destinations, forwards
from .tables import diagnoses, logs, migrations

_LOCK = "PilotLoggingDB.migrations"
_LOCK_SECONDS = 60
#: A table, column or index that is there already: a step that somebody else runs at the same time on another node of a
#: cluster, as the named lock is each node's own.
_RACES = frozenset({1050, 1060, 1061})
_SETTINGS = StoreSettings()


def _create_tables(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=True)


def _add_columns(*columns: Column[Any]) -> Callable[[Connection], None]:
    """Return a step that adds missing columns to a table; a new database has them from the first step on."""

    def step(connection: Connection) -> None:
        table = columns[0].table
        present = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in columns:
            if column.name not in present:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {definition}"))

    return step


def _add_indices(table: Table, new: tuple[str, ...]) -> Callable[[Connection], None]:
    """Return a step that adds indices of a table, while others write."""

    def step(connection: Connection) -> None:
        present = {index["name"] for index in inspect(connection).get_indexes(table.name)}
        for index in table.indexes:
            if index.name in new and index.name not in present:
                index.create(connection)

    return step


def _replace_indices(old: tuple[str, ...], new: tuple[str, ...]) -> Callable[[Connection], None]:
    """Return a step that adds indices of ``logs``, and takes away those that the new ones begin with."""

    def step(connection: Connection) -> None:
        _add_indices(logs, new)(connection)
        present = {index["name"] for index in inspect(connection).get_indexes(logs.name)}
        place = f" ON {logs.name}" if connection.dialect.name == "mysql" else ""
        for name in present.intersection(old):
            connection.execute(text(f"DROP INDEX {name}{place}"))

    return step


def _add_descriptions(connection: Connection) -> None:
    _create_tables(connection)
    _add_columns(logs.c.PilotStatus, logs.c.Host)(connection)
    _replace_indices(("IX_ReturnCode",), ("IX_Outcome", "IX_Site_State", "IX_Host"))(connection)


def _add_missing_bytes(connection: Connection) -> None:
    """Add the column. The version before counts only in ``DroppedBytes``; ``rows`` reads the larger of the two."""
    _add_columns(logs.c.MissingBytes)(connection)
    _replace_indices((), ("IX_Missing",))(connection)
    dropped = (logs.c.DroppedBytes > 0, logs.c.MissingBytes == 0)
    connection.execute(update(logs).where(*dropped).values(MissingBytes=logs.c.DroppedBytes))


def _add_forwarding(connection: Connection) -> None:
    metadata.create_all(connection, [destinations, forwards], checkfirst=True)


def _add_parcels(connection: Connection) -> None:
    _create_tables(connection)
    _add_columns(forwards.c.Parcel)(connection)


def _add_unknown_failures(connection: Connection) -> None:
    _create_tables(connection)
    _add_columns(diagnoses.c.Fingerprint, diagnoses.c.TellingLine)(connection)
    _add_indices(diagnoses, ("IX_Fingerprint",))(connection)


def _add_left_out_indices(connection: Connection) -> None:
    """Add each index that is not there: a step that ended between a table and its indices found the table, when it was
    run again, and left it without them. Tables and columns of later steps are not there yet, and bring their own.
    """
    inspector = inspect(connection)
    for table in [table for table in metadata.sorted_tables if inspector.has_table(table.name)]:
        present = {column["name"] for column in inspector.get_columns(table.name)}
        ready = (index for index in table.indexes if present.issuperset(index.columns.keys()))
        _add_indices(table, tuple(str(index.name) for index in ready))(connection)


def _add_bundles(connection: Connection) -> None:
    _create_tables(connection)
    _add_columns(files.c.BundleID, files.c.MemberOffset, files.c.MemberSize, files.c.MemberCRC)(connection)
    _add_indices(files, ("IX_Bundle",))(connection)


_STREAM = (logs.c.Carry, logs.c.DroppedBytes, logs.c.Sender, logs.c.ManySenders)
_NARROW = ("IX_LastSeen", "IX_VO_LastSeen", "IX_Site_LastSeen", "IX_CE_LastSeen")
_WIDE = ("IX_Seen", "IX_VO_Seen", "IX_Site_Seen", "IX_CE_Seen", "IX_VO_State", "IX_LastError")

#: (version, name, step), in order; append only. A step that makes a table adds its indices by ``_add_indices``, too: it
#: may have been interrupted between the two.
MIGRATIONS: tuple[tuple[int, str, Callable[[Connection], None]], ...] = (
    (1, "create tables", _create_tables),
    (2, "state of the text, dropped bytes and senders of logs", _add_columns(*_STREAM)),
    (3, "indices that lists and agents read without rows", _replace_indices(_NARROW, _WIDE)),
    (4, "looks at archived copies", _add_columns(files.c.CheckedAt, files.c.Problem)),
    (5, "indices of looks at archived copies", _add_indices(files, ("IX_Checked", "IX_Problem"))),
    (6, "identity of the database", _create_tables),
    (7, "output of computing elements", _create_tables),
    (8, "answers to the last messages of logs", _add_columns(logs.c.Answers)),
    (9, "bytes that are missing in logs", _add_missing_bytes),
    (10, "all return codes and senders of logs", _add_columns(logs.c.ReturnCodes, logs.c.Senders)),
    (11, "diagnoses of logs", _create_tables),
    (12, "descriptions of running pilots", _add_descriptions),
    (13, "failures that no rule knows", _add_unknown_failures),
    (14, "diagnoses of running pilots", _add_columns(diagnoses.c.Phase, diagnoses.c.Running)),
    (15, "notices", _create_tables),
    (16, "dictionaries of texts", _create_tables),
    (17, "bundles of archived copies", _add_bundles),
    (18, "destinations and how far logs were sent there", _add_forwarding),
    (19, "requests to send logs again", _create_tables),
    (20, "indices of bundles", _add_indices(bundles, ("IX_VO_Retired", "IX_VO_Verified"))),
    (21, "parcels of destinations with transactions", _add_parcels),
    (22, "indices that an interrupted step left out", _add_left_out_indices),
)


def migrate(engine: Engine, clock: Clock, settings: StoreSettings = _SETTINGS) -> list[str]:
    """Bring the schema up to date and return the names of the steps that were run.

    Raise StoreUnavailable when the database can't be reached or somebody else holds the lock for a minute.
    """
    done: list[str] = []
    repeatedly(lambda: _migrate(engine, clock, done), settings, _RACES)
    return done


def _migrate(engine: Engine, clock: Clock, done: list[str]) -> None:
    with engine.connect() as connection, _Lock(connection):
        done += (name for version, name, step in MIGRATIONS if _apply(connection, version, name, step, clock))


def missing(engine: Engine, settings: StoreSettings = _SETTINGS) -> list[str]:
    """Return the names of the steps that have not been run. Raise StoreUnavailable."""
    recorded = repeatedly(lambda: _all_recorded(engine), settings)
    return [name for version, name, _ in MIGRATIONS if version not in recorded]


def _all_recorded(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return _recorded(connection)


def _apply(connection: Connection, version: int, name: str, step: Callable[[Connection], None], clock: Clock) -> bool:
    """Run one step in a transaction of its own, unless it is recorded. Return whether it was run."""
    due = version not in _recorded(connection)
    if due:
        step(connection)
        connection.execute(insert(migrations).values(Version=version, Name=name, AppliedAt=clock()))
    connection.commit()
    return due


def _recorded(connection: Connection) -> set[int]:
    if not inspect(connection).has_table(migrations.name):
        return set()
    return set(connection.execute(select(migrations.c.Version)).scalars())


class _Lock:
    """The database's named lock; sqlite needs none, as its transactions are exclusive."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._named = connection.dialect.name == "mysql"

    def __enter__(self) -> None:
        if self._named:
            got = self._connection.execute(
                text("SELECT GET_LOCK(:name, :wait)"), {"name": _LOCK, "wait": _LOCK_SECONDS}
            )
            if got.scalar() != 1:
                raise StoreUnavailable("Another component has been migrating the database for a minute")

    def __exit__(self, *_: object) -> None:
        if self._named and not self._connection.invalidated:
            self._connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": _LOCK})
