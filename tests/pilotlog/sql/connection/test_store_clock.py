"""The database's clock: one for all hosts, whatever their own say."""

from datetime import datetime, timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Numbered
from PilotLoggingDIRAC.pilotlog.settings import ClockSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.store_clock import StoreClock, store_time
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import PILOT, Clock, batch


class Host:
    """A host with a clock that can be set, and a database with another one; time goes on for both."""

    def __init__(self):
        self.local, self.database, self.seconds = Clock(), Clock(), 0.0
        self.questions, self.away = 0, False
        self.clock = StoreClock(self.ask, self.local, ClockSettings(), lambda: self.seconds)

    def ask(self):
        self.questions += 1
        if self.away:
            raise StoreUnavailable("away")
        return self.database()

    def wait(self, seconds):
        self.seconds += seconds
        self.local.forward(seconds=seconds)
        self.database.forward(seconds=seconds)


@pytest.fixture
def host():
    return Host()


def test_the_time_is_the_database_s_also_when_the_host_s_clock_is_set(host):
    host.local.forward(days=31)
    assert host.clock() == host.database()
    host.wait(10)
    host.local.forward(days=-400)
    assert host.clock() == host.database()
    assert host.questions == 1


def test_the_database_is_asked_again_after_a_while(host):
    host.clock()
    host.database.forward(seconds=5)
    host.wait(61)
    assert host.clock() == host.database()
    assert host.questions == 2


def test_without_an_answer_there_is_no_time_and_the_last_one_goes_on_for_those_who_can_not_wait(host):
    host.local.forward(days=31)
    assert host.clock.known() == host.local()
    host.clock()
    host.away = True
    host.wait(3600)
    with pytest.raises(StoreUnavailable):
        host.clock()
    assert host.clock.known() == host.database()


@pytest.mark.parametrize(("seconds", "words"), [(61, "61 s ahead of"), (-61, "61 s behind"), (59, ""), (-59, "")])
def test_a_host_that_differs_by_more_than_a_minute_is_a_problem(host, seconds, words):
    assert (host.clock.difference, host.clock.problem) == (None, "")
    host.clock()
    host.local.forward(seconds=seconds)
    assert host.clock.difference == seconds
    assert words in host.clock.problem and bool(words) == bool(host.clock.problem)


def test_the_store_tells_its_time(transactions):
    before = datetime.utcnow()
    assert before - timedelta(milliseconds=2) <= store_time(transactions) <= datetime.utcnow()


def test_text_that_a_collector_received_in_the_future_counts_as_received_now(transactions, clock):
    """A clock that is ahead let logs head every list, and wait for their archive until the day had come."""
    future = clock() + timedelta(days=60)
    SqlAppender(transactions, clock).append("e", [Numbered(1, batch(b"x\n", received=future))])
    (log,) = SqlReader(transactions).find(PILOT)
    assert (log.first_seen, log.last_seen) == (clock(), clock())
