"""Looks at archived copies, right before text is purged and again and again afterwards."""

import pytest

from PilotLoggingDIRAC.pilotlog.archive.copies import CopyCheck, due_copies
from PilotLoggingDIRAC.pilotlog.model import State
from PilotLoggingDIRAC.pilotlog.settings import DAY, CopySettings
from tests.conftest import PILOT
from tests.custody_contract import VO, pilot

from .test_archiver import agent, archive, pilots, world  # noqa: F401  (fixtures)

DAMAGES = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "swapped": lambda path: path.write_bytes(bytes(reversed(path.read_bytes()))),
    "removed": lambda path: path.unlink(),
}
damages = pytest.mark.parametrize("damage", list(DAMAGES.values()), ids=list(DAMAGES))


@pytest.fixture
def archived(agent, world, archive):
    """The path of the copy of a log that was archived more than a week ago."""
    world.finish()
    agent.archive_logs()
    world.clock.forward(days=8)
    return archive.path(world.log().file)


@pytest.fixture
def purged(agent, archived):
    """The same, and its text has left the database."""
    agent.retention().run(purge_kept=False)
    return archived


class TestBeforePurging:
    @damages
    def test_a_copy_that_is_not_good_any_more_is_an_alarm_and_its_log_is_archived_again(
        self, agent, world, archive, archived, damage
    ):  # fmt: skip
        damage(archived)
        agent.retention().run(purge_kept=False)
        assert world.text() == b"some text\n"
        assert world.log().state is State.COMPLETE
        assert "it is archived again" in agent.tally.problems[f"archived copies of {VO}"]
        agent.archive_logs()
        assert world.log().state is State.ARCHIVED
        assert archive.text(world.log().file) == b"some text\n"

    @damages
    def test_text_that_was_archived_again_stays_for_its_time_and_is_then_purged(
        self, agent, world, archive, archived, damage
    ):  # fmt: skip
        damage(archived)
        agent.retention().run(purge_kept=False)
        agent.archive_logs()
        agent.retention().run(purge_kept=False)
        assert world.text() == b"some text\n"
        world.clock.forward(days=8)
        agent.retention().run(purge_kept=False)
        assert (world.log().state, archive.text(world.log().file)) == (State.PURGED, b"some text\n")

    def test_a_storage_element_that_can_not_tell_keeps_the_text_and_is_an_alarm(self, agent, world, archive, archived):
        archive.broken = True
        agent.retention().run(purge_kept=False)
        assert (world.log().state, world.text()) == (State.ARCHIVED, b"some text\n")
        assert "is down" in agent.tally.problems[f"looking at copies of {VO}"]

    def test_without_a_way_to_the_copies_nothing_is_purged(self, agent, world, archived):
        agent.archive = None
        agent.retention().run(purge_kept=False)
        assert (world.log().state, world.text()) == (State.ARCHIVED, b"some text\n")
        assert f"looking at copies of {VO}" in agent.tally.problems

    def test_a_good_copy_is_purged_beside_one_that_is_not(self, agent, world, archive):
        for number in (1, 2):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=8)
        archive.path(world.log(pilot(1)).file).unlink()
        agent.retention().run(purge_kept=False)
        assert [world.log(pilot(number)).state for number in (1, 2)] == [State.COMPLETE, State.PURGED]

    def test_the_storage_element_is_asked_for_many_copies_at_once(self, agent, world, archive):
        for number in range(5):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=8)
        agent.retention().run(purge_kept=False)
        assert archive.checks == [(5, False)]

    def test_looks_end_after_their_time_and_the_rest_stays(self, agent, world, archive):
        for number in range(5):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=8)
        seconds = iter([0.0, 1.0, 2.0, 3.0])
        settings = CopySettings(check_copies=2, check_seconds=2.5)
        check = CopyCheck(VO, world.custody, archive, settings, agent.tally, lambda: next(seconds))
        logs = world.custody.purgeable(VO, world.clock(), 10)
        assert check.sound(logs, check.deadline()) == logs[:4]

    def test_a_storage_element_that_could_not_tell_three_times_is_not_asked_again(self, agent, world, archive):
        for number in range(6):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=8)
        archive.broken = True
        check = CopyCheck(VO, world.custody, archive, CopySettings(check_copies=1), agent.tally)
        logs = world.custody.purgeable(VO, world.clock(), 10)
        assert check.sound(logs, check.deadline()) == [] and len(logs) == 6
        assert agent.tally.counts["copies not looked at"] == 3


class TestScrub:
    def test_each_copy_is_read_once_in_its_time(self, agent, world, archive, purged):
        archive.checks.clear()
        agent.scrub(scrub_days=90)
        assert archive.checks == []
        world.clock.forward(days=90)
        for _ in range(2):
            agent.scrub(scrub_days=90)
        assert archive.checks == [(1, True)]
        assert agent.tally.counts["copies read"] == 1
        world.clock.forward(days=90)
        agent.scrub(scrub_days=90)
        assert len(archive.checks) == 2

    @damages
    def test_a_copy_that_was_lost_after_purging_is_an_alarm_and_counted(self, agent, world, purged, damage):
        damage(purged)
        world.clock.forward(days=90)
        agent.scrub()
        assert "its text has left the database" in agent.tally.problems[f"archived copies of {VO}"]
        assert world.reader.lost_copies() == {VO: 1}
        assert world.log().state is State.PURGED

    def test_a_lost_copy_is_looked_at_again_a_day_later_and_counts_as_good_when_it_is_back(
        self, agent, world, archive, purged
    ):  # fmt: skip
        whole = purged.read_bytes()
        purged.unlink()
        world.clock.forward(days=90)
        agent.scrub()
        purged.write_bytes(whole)
        agent.scrub()
        assert world.reader.lost_copies() == {VO: 1}
        world.clock.forward(days=1)
        agent.scrub()
        assert world.reader.lost_copies() == {}

    def test_a_copy_that_was_removed_since_it_was_taken_is_not_lost(self, agent, world, archive, purged):
        """Its time is over, and it is due for a look: the same lane removes it, and then looks."""
        world.clock.forward(days=90)
        due = due_copies(world.custody, CopySettings(), world.clock)
        agent.retention(files_seconds=90 * DAY).run(purge_kept=False)
        assert archive.names() == []
        agent.copies().scrub(due[VO])
        assert (agent.tally.problems, world.reader.lost_copies()) == ({}, {})
        assert agent.tally.counts["changed meanwhile"] == 1
        assert "copies lost" not in agent.tally.counts

    @damages
    def test_a_copy_that_is_lost_before_purging_is_archived_again(self, agent, world, archive, archived, damage):
        damage(archived)
        world.clock.forward(days=90)
        agent.scrub()
        agent.archive_logs()
        assert world.log().state is State.ARCHIVED
        assert archive.text(world.log().file) == b"some text\n"
        assert world.reader.lost_copies() == {}

    def test_what_a_storage_element_could_not_tell_is_asked_again_a_day_later(self, agent, world, archive, purged):
        world.clock.forward(days=90)
        archive.checks.clear()
        archive.broken = True
        agent.scrub()
        archive.broken = False
        agent.scrub()
        assert (archive.checks, world.reader.lost_copies()) == ([], {})
        world.clock.forward(days=1)
        agent.scrub()
        assert archive.checks == [(1, True)]

    def test_a_cycle_reads_no_more_than_its_share(self, agent, world, archive):
        for number in range(5):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=91)
        archive.checks.clear()
        agent.scrub(scrub_copies=2)
        agent.scrub(scrub_bytes=1)
        assert archive.checks == [(2, True), (1, True)]
        agent.scrub(scrub_days=0)
        agent.scrub(scrub_copies=0)
        assert len(archive.checks) == 2

    def test_two_agents_read_different_copies(self, agent, world, archive):
        for number in range(4):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=91)
        taken = [
            world.custody.take_due_copies(world.later(days=-90), world.later(days=-89), 2, 10**9) for _ in range(3)
        ]
        assert [len(copies) for copies in taken] == [2, 2, 0]
        assert len({copy.key for copies in taken for copy in copies}) == 4

    def test_copies_of_a_running_log_are_left_alone(self, agent, world, archive):
        world.finish()
        agent.archive_logs()
        world.send(b"late\n")
        world.clock.forward(days=91)
        archive.checks.clear()
        agent.scrub()
        assert archive.checks == []


def test_old_copies_of_a_database_of_the_version_before_are_due(agent, world, archive, purged, transactions):
    with transactions.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE PilotLogFiles SET CheckedAt = NULL")
    archive.checks.clear()
    for _ in range(2):
        agent.scrub()
    assert archive.checks == [(1, True)]
    assert world.reader.find(PILOT)
