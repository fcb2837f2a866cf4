"""Files whose time is over: many leave the storage element in one cycle, and more than that is told."""

from contextlib import suppress
from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
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


@pytest.fixture
def away(world, monkeypatch):
    """``away(is_now)``: the store goes away when a copy is to be forgotten of which that is true."""
    forget = type(world.custody).forget

    def make(is_now):
        def try_to_forget(custody, key, before):
            if is_now(key):
                raise StoreUnavailable("away")
            return forget(custody, key, before)

        monkeypatch.setattr(type(world.custody), "forget", try_to_forget)

    return make


def test_a_store_that_goes_away_within_a_page_leaves_the_rest_of_it_to_the_next_cycle(agent, archive, purged, away):
    purged(5)
    outages = [True]
    away(lambda key: outages and outages.pop())
    retention = agent.retention(files_seconds=1, logs_per_step=3)
    with pytest.raises(StoreUnavailable):
        retention.run(purge_kept=False)
    retention.run(purge_kept=False)
    assert archive.names() == []
    retention.run(purge_kept=False)
    assert agent.tally.counts["removed expired"] == 5


def test_a_copy_that_can_never_be_forgotten_keeps_no_other_of_its_page(agent, world, archive, purged, away):
    purged(5)
    away(lambda key: key.log_id == world.log(pilot(0)).id)
    retention = agent.retention(files_seconds=1, logs_per_step=3)
    for _ in range(3):
        with suppress(StoreUnavailable):
            retention.run(purge_kept=False)
    assert archive.names() == []
    assert agent.tally.counts["removed expired"] == 4


def test_each_cycle_tries_the_next_copies_of_a_storage_element_that_is_down(agent, archive, purged, monkeypatch):
    purged(8)
    tried, remove = [], archive.remove
    monkeypatch.setattr(archive, "remove", lambda file: tried.append(archive.path(file).name) or remove(file))
    archive.broken = True
    retention = agent.retention(files_seconds=1)
    for _ in range(3):
        retention.run(purge_kept=False)
    assert tried == archive.names()


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
