"""Connections that were idle: a lost one is replaced before a step meets it, one in constant use is not tested."""

import sqlite3

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool

from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions
from PilotLoggingDIRAC.pilotlog.sql.connection.idle_connections import watch_idle_connections

NEVER = 3600.0


class Pool:
    """A pool of real connections; ``made`` lists them, ``tested`` those that were tested."""

    def __init__(self, path, **seconds):
        settings = StoreSettings(**{"connection_test_seconds": NEVER, "connection_idle_seconds": NEVER} | seconds)
        self.engine = create_engine(f"sqlite:///{path}", poolclass=QueuePool)
        self.made, self.tested = [], []
        event.listen(self.engine, "connect", lambda connection, _: self.made.append(connection))
        ping = self.engine.dialect.do_ping
        self.engine.dialect.do_ping = lambda connection: self.tested.append(connection) or ping(connection)
        watch_idle_connections(self.engine, settings)
        self.transactions = Transactions(self.engine, settings)

    def read(self):
        return self.transactions.run(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())

    def hold_two(self):
        """Have two connections at once, so that the pool has as many afterwards."""
        with self.engine.connect(), self.engine.connect():
            pass


@pytest.fixture
def pool(tmp_path):
    pools = []

    def make(**seconds):
        pools.append(Pool(tmp_path / "logs.db", **seconds))
        return pools[-1]

    yield make
    for each in pools:
        each.engine.dispose()


def test_lost_connection_is_replaced_before_it_is_used(pool):
    reading = pool(connection_test_seconds=0.0)
    reading.hold_two()
    for connection in reading.made:
        connection.close()
    assert [reading.read(), reading.read()] == [1, 1]


def test_one_lost_connection_means_that_older_ones_are_replaced_too(pool):
    reading = pool(connection_test_seconds=0.0)
    reading.hold_two()
    for connection in reading.made:
        connection.close()
    reading.hold_two()
    assert len(reading.made) == 4 and len(reading.tested) == 1


def test_connection_that_answers_is_used_on(pool):
    reading = pool(connection_test_seconds=0.0)
    assert [reading.read(), reading.read()] == [1, 1]
    assert len(reading.made) == 1 and reading.tested == reading.made


def test_connection_in_constant_use_is_not_tested(pool):
    reading = pool(connection_test_seconds=NEVER)
    assert [reading.read() for _ in range(5)] == [1] * 5
    assert (len(reading.made), reading.tested) == (1, [])


def test_connection_that_was_idle_for_long_is_replaced_without_a_test(pool):
    """A firewall that has forgotten it lets a test wait for its time limit."""
    reading = pool(connection_test_seconds=0.0, connection_idle_seconds=0.0)
    assert [reading.read(), reading.read()] == [1, 1]
    assert (len(reading.made), reading.tested) == (2, [])


def test_without_the_watch_the_step_meets_the_lost_connection(tmp_path):
    """Shows that the tests above can fail."""
    engine = create_engine(f"sqlite:///{tmp_path / 'logs.db'}", poolclass=QueuePool)
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
    raw.close()
    with pytest.raises(sqlite3.ProgrammingError), engine.connect() as connection:
        connection.connection.cursor()
    engine.dispose()
