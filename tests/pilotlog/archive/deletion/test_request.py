"""Deleting on request: what may be named, bounded calls, and the agent's part; on sqlite, archive in a folder."""

import functools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from PilotLoggingDIRAC.adapters.sources.archive import ArchiveSource
from PilotLoggingDIRAC.adapters.sources.collector import CollectorSource
from PilotLoggingDIRAC.pilotlog.archive.deletion import request as deleting
from PilotLoggingDIRAC.pilotlog.archive.deletion.removal import Removal
from PilotLoggingDIRAC.pilotlog.archive.deletion.request import Deletion, Extent
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, InvalidInput, LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Selection, State
from PilotLoggingDIRAC.pilotlog.settings import DAY, ArchiveSettings, RetentionSettings
from tests.conftest import PILOT, line
from tests.custody_contract import VO, pilot
from tests.deleting_contract import DeletingContract
from tests.pilotlog.archive.test_archiver import agent, archive, pilots, world  # noqa: F401  (fixtures)

ONE = Selection(vos=(VO,), stamps=(PILOT.stamp,))


class TestSqliteDeleting(DeletingContract):
    """See ``deleting_contract``."""


@pytest.fixture
def deletion(world, clock):
    return Deletion(world.deleting, clock)


@pytest.fixture
def erase(world, archive):
    """Run the agent's part once, over an archive; its tally."""

    def run(archive=archive, stall_seconds=0, **settings):
        tally = Tally()
        parts = (world.custody, archive, RetentionSettings(**settings), ArchiveSettings(), stall_seconds, world.clock)
        Removal(VO, *parts, tally).run()
        return tally

    return run


def run(deletion, wanted):
    """(what was deleted, whether there may be more)."""
    done = [Extent()]
    more = deletion.run(wanted, done.append)
    return functools.reduce(lambda one, other: one + other, done), more


class TestDeletion:
    @pytest.mark.parametrize("wanted", [
        Selection(),
        Selection(vos=(VO,)),
        Selection(vos=(VO, "beta_vo"), stamps=("x",)),
        Selection(stamps=("x",)),
        Selection(vos=(VO,), sites=("TEST.Alpha.zz",)),
        Selection(vos=(VO,), references=("",)),
        Selection(vos=(VO,), references=("ref", " ")),
        Selection(vos=("",), stamps=("x",)),
    ])  # fmt: skip
    def test_what_is_not_named_is_not_deleted(self, deletion, world, wanted):
        world.finish()
        for step in (deletion.extent, lambda wanted: run(deletion, wanted)):
            with pytest.raises(InvalidInput):
                step(wanted)
        assert world.text()

    def test_a_date_in_the_future_is_refused(self, deletion, world):
        world.finish()
        with pytest.raises(InvalidInput, match="future"):
            run(deletion, Selection(vos=(VO,), until=world.clock() + timedelta(seconds=1)))
        assert world.text()

    def test_the_count_before_is_what_is_deleted_then(self, deletion, world):
        for who in (PILOT, pilot(1)):
            world.finish(who)
        assert deletion.extent(ONE) == Extent(1, 10, 0)
        assert world.text()
        assert run(deletion, ONE) == (Extent(1, 10, 0), False)
        assert deletion.extent(ONE) == Extent()

    def test_one_call_deletes_a_bounded_number(self, deletion, world, monkeypatch):
        monkeypatch.setattr(deleting, "MAX_LOGS", 3)
        for number in range(7):
            world.finish(pilot(number))
        wanted = Selection(vos=(VO,), until=world.clock())
        answers = [run(deletion, wanted) for _ in range(3)]
        assert [(extent.logs, more) for extent, more in answers] == [(3, True), (3, True), (1, False)]

    def test_one_call_takes_a_bounded_time(self, world, clock, monkeypatch):
        monkeypatch.setattr(deleting, "_MAX_CHUNKS", 1)
        seconds = iter(range(0, 1000, 6))
        slow = Deletion(world.deleting, clock, monotonic=lambda: next(seconds))
        for number in range(7):
            world.finish(pilot(number))
        extent, more = run(slow, Selection(vos=(VO,), until=world.clock()))
        assert (extent.logs, more) == (2, True)

    def test_what_was_committed_is_told_though_the_rest_fails(self, deletion, world, monkeypatch):
        monkeypatch.setattr(deleting, "_MAX_CHUNKS", 1)
        for number in range(3):
            world.finish(pilot(number))
        delete, done = world.deleting.delete, []

        def fail_after_two(_, *arguments):
            if len(done) == 2:
                raise ConnectionError
            return delete(*arguments)

        monkeypatch.setattr(type(world.deleting), "delete", fail_after_two)
        with pytest.raises(ConnectionError):
            deletion.run(Selection(vos=(VO,), until=world.clock()), done.append)
        assert sum(extent.logs for extent in done) == 2

    def test_it_tells_that_a_collector_still_brings_in_text(self, deletion, world):
        assert not deletion.draining()
        world.send(backlog=True)
        assert deletion.draining()


class TestSources:
    def test_no_source_gives_a_deleted_log(self, agent, deletion, world, archive):
        def no_old_file(pilot, path):
            raise LogNotFound("no such file")

        members = (
            CollectorSource(world.reader, 1000),
            ArchiveSource(world.reader, lambda log: archive, no_old_file, 1000),
        )
        world.finish()
        agent.archive_logs()
        run(deletion, ONE)
        for source in members:
            with pytest.raises(LogNotFound):
                source.output(PILOT, "reference")
        world.send(line("news"))
        [found] = [members[1].output(PILOT, "reference")]
        assert found.stdout == "[No longer kept: part 1 of this log]\n" + line("news").decode()
        assert not found.complete


class TestErasing:
    def test_the_next_cycle_removes_all_copies_and_the_row_goes_after_its_time(
        self, agent, deletion, erase, world, archive
    ):
        world.finish()
        agent.archive_logs()
        world.go_on()
        agent.archive_logs()
        assert len(archive.names()) == 2
        run(deletion, ONE)
        assert erase().counts == {"removed deleted": 2}
        assert archive.names() == []
        assert world.reader.counts() == {State.DELETED: 1}
        world.clock.forward(seconds=30 * DAY)
        assert erase().counts == {"rows deleted": 1}
        assert world.reader.counts() == {}

    def test_an_upload_that_is_under_way_is_waited_for(self, agent, deletion, erase, world, archive):
        archive.on_put = lambda file: (run(deletion, ONE), erase(stall_seconds=1800))
        world.finish()
        agent.archive_logs()
        assert agent.tally.counts == {"changed meanwhile": 1}
        assert len(archive.names()) == 1
        assert erase(stall_seconds=1800).counts == {}
        world.clock.forward(minutes=31)
        assert erase(stall_seconds=1800).counts == {}
        assert archive.names() == []
        assert world.custody.unremoved(VO, world.clock())[0] == 1, "it may still come"
        world.clock.forward(minutes=31)
        assert erase(stall_seconds=1800).counts == {"removed deleted": 1}

    def test_an_agent_that_was_stopped_for_days_takes_its_copy_back(self, agent, deletion, erase, world, archive):
        told = []

        def stop(file):
            run(deletion, ONE)
            archive.path(file).rename(archive.folder.with_name("on its way"))
            world.clock.forward(days=40)
            told.append(erase(stall_seconds=1800).counts)
            world.clock.forward(minutes=31)
            told.append(erase(stall_seconds=1800).counts)
            archive.folder.with_name("on its way").rename(archive.path(file))

        archive.on_put = stop
        world.finish()
        agent.archive_logs()
        assert told == [{}, {"removed deleted": 1, "rows deleted": 1}]
        assert agent.tally.counts == {"changed meanwhile": 1}
        assert archive.names() == []

    @pytest.mark.parametrize("stall", [timedelta(seconds=2000), timedelta(hours=3)])
    def test_a_copy_that_comes_after_its_removal_and_is_not_taken_back_is_removed_later(
        self, agent, deletion, erase, world, archive, monkeypatch, stall
    ):
        """Its agent stalls before it has uploaded anything, and another one has removed what was not there."""
        put = archive.put

        def come_late(file, path):
            run(deletion, ONE)
            world.clock.forward(seconds=stall.total_seconds())
            erase(stall_seconds=1800)
            put(file, path)
            archive.broken = True

        monkeypatch.setattr(archive, "put", come_late)
        world.finish()
        agent.archive_logs()
        archive.broken = False
        assert len(archive.names()) == 1
        world.clock.forward(days=1)
        erase(stall_seconds=1800)
        assert archive.names() == []
        assert world.custody.unremoved(VO, world.clock()) == (0, 0, "")

    def test_a_log_that_is_deleted_while_it_is_packed_is_no_failure_of_the_archive(
        self, agent, deletion, world, monkeypatch
    ):
        chunks = world.reader.chunks

        def delete_first(_, log, sequence=0):
            run(deletion, ONE)
            return chunks(log, sequence)

        world.finish()
        monkeypatch.setattr(type(world.reader), "chunks", delete_first)
        agent.archive_logs()
        assert agent.tally.counts == {"changed meanwhile": 1}
        assert (agent.tally.problems, agent.gate.error) == ({}, "")

    def test_an_agent_that_dies_between_file_and_row_is_followed_by_one_that_ends_it(
        self, agent, deletion, erase, world, archive, monkeypatch
    ):
        world.finish()
        agent.archive_logs()
        run(deletion, ONE)
        with monkeypatch.context() as patch:
            patch.setattr(type(world.custody), "forget", lambda self, *copy: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                erase()
        assert archive.names() == []
        assert erase().counts == {"removed deleted": 1}
        assert world.custody.unremoved(VO, world.clock()) == (0, 0, "")

    def test_two_agents_at_once_do_no_harm(self, agent, deletion, erase, world, archive):
        for number in range(20):
            world.finish(pilot(number))
        agent.archive_logs()
        run(deletion, Selection(vos=(VO,), until=world.clock()))
        with ThreadPoolExecutor(2) as pool:
            for tally in [pool.submit(erase), pool.submit(erase)]:
                assert tally.result().problems == {}
        assert archive.names() == []

    def test_what_can_not_be_removed_is_tried_again_later_and_told_all_the_while(
        self, agent, deletion, erase, world, archive
    ):
        world.finish()
        agent.archive_logs()
        run(deletion, ONE)
        archive.broken = True
        told = {f"removing deleted files of {VO}"}
        tally = erase()
        assert (tally.counts, set(tally.problems)) == ({"failed to remove": 1}, told)
        archive.broken = False
        tally = erase()
        assert (tally.counts, set(tally.problems)) == ({}, told)
        world.clock.forward(minutes=5)
        tally = erase()
        assert (tally.counts, tally.problems, archive.names()) == ({"removed deleted": 1}, {}, [])

    def test_of_a_file_that_may_still_come_a_failure_is_told_only_until_it_was_removed(
        self, deletion, erase, world, archive
    ):
        world.finish()
        world.record(world.claim())
        run(deletion, ONE)
        world.clock.forward(minutes=31)
        archive.broken = True
        told = {f"removing deleted files of {VO}"}
        assert set(erase(stall_seconds=1800).problems) == told
        archive.broken = False
        for minutes in (5, 2):
            world.clock.forward(minutes=minutes)
            tally = erase(stall_seconds=1800)
            assert (tally.counts, tally.problems) == ({}, {})
        assert world.custody.unremoved(VO, world.clock())[0] == 1, "it is looked for once more"
        archive.broken = True
        world.clock.forward(minutes=31)
        assert set(erase(stall_seconds=1800).problems) == told
        archive.broken = False
        world.clock.forward(hours=1)
        tally = erase(stall_seconds=1800)
        assert (tally.counts, tally.problems) == ({"removed deleted": 1}, {})

    def test_a_failure_is_told_though_another_copy_of_the_log_was_removed(
        self, agent, deletion, erase, world, archive, monkeypatch
    ):
        world.finish()
        agent.archive_logs()
        verified = world.log().file
        world.go_on()
        world.record(world.claim())
        run(deletion, ONE)
        remove = archive.remove

        def refuse(file):
            if file == verified:
                raise ArchiveError("not this one")
            remove(file)

        monkeypatch.setattr(archive, "remove", refuse)
        world.clock.forward(minutes=31)
        assert erase(stall_seconds=1800).problems == {
            f"removing deleted files of {VO}": f"1 files: {verified.lfn}: not this one"
        }

    def test_three_failures_in_a_row_are_enough_for_one_cycle(self, agent, deletion, erase, world, archive):
        for number in range(8):
            world.finish(pilot(number))
        agent.archive_logs()
        run(deletion, Selection(vos=(VO,), until=world.clock()))
        archive.broken = True
        assert erase().counts == {"failed to remove": 3}

    def test_a_copy_that_can_not_be_removed_hinders_no_other(self, agent, deletion, erase, world, archive, monkeypatch):
        for number in range(9):
            world.finish(pilot(number))
        agent.archive_logs()
        run(deletion, Selection(vos=(VO,), until=world.clock()))
        remove, stuck = archive.remove, {pilot(number).stamp for number in range(5)}

        def refuse(file):
            if file.lfn.split("/")[-1][:32] in stuck:
                raise ArchiveError("not this one")
            remove(file)

        monkeypatch.setattr(archive, "remove", refuse)
        erase()
        erase()
        assert len(archive.names()) == 5

    def test_copies_of_a_vo_without_an_archive_are_told_of_and_never_forgotten(
        self, agent, deletion, erase, world, archive
    ):
        world.finish()
        agent.archive_logs()
        run(deletion, ONE)
        world.clock.forward(days=100)
        assert set(erase(archive=None).problems) == {f"removing deleted files of {VO}"}
        assert len(archive.names()) == 1
        assert erase().counts == {"removed deleted": 1, "rows deleted": 1}
        assert erase(archive=None).problems == {}

    def test_a_log_that_was_never_archived_leaves_nothing_but_its_row(self, deletion, erase, world):
        world.send(line("secret"))
        run(deletion, ONE)
        assert erase(archive=None).problems == {}
        world.clock.forward(seconds=30 * DAY)
        assert erase(archive=None).counts == {"rows deleted": 1}
