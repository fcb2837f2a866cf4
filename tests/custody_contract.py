"""The contract of every store with the agent. ``tests`` runs it on sqlite, ``integration_tests`` on MariaDB."""

import functools
from datetime import timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.archive.custody import Content, CopyKey
from PilotLoggingDIRAC.pilotlog.archive.packing import Target
from PilotLoggingDIRAC.pilotlog.archive.walk import LogPosition
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LeaseLost
from PilotLoggingDIRAC.pilotlog.model import Numbered, Output, PilotId, PilotInfo, State, StoredFile
from PilotLoggingDIRAC.pilotlog.sql.admin.deletion import SqlDeletion
from PilotLoggingDIRAC.pilotlog.sql.admin.importer import SqlImporter
from PilotLoggingDIRAC.pilotlog.sql.archive import retention
from PilotLoggingDIRAC.pilotlog.sql.archive.custody import SqlCustody
from PilotLoggingDIRAC.pilotlog.sql.read.ce_outputs import SqlCEOutputs
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender

from .conftest import PILOT, batch
from .pilotlog.admin.imports import ISO, OLD, ending

VO = PILOT.vo
TARGET = Target("ALPHA-disk", f"/{VO}/logs")
CONTENT = Content(123, "0a0b0c0d")


def pilot(number, vo=VO):
    return PilotId(vo, f"{number:032x}")


class World:
    """A store with its clock: pilots send, agents work."""

    def __init__(self, transactions, clock, epoch="epoch"):
        self.clock, self.epoch = clock, epoch
        self.custody = SqlCustody(transactions, clock)
        self.reader = SqlReader(transactions)
        self.deleting = SqlDeletion(transactions, clock)
        self.importer = SqlImporter(transactions, clock)
        self._appender = SqlAppender(transactions, clock)
        self._number = 0

    def send(self, text=b"some text\n", who=PILOT, return_code=None, backlog=False):
        self._number += 1
        item = batch(text, who, self.clock(), return_code)
        self._appender.append(self.epoch, [Numbered(self._number, item)], acknowledged=backlog, backlog=backlog)

    def finish(self, who=PILOT):
        self.send(b"some text\n", who)
        self.send(b"", who, return_code="0")

    def go_on(self, who=PILOT):
        """Text comes after the end, and another end."""
        self.send(b"late\n", who)
        self.send(b"", who, return_code="0")

    def log(self, who=PILOT):
        return self.reader.find(who)[-1]

    def text(self, who=PILOT):
        return b"".join(text for part in self.reader.find(who) for _, text in self.reader.chunks(part))

    def due(self, vo=VO, limit=100):
        return self.custody.due(vo, self.clock(), limit)

    def later(self, **delta):
        return self.clock() + timedelta(**delta)

    def claim(self, owner="agent", who=PILOT):
        """The agent's claim of a log, None when it gets none."""
        found = self.custody.claim(owner, [self.log(who).id], self.later(minutes=15))
        return found[0] if found else None

    def record(self, claim, content=CONTENT, target=TARGET):
        name = functools.partial(target.file, claim.log, content=content)
        return self.custody.record(claim, content, lambda generation: name(generation), self.later(minutes=15))

    def archive(self, who=PILOT, content=CONTENT):
        claim = self.claim(who=who)
        generation, _ = self.record(claim, content)
        self.custody.archived(claim, generation)
        return generation


class CustodyContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def world(self, transactions, clock):
        return World(transactions, clock)

    # sealing

    def test_silent_logs_are_walked_once_each_in_pages(self, world):
        for number in range(5):
            world.send(who=pilot(number))
        world.clock.forward(hours=1)
        world.send(who=pilot(9))
        seen, after = [], None
        while page := world.custody.silent(world.later(minutes=-30), after, 2):
            seen += [log.pilot for log in page]
            after = LogPosition.of(page[-1])
        assert seen == [pilot(number) for number in range(5)]

    def test_a_log_that_had_ended_is_sealed_as_complete(self, world):
        world.finish()
        world.send(b"late\n")
        assert world.custody.seal([world.log()]) == 1
        assert (world.log().state, world.log().return_code) == (State.COMPLETE, "0")

    def test_a_silent_log_is_sealed(self, world):
        world.send()
        assert world.custody.seal([world.log()]) == 1
        assert world.log().state is State.INCOMPLETE

    def test_logs_from_the_future_are_brought_back_and_others_left(self, world):
        world.clock.forward(days=60)
        for number in (1, 2):
            world.send(who=pilot(number))
        world.clock.forward(days=-60)
        world.send(who=pilot(3))
        world.clock.forward(seconds=1)
        assert world.custody.bring_back(world.clock(), 1) == 1
        assert world.custody.bring_back(world.clock(), 10) == 1
        assert world.custody.bring_back(world.clock(), 10) == 0
        assert [world.log(pilot(number)).last_seen for number in (1, 2)] == [world.clock()] * 2
        assert world.log(pilot(3)).last_seen == world.later(seconds=-1)

    def test_a_log_that_got_text_since_it_was_read_is_not_sealed(self, world):
        world.send()
        before = world.log()
        world.send(b"more\n")
        assert world.custody.seal([before]) == 0
        assert world.log().state is State.RECEIVING

    def test_a_log_whose_text_was_only_repeated_since_it_was_read_is_not_sealed(self, world):
        text = b"2026-11-21T08:10:11.123456Z INFO [Pilot] I am alive\n"
        world.send(text)
        before = world.log()
        world.clock.forward(hours=2)
        world.send(text)
        assert world.custody.seal([before]) == 0

    def test_reference_site_and_ce_are_filled_once(self, world):
        world.send()
        info = PilotInfo("htcondorce://ce/1", "TEST.Alpha.zz", "ce.alpha")
        assert world.custody.describe({world.log().id: info}) == 1
        assert world.custody.describe({world.log().id: PilotInfo("another")}) == 0
        assert (world.log().reference, world.log().site, world.log().ce) == (info.reference, info.site, info.ce)

    def test_sealed_logs_without_reference_are_found(self, world):
        world.finish(pilot(1))
        world.send(who=pilot(2))
        world.finish(pilot(3))
        world.custody.describe({world.log(pilot(3)).id: PilotInfo("known")})
        assert [log.pilot for log in world.custody.undescribed(None, 10)] == [pilot(1)]

    # claiming

    def test_only_sealed_logs_of_the_vo_are_due(self, world):
        world.finish(pilot(1))
        world.send(who=pilot(2))
        world.finish(pilot(3, "beta_vo"))
        assert world.due() == [world.log(pilot(1)).id]

    def test_a_log_is_not_due_before_it_has_settled(self, world):
        world.finish()
        assert world.custody.due(VO, world.later(seconds=-1), 10) == []

    def test_a_leased_log_is_neither_due_nor_claimed_by_another(self, world):
        world.finish()
        assert world.claim("one")
        assert world.due() == []
        assert world.claim("two") is None

    def test_a_log_whose_lease_is_over_is_taken_over(self, world):
        world.finish()
        first = world.claim("one")
        world.clock.forward(minutes=16)
        second = world.claim("two")
        assert second
        with pytest.raises(LeaseLost):
            world.record(first)
        assert not world.custody.failed(first, "too late", world.later(hours=1))
        assert world.custody.archived(second, world.record(second)[0]) is None

    def test_an_agent_that_was_taken_over_can_not_mark_the_log(self, world):
        world.finish()
        first = world.claim("one")
        generation, _ = world.record(first)
        world.clock.forward(minutes=16)
        world.claim("two")
        with pytest.raises(LeaseLost):
            world.custody.archived(first, generation)
        assert world.log().state is State.COMPLETE

    def test_logs_that_failed_come_behind_fresh_ones(self, world):
        for number in (1, 2):
            world.finish(pilot(number))
            world.clock.forward(minutes=1)
        world.custody.failed(world.claim(who=pilot(1)), "no", world.clock())
        world.clock.forward(minutes=1)
        assert world.due() == [world.log(pilot(2)).id, world.log(pilot(1)).id]

    def test_a_failed_log_is_put_off_and_its_error_kept(self, world):
        world.finish()
        assert world.custody.failed(world.claim(), "e" * 600, world.later(minutes=5))
        assert (world.log().attempts, world.log().last_error) == (1, "e" * 512)
        assert world.due() == []
        world.clock.forward(minutes=6)
        assert world.due() == [world.log().id]

    def test_a_released_log_is_due_at_once_and_not_counted_as_failed(self, world):
        world.finish()
        assert world.custody.release(world.claim(), None)
        assert world.due() == [world.log().id]
        assert world.log().attempts == 0

    # archiving

    def test_an_archived_log_has_its_verified_file_and_no_failures(self, world):
        world.finish()
        world.custody.failed(world.claim(), "no", world.clock())
        assert world.archive() == 1
        log = world.log()
        assert (log.state, log.attempts, log.last_error, log.generation) == (State.ARCHIVED, 0, "", 1)
        assert log.file == TARGET.file(log, 1, CONTENT)
        assert world.due() == []

    def test_text_that_arrives_meanwhile_makes_the_mark_fail(self, world):
        world.finish()
        claim = world.claim()
        generation, _ = world.record(claim)
        world.send(b"late\n")
        with pytest.raises(LeaseLost):
            world.custody.archived(claim, generation)
        assert world.log().state is State.RECEIVING
        assert world.log().file is None

    def test_a_finalise_mark_that_arrives_meanwhile_does_no_harm(self, world):
        world.send()
        world.custody.seal([world.log()])
        claim = world.claim()
        generation, _ = world.record(claim)
        world.send(b"", return_code="0")
        world.custody.archived(claim, generation)
        assert (world.log().state, world.log().return_code) == (State.ARCHIVED, "0")

    def test_the_same_file_recorded_again_keeps_its_generation(self, world):
        world.finish()
        claim = world.claim()
        assert world.record(claim) == world.record(claim)

    @pytest.mark.parametrize("change", [{"content": Content(124, "0a0b0c0d")}, {"target": Target("OTHER", "/x")}])
    def test_another_file_gets_the_next_generation(self, world, change):
        world.finish()
        claim = world.claim()
        first, _ = world.record(claim)
        second, file = world.record(claim, **change)
        assert (first, second) == (1, 2)
        assert ".2.log.gz" in file.lfn

    def test_late_text_is_archived_as_the_next_generation(self, world):
        world.finish()
        world.archive()
        world.go_on()
        assert world.archive(content=Content(200, "00000001")) == 2
        assert ".2.log.gz" in world.log().file.lfn

    def test_kept_logs_are_due_once_there_is_an_archive(self, world):
        world.finish()
        assert world.custody.keep([world.log().id]) == 1
        assert world.log().state is State.KEPT
        assert world.archive() == 1

    def test_a_leased_log_is_not_made_kept(self, world):
        world.finish()
        world.claim()
        assert world.custody.keep([world.log().id]) == 0

    # deleting

    def test_only_a_verified_log_is_purged(self, world):
        world.finish()
        claim = world.claim()
        world.record(claim)
        world.clock.forward(days=30)
        assert world.custody.purge([world.log().id], world.clock()) == 0
        assert world.text() == b"some text\n"

    def test_a_verified_log_is_purged_after_its_time_and_its_text_is_gone(self, world):
        world.finish()
        world.archive()
        assert world.custody.purgeable(VO, world.later(seconds=-1), 10) == []
        assert [log.pilot for log in world.custody.purgeable(VO, world.clock(), 10)] == [PILOT]
        assert world.custody.purge([world.log().id], world.clock()) == 1
        assert (world.log().state, world.text()) == (State.PURGED, b"")
        assert world.log().file

    def test_purgeable_logs_come_page_by_page(self, world):
        for number in (2, 1):
            world.finish(pilot(number))
            world.archive(pilot(number))
            world.clock.forward(seconds=1)
        (first,) = world.custody.purgeable(VO, world.clock(), 1)
        (second,) = world.custody.purgeable(VO, world.clock(), 1, LogPosition.of(first))
        assert [first.pilot, second.pilot] == [pilot(2), pilot(1)]
        assert world.custody.purgeable(VO, world.clock(), 1, LogPosition.of(second)) == []

    def test_text_stays_for_its_time_after_verification_however_old_it_is(self, world):
        world.finish()
        world.clock.forward(days=10)
        world.archive()
        assert world.custody.purgeable(VO, world.later(days=-7), 10) == []
        assert world.custody.purge([world.log().id], world.later(days=-7)) == 0

    def test_a_purged_log_is_not_purgeable_again(self, world):
        world.finish()
        world.archive()
        world.custody.purge([world.log().id], world.clock())
        assert world.custody.purgeable(VO, world.clock(), 10) == []
        assert world.custody.purge([world.log().id], world.clock()) == 0

    def test_a_log_that_got_late_text_is_not_purged(self, world):
        world.finish()
        world.archive()
        found = world.custody.purgeable(VO, world.clock(), 10)
        world.send(b"late\n")
        assert world.custody.purge([log.id for log in found], world.later(days=1)) == 0
        assert world.text() == b"some text\nlate\n"

    def test_a_copy_with_less_than_all_the_text_does_not_let_a_log_be_purged(self, world, transactions):
        world.finish()
        world.archive()
        with transactions.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE PilotLogs SET NextSequence = NextSequence + 1")
        assert world.custody.purge([world.log().id], world.later(days=1)) == 0

    def test_a_copy_that_was_not_verified_does_not_let_a_log_be_purged(self, world, transactions):
        world.finish()
        world.archive()
        with transactions.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE PilotLogFiles SET VerifiedAt = NULL")
        assert world.custody.purge([world.log().id], world.later(days=1)) == 0

    def test_kept_logs_are_purged_after_a_time_of_their_own(self, world):
        world.finish()
        world.custody.keep([world.log().id])
        assert world.custody.purge([world.log().id], world.later(days=1)) == 0
        assert world.custody.purge_kept([world.log().id], world.later(days=-1)) == 0
        assert [log.pilot for log in world.custody.kept(VO, world.clock(), 10)] == [PILOT]
        assert world.custody.purge_kept([world.log().id], world.clock()) == 1
        assert world.text() == b""

    def test_a_kept_log_that_was_claimed_meanwhile_stays_for_as_long_as_without(self, world):
        world.finish()
        world.clock.forward(days=40)
        world.custody.keep([world.log().id])
        kept_at = world.clock()
        world.clock.forward(days=1)
        world.custody.release(world.claim(), None)
        assert world.due() == [world.log().id]
        assert world.custody.kept(VO, world.later(days=-30), 10) == []
        assert [log.pilot for log in world.custody.kept(VO, kept_at, 10)] == [PILOT]

    def test_what_a_ce_gave_goes_with_the_text_of_a_kept_log_with_the_row_or_in_time(self, world, transactions, clock):
        outputs, kept, deleted = SqlCEOutputs(transactions, clock), pilot(2), pilot(3)
        for who in (PILOT, kept, deleted):
            world.finish(who)
            world.custody.describe({world.log(who).id: PilotInfo(who.stamp)})
            outputs.put(VO, who.stamp, Output("text"))
        world.archive()
        world.archive(who=deleted)
        world.custody.keep([world.log(kept).id])
        world.custody.purge([world.log(PILOT).id, world.log(deleted).id], world.clock())
        assert all(outputs.get(VO, who.stamp) for who in (PILOT, kept, deleted))
        world.custody.purge_kept([world.log(kept).id], world.clock())
        assert outputs.get(VO, kept.stamp) is None and outputs.get(VO, PILOT.stamp)
        assert world.custody.delete_ce_outputs(world.later(days=29)) == 0
        assert world.custody.delete_rows(VO, world.clock(), True, 10) == (3, None)
        assert outputs.get(VO, deleted.stamp) is None
        outputs.put(VO, "of nobody", Output("text"))
        assert world.custody.delete_ce_outputs(world.later(days=31)) == 1

    def test_all_copies_but_the_verified_one_are_superseded(self, world):
        world.finish()
        world.archive()
        world.go_on()
        lost = world.claim()
        world.record(lost, Content(200, "00000001"))
        world.custody.release(lost, None)
        assert world.custody.superseded(VO, world.clock(), None, 10) == ([], None)
        world.send(b"later\n")
        world.send(b"", return_code="0")
        world.archive(content=Content(300, "00000002"))
        found = [key for key, _ in world.custody.superseded(VO, world.clock(), None, 10)[0]]
        assert found == [CopyKey(world.log().id, 1), CopyKey(world.log().id, 2)]
        assert world.custody.superseded(VO, world.clock(), found[0], 10)[0][0][0] == found[1]
        assert world.custody.superseded(VO, world.later(seconds=-1), None, 10) == ([], None)
        world.custody.forget(found[0], world.clock())
        assert [key for key, _ in world.custody.superseded(VO, world.clock(), None, 10)[0]] == found[1:]

    def test_rows_are_deleted_with_what_is_known_of_their_file(self, world):
        world.finish()
        world.archive()
        assert world.custody.delete_rows(VO, world.clock(), True, 10) == (0, None)
        world.custody.purge([world.log().id], world.clock())
        assert world.custody.delete_rows(VO, world.later(seconds=-1), True, 10) == (0, None)
        assert world.custody.delete_rows(VO, world.clock(), True, 10) == (1, None)
        assert world.reader.find(PILOT) == []

    def test_rows_wait_for_files_that_are_to_be_removed(self, world):
        world.finish()
        world.archive()
        world.custody.purge([world.log().id], world.clock())
        assert world.custody.delete_rows(VO, world.clock(), False, 10) == (0, None)
        [(key, file)], _ = world.custody.expired(VO, world.clock(), None, 10, recorded_before=world.clock())
        assert isinstance(file, StoredFile)
        world.custody.forget(key, world.clock())
        assert world.custody.delete_rows(VO, world.clock(), False, 10) == (1, None)

    def test_row_of_an_old_log_that_was_imported_stays_as_long_after_its_file_was_verified(self, world):
        """Its last message is as old as its file, and nobody finds the archived text without its row."""
        world.importer.append(PILOT, 0, "text\n", ending(b"text\n"), ISO)
        world.archive()
        verified = world.clock()
        world.clock.forward(days=7)
        world.custody.purge([world.log().id], world.clock())
        assert world.log().last_seen == OLD and world.log().file is not None
        assert world.custody.delete_rows(VO, verified - timedelta(seconds=1), True, 10) == (0, None)
        assert world.custody.delete_rows(VO, verified, True, 10) == (1, None)

    def waiting(self, world, number, free):
        """Purge logs of which the last ``free`` have no file any more, and return their ids."""
        names = [pilot(at) for at in range(number)]
        for who in names:
            world.finish(who)
            world.archive(who=who)
        ids = [world.log(who).id for who in names]
        world.custody.purge(ids, world.clock())
        for log_id in ids[number - free :]:
            world.custody.forget(CopyKey(log_id, 1), world.clock())
        return ids

    def test_rows_behind_those_that_wait_for_files_are_reached_page_by_page(self, world, monkeypatch):
        monkeypatch.setattr(retention, "_LOGS_LOOKED_AT", 2)
        ids = self.waiting(world, 5, free=2)
        deleted, after = world.custody.delete_rows(VO, world.clock(), False, 2)
        assert (deleted, after.log_id) == (0, ids[1])
        deleted, after = world.custody.delete_rows(VO, world.clock(), False, 2, after)
        assert (deleted, after.log_id) == (1, ids[3])
        assert world.custody.delete_rows(VO, world.clock(), False, 2, after) == (1, None)

    def test_a_page_that_deletes_few_rows_looks_at_many(self, world):
        ids = self.waiting(world, 6, free=2)
        deleted, after = world.custody.delete_rows(VO, world.clock(), False, 1)
        assert (deleted, after.log_id) == (1, ids[4])
        deleted, after = world.custody.delete_rows(VO, world.clock(), False, 1, after)
        assert (deleted, after.log_id) == (1, ids[5])
        assert world.custody.delete_rows(VO, world.clock(), False, 1, after) == (0, None)
        assert world.reader.find(pilot(3)) != []

    def test_rows_wait_for_superseded_files(self, world):
        world.finish()
        world.archive()
        world.go_on()
        world.archive(content=Content(200, "00000001"))
        world.custody.purge([world.log().id], world.clock())
        assert world.custody.delete_rows(VO, world.clock(), True, 10) == (0, None)

    def test_writers_that_have_been_silent_for_long_are_forgotten(self, world):
        world.send()
        assert world.custody.delete_epochs(world.later(seconds=-1)) == 0
        assert world.custody.delete_epochs(world.clock()) == 1

    def test_an_empty_filter_is_an_error_and_never_all(self, world):
        world.finish()
        custody, now = world.custody, world.clock()
        for step in (
            lambda: custody.seal([]),
            lambda: custody.describe({}),
            lambda: custody.due("", now, 10),
            lambda: custody.claim("agent", [], now),
            lambda: custody.keep([]),
            lambda: custody.purge([], now),
            lambda: custody.purge_kept([], now),
            lambda: custody.delete_rows("", now, True, 10),
            lambda: custody.deleted_copies("", now, 10),
            lambda: custody.unremoved("", now),
            lambda: custody.delete_deleted("", now, 10),
        ):
            with pytest.raises(InvalidInput):
                step()
