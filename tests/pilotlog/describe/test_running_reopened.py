"""Logs that get text after their description was settled are described again."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from PilotLoggingDIRAC.pilotlog.describe.running import RunningDescriber
from PilotLoggingDIRAC.pilotlog.describe.settings import DescribeSettings
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotJob, State
from PilotLoggingDIRAC.pilotlog.sql.describe.pilot_jobs import SqlPilotJobs
from PilotLoggingDIRAC.pilotlog.sql.describe.unsettled import SqlUnsettled
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs, unsettled
from tests.conftest import PILOT
from tests.described import dirac  # noqa: F401
from tests.stored import alter, reader, store  # noqa: F401

SETTINGS = DescribeSettings()


@pytest.fixture
def steps(transactions, clock, dirac, seconds):
    known = (dirac.pilots, dirac.owners)
    return RunningDescriber(SqlUnsettled(transactions), *known, SETTINGS, clock, monotonic=seconds)


@pytest.fixture
def run(steps, clock, seconds):
    """Run steps every few seconds for a time."""

    def for_seconds(span):
        for _ in range(int(span // SETTINGS.describe_seconds)):
            clock.forward(seconds=SETTINGS.describe_seconds)
            seconds.now += SETTINGS.describe_seconds
            steps.run()

    return for_seconds


@pytest.fixture
def unsettled_ids(transactions):
    return lambda: transactions.run(lambda connection: list(connection.execute(select(unsettled.c.LogID)).scalars()))


def test_a_log_that_is_opened_again_after_it_was_settled_is_described(
    store, reader, alter, dirac, run, clock, seconds, transactions, unsettled_ids
):
    dirac.submit(PILOT, 7, "Running")
    store(b"hello\n")
    run(10)
    clock.forward(seconds=SETTINGS.describe_patience_seconds)
    seconds.now += SETTINGS.describe_patience_seconds
    alter(update(logs).values(State=State.INCOMPLETE.value))
    run(60)
    assert unsettled_ids() == []
    store(b"late\n")
    dirac.set(7, Status="Done")
    dirac.match(7, 4711, "ada")
    run(120)
    (log,) = reader.find(PILOT)
    assert (log.state, log.pilot_status) == (State.RECEIVING, "Done")
    assert SqlPilotJobs(transactions).of([log.id]) == {log.id: (PilotJob(4711, "ada"),)}


def test_a_log_that_is_opened_again_while_pilot_agents_db_is_away_from_the_first_step_on_is_described(
    store, reader, alter, dirac, run, monkeypatch
):
    def away(*_):
        raise StoreUnavailable("away")

    dirac.submit(PILOT, 7, "Running")
    store(b"hello\n", return_code="0")
    alter(update(logs).values(State=State.ARCHIVED.value))
    store(b"hello\n", pilot=replace(PILOT, stamp="b" * 32))
    with monkeypatch.context() as patch:
        patch.setattr(dirac.pilots, "running", away)
        with pytest.raises(StoreUnavailable):
            run(5)
        store(b"late\n")
        for _ in range(20):
            with pytest.raises(StoreUnavailable):
                run(5)
    run(60)
    (log,) = reader.find(PILOT)
    assert (log.state, log.pilot_status) == (State.RECEIVING, "Running")


def test_a_log_that_got_text_while_it_was_looked_up_is_not_settled(store, reader, alter, transactions, unsettled_ids):
    store(b"hello\n", return_code="0")
    store_of = SqlUnsettled(transactions)
    store_of.take(0, 10)
    ids = unsettled_ids()
    store(b"late\n")
    store_of.settle(ids)
    assert unsettled_ids() == ids == [log.id for log in reader.find(PILOT)]
    alter(update(logs).values(State=State.COMPLETE.value))
    store_of.settle(ids)
    assert unsettled_ids() == []


def test_logs_without_new_text_are_not_taken_again(store, reader, alter, transactions, clock, unsettled_ids):
    store(b"hello\n")
    store_of, before = SqlUnsettled(transactions), clock()
    clock.forward(seconds=10)
    assert store_of.take_reopened(clock(), 10) == 0
    assert store_of.take_reopened(before, 10) == 1
    assert store_of.take_reopened(before, 10) == 0
    assert unsettled_ids() == [log.id for log in reader.find(PILOT)]
