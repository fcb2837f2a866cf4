"""The file that DIRAC's installer runs, made from the schema: ``python -m tests.installer_sql`` writes it anew."""

from importlib import resources

from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable

from PilotLoggingDIRAC.pilotlog.sql.schema.columns import metadata
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import MIGRATIONS

FILE = resources.files("PilotLoggingDIRAC.WorkloadManagementSystem.DB") / "PilotLoggingDB.sql"

_HEADER = """\
-- The database of pilot logs, as dirac-install-db makes it. Written by "python -m tests.installer_sql" from
-- pilotlog/sql/schema, a test keeps the two equal. Running it again does no harm, nor does running it on a
-- database of an older version, which the services then bring up to date themselves.
"""


def text():
    """The whole file; without a semicolon but at the end of a statement, as the installer knows no other way."""
    statements = [f"{_table(table)};\n" for table in metadata.sorted_tables]
    return "\n".join([_HEADER, *statements, f"{_recorded()};\n"])


def _table(table):
    """The statement for a table with its indices inside, as MySQL has no CREATE INDEX IF NOT EXISTS."""
    ddl = str(CreateTable(table, if_not_exists=True).compile(dialect=mysql.dialect())).strip()
    body, options = ddl.rsplit("\n)", 1)
    lines = [line.rstrip().replace("\t", "  ") for line in body.splitlines()]
    keys = "".join(f",\n  {_key(index)}" for index in sorted(table.indexes, key=lambda index: index.name))
    return "\n".join(lines) + keys + f"\n) {options}"


def _key(index):
    lengths = index.dialect_options["mysql"]["length"] or {}
    columns = ", ".join(
        f"`{column.name}`" + (f"({lengths[column.name]})" if column.name in lengths else "") for column in index.columns
    )
    return f"{'UNIQUE ' if index.unique else ''}KEY `{index.name}` ({columns})"


def _recorded():
    """Record all migrations in a database that has none on record: it is new."""
    versions = " UNION ALL ".join(
        f"SELECT {version} AS Version, '{name}' AS Name, UTC_TIMESTAMP(6) AS AppliedAt"
        for version, name, _ in MIGRATIONS
    )
    return (
        "INSERT INTO `SchemaMigrations` (`Version`, `Name`, `AppliedAt`)\n"
        f"SELECT * FROM ({versions}) AS done\n"
        "WHERE NOT EXISTS (SELECT 1 FROM `SchemaMigrations`)"
    )


if __name__ == "__main__":
    FILE.write_text(text())
    print(f"written: {FILE}")
