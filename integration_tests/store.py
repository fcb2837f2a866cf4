"""Empty stores on a stack's MariaDB, for the contracts that every store keeps."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, text

from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import migrate
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import migrations

#: A disk that others use too takes its time.
PATIENT = StoreSettings(connect_seconds=30, read_seconds=30, lock_seconds=30)


def now():
    """Return the time as the database has times."""
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def store_url(stack):
    """A database of its own, with our tables; all tests of a module have it, one after the other."""
    name = f"contract_{uuid.uuid4().hex[:8]}"
    stack.sql("mysql", f"CREATE DATABASE {name}")
    stack.sql("mysql", f"GRANT ALL ON {name}.* TO 'Dirac'@'%'")
    engine = make_engine(make_url(stack.engine_url("PilotLoggingDB")).set(database=name), PATIENT)
    migrate(engine, now)
    engine.dispose()
    yield engine.url
    stack.sql("mysql", f"DROP DATABASE {name}")


@pytest.fixture
def transactions(store_url):
    """An empty store, as new: its ids begin with 1."""
    engine = make_engine(store_url, PATIENT)
    yield Transactions(engine, PATIENT)
    truncate(engine)
    engine.dispose()


def truncate(engine):
    """Empty all tables, but for what is noted of the schema; to make them anew would take thirty times as long."""
    with engine.begin() as connection:
        names = set(connection.execute(text("SHOW TABLES")).scalars()) - {migrations.name}
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for name in names:
            connection.execute(text(f"TRUNCATE TABLE {name}"))
