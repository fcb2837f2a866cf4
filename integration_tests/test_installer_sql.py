"""PilotLoggingDB as dirac-install-db makes it, and as the services make it: one and the same."""

from datetime import UTC, datetime

import pytest

from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import make_engine
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import MIGRATIONS, migrate

INSTALLED = "PilotLoggingDB"
MIGRATED = "PilotLoggingDB_migrated"

#: What DIRAC's installer grants.
GRANTED = (
    "SELECT,INSERT,LOCK TABLES,UPDATE,DELETE,CREATE,DROP,ALTER,REFERENCES,CREATE VIEW,SHOW VIEW,INDEX,TRIGGER,"
    "ALTER ROUTINE,CREATE ROUTINE,CREATE TEMPORARY TABLES"
)

FACTS = {
    "TABLES": "TABLE_NAME, ENGINE, TABLE_COLLATION, ROW_FORMAT",
    "COLUMNS": "TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, COLUMN_DEFAULT, IS_NULLABLE, EXTRA,"
    " CHARACTER_SET_NAME, COLLATION_NAME",
    "STATISTICS": "TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, SUB_PART, INDEX_TYPE",
    "KEY_COLUMN_USAGE": "TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME, REFERENCED_TABLE_NAME,"
    " REFERENCED_COLUMN_NAME",
    "REFERENTIAL_CONSTRAINTS": "TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE",
}


def now():
    return datetime.now(UTC).replace(tzinfo=None)


def facts(stack, database, table):
    column = "CONSTRAINT_SCHEMA" if table == "REFERENTIAL_CONSTRAINTS" else "TABLE_SCHEMA"
    query = f"SELECT {FACTS[table]} FROM information_schema.{table} WHERE {column} = %s"
    return sorted(stack.sql(None, query, (database,)), key=repr)


@pytest.fixture(scope="module")
def migrated(stack):
    """A database that migrate() has made, with the rights that DIRAC's installer grants."""
    stack.sql(None, f"CREATE DATABASE `{MIGRATED}`")
    stack.sql(None, f"GRANT {GRANTED} ON `{MIGRATED}`.* TO 'Dirac'@'%'")
    engine = make_engine(stack.engine_url(MIGRATED), StoreSettings())
    assert migrate(engine, now) == [name for _, name, _ in MIGRATIONS]
    yield engine
    engine.dispose()
    stack.sql(None, f"DROP DATABASE `{MIGRATED}`")


@pytest.mark.parametrize("table", FACTS)
def test_installed_and_migrated_databases_are_equal(stack, migrated, table):
    found = facts(stack, MIGRATED, table)
    assert found
    assert facts(stack, INSTALLED, table) == found


def test_database_of_the_installer_needs_no_migration(stack):
    engine = make_engine(stack.engine_url(INSTALLED), StoreSettings())
    assert migrate(engine, now) == []
    engine.dispose()


def test_migrating_again_does_nothing(migrated):
    assert migrate(migrated, now) == []


def test_running_the_installer_again_does_no_harm(stack):
    before = [facts(stack, INSTALLED, table) for table in FACTS]
    recorded = stack.sql(INSTALLED, "SELECT * FROM SchemaMigrations")
    assert recorded
    install_again(stack)
    assert [facts(stack, INSTALLED, table) for table in FACTS] == before
    assert stack.sql(INSTALLED, "SELECT * FROM SchemaMigrations") == recorded


def install_again(stack):
    done = stack.run(["python", "-m", "integration_tests.stack.filling", "databases", INSTALLED])
    assert done.returncode == 0, done.stdout + done.stderr


#: What later migrations add to tables of earlier ones.
NEWER_COLUMNS = {
    "PilotLogs": (
        *("Carry", "DroppedBytes", "Sender", "ManySenders", "Answers", "MissingBytes", "ReturnCodes", "Senders"),
        *("PilotStatus", "Host"),
    ),
    "PilotLogDiagnoses": ("Fingerprint", "TellingLine", "Phase", "Running"),
    "PilotLogFiles": ("BundleID", "MemberOffset", "MemberSize", "MemberCRC"),
}
NEWER_INDICES = {
    "PilotLogs": ("IX_Outcome", "IX_Site_State", "IX_Host"),
    "PilotLogDiagnoses": ("IX_Fingerprint",),
    "PilotLogFiles": ("IX_Bundle",),
}


@pytest.fixture
def upgraded(stack):
    """A database of version 1, as far as its columns go, that migrate() has brought up to date."""
    name = "PilotLoggingDB_upgraded"
    stack.sql(None, f"CREATE DATABASE `{name}`")
    stack.sql(None, f"GRANT {GRANTED} ON `{name}`.* TO 'Dirac'@'%'")
    engine = make_engine(stack.engine_url(name), StoreSettings())
    migrate(engine, now)
    for table, indices in NEWER_INDICES.items():
        for index in indices:
            stack.sql(name, f"ALTER TABLE {table} DROP INDEX {index}")
    for table, columns in NEWER_COLUMNS.items():
        for column in columns:
            stack.sql(name, f"ALTER TABLE {table} DROP COLUMN {column}")
    stack.sql(name, "DELETE FROM SchemaMigrations WHERE Version > 1")
    assert migrate(engine, now) == [step for version, step, _ in MIGRATIONS if version > 1]
    yield name
    engine.dispose()
    stack.sql(None, f"DROP DATABASE `{name}`")


def test_upgraded_and_installed_databases_are_equal(stack, upgraded):
    for table in FACTS:
        assert facts(stack, upgraded, table) == facts(stack, INSTALLED, table)
