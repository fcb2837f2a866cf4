"""Transactions: steps that lose deadlocks, as they do when nodes of a cluster change the same rows."""

import sqlite3

import pytest
from MySQLdb import OperationalError as DriverError
from MySQLdb.constants import CLIENT
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from PilotLoggingDIRAC.pilotlog.errors import ConnectionLost, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine, repeatedly

SETTINGS = StoreSettings(deadlock_tries=8, deadlock_pause_seconds=0.02)
DEADLOCK, CHANGING, TABLE_EXISTS = 1213, 1684, 1050


class Losing:
    """A step that loses so many times."""

    def __init__(self, times, code=DEADLOCK):
        self.left, self._code = times, code

    def __call__(self, *_):
        if self.left:
            self.left -= 1
            raise OperationalError("COMMIT", {}, DriverError(self._code, "lost"))
        return "done"


@pytest.mark.parametrize("code", [DEADLOCK, CHANGING])
def test_step_that_loses_is_run_again_after_a_pause_within_a_bound_that_doubles(code):
    pauses = []
    assert repeatedly(Losing(7, code), SETTINGS, sleep=pauses.append) == "done"
    for pause, bound in zip(pauses, (0.02, 0.04, 0.08, 0.16, 0.32, 0.32, 0.32), strict=True):
        assert 0 < pause <= bound


def test_two_that_met_don_t_pause_alike():
    pauses = []
    for _ in range(2):
        repeatedly(Losing(3), SETTINGS, sleep=pauses.append)
    assert len(set(pauses)) == 6


def test_tries_are_bounded():
    step = Losing(100)
    with pytest.raises(StoreUnavailable, match="deadlocks again and again"):
        repeatedly(step, SETTINGS, sleep=lambda seconds: None)
    assert step.left == 92


def test_other_errors_are_not_repeated_unless_they_are_races():
    step = Losing(1, TABLE_EXISTS)
    with pytest.raises(StoreUnavailable):
        repeatedly(step, SETTINGS, sleep=lambda seconds: None)
    assert repeatedly(Losing(1, TABLE_EXISTS), SETTINGS, frozenset({TABLE_EXISTS}), lambda seconds: None) == "done"


def test_what_a_losing_transaction_did_is_undone_before_it_is_run_again(transactions):
    transactions.run(lambda connection: connection.execute(text("CREATE TABLE Noted (Value INTEGER)")))
    losing = Losing(2)

    def note(connection):
        connection.execute(text("INSERT INTO Noted VALUES (1)"))
        return losing()

    assert transactions.run(note) == "done"
    assert transactions.run(lambda connection: connection.execute(text("SELECT COUNT(*) FROM Noted")).scalar_one()) == 1


class CutOff(sqlite3.Connection):
    """A connection to a node that has lost its cluster: it refuses the ends of transactions, which stay open."""

    refused: frozenset[str] = frozenset()

    def commit(self):
        self._unless_refused("COMMIT")
        super().commit()

    def rollback(self):
        self._unless_refused("ROLLBACK")
        super().rollback()

    def _unless_refused(self, statement):
        if statement in self.refused:
            raise sqlite3.OperationalError("WSREP has not yet prepared node for application use")


@pytest.mark.parametrize("refused", [("COMMIT",), ("COMMIT", "ROLLBACK")], ids=", ".join)
def test_nothing_of_a_transaction_that_could_not_end_is_in_the_next_one(tmp_path, monkeypatch, refused):
    engine = make_engine(f"sqlite:///{tmp_path / 'database'}", SETTINGS)

    @event.listens_for(engine, "do_connect")
    def connect(dialect, record, arguments, options):
        return sqlite3.connect(*arguments, **options, factory=CutOff)

    transactions = Transactions(engine, SETTINGS)
    transactions.run(lambda connection: connection.execute(text("CREATE TABLE Noted (Value INTEGER)")))
    with monkeypatch.context() as patch:
        patch.setattr(CutOff, "refused", frozenset(refused))
        with pytest.raises(StoreUnavailable):
            transactions.run(lambda connection: connection.execute(text("INSERT INTO Noted VALUES (1)")))
    transactions.run(lambda connection: connection.execute(text("INSERT INTO Noted VALUES (2)")))
    noted = transactions.run(lambda connection: connection.execute(text("SELECT Value FROM Noted")).scalars().all())
    assert noted == [2]
    engine.dispose()


READ_ONLY = {"MariaDB and MySQL": 1290, "MySQL": 1836}


@pytest.mark.parametrize("code", READ_ONLY.values(), ids=READ_ONLY)
def test_connections_to_a_server_that_became_read_only_are_replaced(transactions, code):
    """As after a planned switch-over: the server goes on, and another one takes writes."""
    engine, made = transactions.engine, []
    with engine.connect(), engine.connect():
        pass
    event.listen(engine, "connect", lambda connection, _: made.append(connection))
    with pytest.raises(StoreUnavailable) as refusal:
        transactions.run(Losing(1, code))
    assert not isinstance(refusal.value, ConnectionLost)
    with engine.connect(), engine.connect():
        pass
    assert len(made) == 2


def test_connections_are_kept_after_other_errors(transactions):
    transactions.run(Losing(0))
    made = []
    event.listen(transactions.engine, "connect", lambda connection, _: made.append(connection))
    with pytest.raises(StoreUnavailable):
        transactions.run(Losing(1, TABLE_EXISTS))
    transactions.run(Losing(0))
    assert made == []


def test_connections_take_several_statements_in_one_trip_and_count_rows_that_are_found():
    engine = make_engine("mysql+mysqldb://dirac@localhost/PilotLoggingDB", SETTINGS)
    _, arguments = engine.dialect.create_connect_args(engine.url)
    assert arguments["client_flag"] == CLIENT.MULTI_STATEMENTS | CLIENT.FOUND_ROWS
