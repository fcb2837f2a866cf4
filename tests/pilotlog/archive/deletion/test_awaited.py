"""Destinations that logs wait for, before their text is purged."""

from datetime import timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.archive.deletion.awaited import Awaited
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from tests.custody_contract import VO, pilot
from tests.forward_contract import NAME, Forwarding


@pytest.fixture
def grid(transactions, clock):
    grid = Forwarding(transactions, clock)
    for number in (1, 2):
        grid.finish(pilot(number))
        grid.archive(pilot(number))
    return grid


@pytest.fixture
def ready(grid, clock):
    """The pilots whose logs may be purged, and the problems that are told."""

    def found(*names, given_up=timedelta(days=7)):
        tally = Tally()
        awaited = Awaited(VO, names, grid.logs, tally)
        logs = [grid.log(pilot(number)) for number in (1, 2)]
        return [log.pilot for log in awaited.ready(logs, clock() - given_up)], tally.problems

    return found


def test_log_without_destinations_waits_for_none(ready):
    assert ready() == ([pilot(1), pilot(2)], {})


def test_log_waits_until_its_destination_has_it(grid, ready):
    assert ready(NAME) == ([], {f"logs wait for {NAME} of {VO}": f"text that {NAME} lacks is not purged yet"})
    grid.run()
    assert ready(NAME) == ([pilot(1), pilot(2)], {})


def test_log_that_has_new_text_waits_again(grid, ready):
    grid.run()
    grid.send(b"late\n", pilot(1))
    assert ready(NAME)[0] == [pilot(2)]


def test_log_that_has_waited_for_too_long_is_given_up_loudly(grid, ready, clock):
    clock.forward(days=8)
    words = f"text that {NAME} lacks leaves the database without having been sent"
    assert ready(NAME) == ([pilot(1), pilot(2)], {f"logs given up for {NAME} of {VO}": words})


def test_numbers_of_logs_are_told_in_the_words_of_the_alarms(grid, clock):
    tally = Tally()
    logs = [grid.log(pilot(number)) for number in (1, 2)]
    awaited = Awaited(VO, [NAME], grid.logs, tally)
    awaited.ready(logs, clock() - timedelta(days=7))
    assert tally.counts == {f"logs wait for {NAME}": 2}
    awaited.ready(logs, clock())
    assert tally.counts == {f"logs wait for {NAME}": 2, f"logs given up for {NAME}": 2}


def test_destination_whose_agent_never_ran_is_waited_for(grid, ready):
    grid.run()
    assert ready(NAME, "Other")[0] == []
