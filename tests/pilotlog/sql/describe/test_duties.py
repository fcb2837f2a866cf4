"""Tasks that one component at a time does for all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from PilotLoggingDIRAC.pilotlog.sql.describe.duties import SqlDuties


@pytest.fixture
def duties(transactions, clock):
    return SqlDuties(transactions, clock)


def test_one_of_several_has_a_duty_until_its_time_is_over(duties, clock):
    assert duties.hold("sweep", "a", 60)
    assert not duties.hold("sweep", "b", 60)
    assert duties.hold("other", "b", 60)
    clock.forward(seconds=30)
    assert duties.hold("sweep", "a", 60)
    clock.forward(seconds=59)
    assert not duties.hold("sweep", "b", 60)
    clock.forward(seconds=1)
    assert duties.hold("sweep", "b", 60)
    assert not duties.hold("sweep", "a", 60)


def test_a_duty_that_is_left_is_taken_at_once_and_only_its_holder_can_leave_it(duties):
    assert duties.hold("sweep", "a", 60)
    duties.leave("sweep", "b")
    assert not duties.hold("sweep", "b", 60)
    duties.leave("sweep", "a")
    assert duties.hold("sweep", "b", 60)


def test_a_duty_that_was_taken_while_the_clock_was_days_ahead_is_nobody_s(duties, clock):
    clock.forward(days=3)
    assert duties.hold("sweep", "a", 60)
    clock.forward(days=-3)
    assert duties.hold("sweep", "b", 60)
    assert not duties.hold("sweep", "a", 60)


def test_of_many_that_begin_at_once_one_has_the_duty(duties):
    with ThreadPoolExecutor(8) as pool:
        held = list(pool.map(lambda number: duties.hold("sweep", f"{number}", 60), range(8)))
    assert sum(held) == 1
