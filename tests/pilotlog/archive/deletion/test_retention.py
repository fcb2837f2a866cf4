"""Files whose time is over: many leave the storage element in one cycle, and more than that is told."""

from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.settings import DAY
from tests.custody_contract import VO, pilot
from tests.pilotlog.archive.test_archiver import agent, archive, pilots, world  # noqa: F401  (fixtures)


@pytest.fixture
def purged(agent, world):
    """``purged(count)``: logs that were purged, all of them archived in files of their own."""

    def make(count):
        for number in range(count):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=8)
        agent.retention().run(purge_kept=False)
        assert agent.tally.counts["purged"] == count

    return make


def test_more_expired_files_than_one_page_has_are_removed_in_one_cycle(agent, archive, purged):
    purged(250)
    agent.retention(files_seconds=1, logs_per_step=100).run(purge_kept=False)
    assert archive.names() == []
    assert agent.tally.problems == {}


def test_a_superseded_file_that_comes_after_its_removal_is_removed_later(agent, world, archive):
    """Its agent stalled, and another one archived the log, and removed what was not there."""
    world.finish()
    _, late = world.record(world.claim())
    world.clock.forward(hours=3)
    world.go_on()
    agent.archive_logs()
    agent.retention(stall_seconds=1800).run(purge_kept=False)
    archive.path(late).write_bytes(b"late")
    world.clock.forward(days=1)
    agent.retention(stall_seconds=1800).run(purge_kept=False)
    assert archive.names() == [archive.path(world.log().file).name]
    assert agent.tally.counts["removed superseded"] == 1


def test_a_file_that_may_still_come_is_not_removed_in_each_cycle(agent, world, archive, monkeypatch):
    world.finish()
    _, late = world.record(world.claim())
    world.clock.forward(hours=3)
    world.go_on()
    agent.archive_logs()
    world.clock.forward(days=8)
    removed, remove = [], archive.remove
    monkeypatch.setattr(archive, "remove", lambda file: removed.append(file) or remove(file))
    verified = world.log().file
    for _ in range(2):
        agent.retention(stall_seconds=1800, files_seconds=1).run(purge_kept=False)
    assert removed == [late, verified]
    world.clock.forward(minutes=31)
    agent.retention(stall_seconds=1800, files_seconds=1).run(purge_kept=False)
    assert removed == [late, verified, late]


class TestWithoutTime:
    """Each question for the time tells that the cycle's is over."""

    @pytest.fixture
    def retention(self, agent, seconds):
        def tick():
            seconds.now += 1000
            return seconds()

        return lambda **settings: replace(
            made := agent.retention(**settings), copies=replace(made.copies, monotonic=tick)
        )

    def test_a_cycle_has_one_page_and_files_that_wait_for_more_than_a_day_are_told(
        self, agent, archive, purged, retention
    ):  # fmt: skip
        purged(5)
        retention(files_seconds=DAY, logs_per_step=2).run(purge_kept=False)
        assert len(archive.names()) == 3
        assert "more than a day" in agent.tally.problems[f"expired files of {VO}"]

    @pytest.mark.parametrize(("count", "days"), [(5, 7.5), (2, 1)])
    def test_what_waits_for_less_or_does_not_wait_is_not_told(
        self, agent, archive, purged, retention, count, days
    ):  # fmt: skip
        purged(count)
        retention(files_seconds=days * DAY, logs_per_step=2).run(purge_kept=False)
        assert len(archive.names()) == count - 2
        assert agent.tally.problems == {}
