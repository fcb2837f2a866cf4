"""A day's outage of the storage element, by a clock that is moved by hand."""

from datetime import timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.model import State
from tests.custody_contract import World, pilot
from tests.pilotlog.archive.test_archiver import Agent, FolderArchive, PilotTable

CYCLE = timedelta(minutes=30)
DAY = timedelta(days=1)


@pytest.fixture
def world(transactions, clock):
    return World(transactions, clock)


def test_after_a_day_s_outage_the_backlog_drains_and_fresh_logs_do_not_wait_for_it(world, tmp_path):
    archive = FolderArchive(tmp_path / "archive")
    agent = Agent(world, archive, PilotTable(), tmp_path, max_logs_per_cycle=20, workers=1)
    archive.broken = True
    number = 0
    for _ in range(DAY // CYCLE):
        for _ in range(3):
            number += 1
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(minutes=30)
    assert len(archive.puts) <= 2 * (DAY // CYCLE), "each cycle tries about one log"
    archive.broken = False
    backlog, waited = number, []
    while world.reader.counts().get(State.COMPLETE):
        number += 1
        world.finish(pilot(number))
        agent.archive_logs()
        waited.append(world.log(pilot(number)).state is not State.ARCHIVED)
        world.clock.forward(minutes=30)
        assert number < 2 * backlog, "the backlog does not drain"
    assert waited.count(True) <= 1, "only in the cycle that finds the storage element well again"
    assert len(archive.names()) == number
    assert all(len(world.reader.find(pilot(index))) == 1 for index in range(1, number + 1))
