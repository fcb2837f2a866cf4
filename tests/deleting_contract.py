"""The contract of every store for deleting on request: on sqlite in ``tests``, on MariaDB in ``integration_tests``."""

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.admin.import_slice import ImportConflict
from PilotLoggingDIRAC.pilotlog.archive.custody import Content, CopyKey
from PilotLoggingDIRAC.pilotlog.archive.deletion.request import Extent
from PilotLoggingDIRAC.pilotlog.describe.unsettled import Description
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LeaseLost
from PilotLoggingDIRAC.pilotlog.model import Output, PilotInfo, PilotJob, Selection, State
from PilotLoggingDIRAC.pilotlog.ports import Total
from PilotLoggingDIRAC.pilotlog.sql.admin.deletion import FORGOTTEN
from PilotLoggingDIRAC.pilotlog.sql.describe.unsettled import SqlUnsettled
from PilotLoggingDIRAC.pilotlog.sql.read.ce_outputs import SqlCEOutputs
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs

from .conftest import PILOT, line
from .custody_contract import TARGET, VO, World, pilot

MODIFIED = "2026-11-01T00:00:00"


class DeletingContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def world(self, transactions, clock):
        return World(transactions, clock)

    @pytest.fixture
    def rows(self, transactions):
        """All rows of a table."""

        def fetch(table):
            with transactions.engine.begin() as connection:
                return [row._mapping for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]

        return fetch

    def delete(self, world, who=PILOT, **more):
        wanted = Selection(vos=(who.vo,), stamps=(who.stamp,), **more)
        page = world.deleting.page(wanted, 100)
        return world.deleting.delete(page, wanted) if page else Extent()

    def test_a_deleted_log_is_there_for_nobody(self, world, rows):
        world.finish()
        world.custody.describe({world.log().id: PilotInfo("htcondorce://ce/1", "TEST.Alpha.zz")})
        world.archive()
        assert self.delete(world) == Extent(1, 10, 1)
        everything = Scope(everything=True)
        assert world.reader.find(PILOT) == []
        assert world.reader.find_stamps([PILOT.stamp]) == []
        assert world.reader.find_reference("htcondorce://ce/1") == []
        assert world.reader.select(everything, Selection(), "LogID", False, 0, 10) == (Total(0), [])
        assert world.reader.select(everything, Selection(states=(State.DELETED,)), "LogID", False, 0, 10) == (
            Total(0),
            [],
        )
        assert rows("PilotLogBatches") == []
        assert self.delete(world) == Extent()

    def test_its_row_keeps_nothing_of_it_but_what_the_resend_rule_needs(self, world, rows, transactions):
        world.send(line("hello") + b"half a line")
        world.send(b"", return_code="1")
        before = world.log()
        world.custody.describe({before.id: PilotInfo("ref", "site", "ce")})
        world.custody.failed(world.claim(), "some error", world.clock())
        self.spoil(transactions)
        self.delete(world)
        [row] = rows("PilotLogs")
        assert (row["VO"], row["PilotStamp"], row["Part"], row["Resend"]) == (*self.names(), 1, before.resend)
        assert {
            row[name] for name in ("PilotReference", "Site", "CE", "LeaseOwner", "LastError", "Sender", "Host")
        } == {""}
        assert {row[name] for name in ("NumberOfLines", "NumberOfBytes", "Generation", "Attempts")} == {0}
        assert {row[name] for name in ("DroppedBytes", "ManySenders")} == {0}
        assert {row[name] for name in ("ReturnCode", "VerifiedAt", "LeaseUntil", "RetryAfter", "Carry")} == {None}

    def test_what_its_ce_gave_is_deleted_with_it_and_that_of_others_is_not(self, world, transactions, clock):
        outputs = SqlCEOutputs(transactions, clock)
        world.finish()
        world.finish(pilot(2))
        world.custody.describe({world.log().id: PilotInfo("ref"), world.log(pilot(2)).id: PilotInfo("ref2")})
        for vo, reference in ((VO, "ref"), (VO, "ref2"), ("beta_vo", "ref")):
            outputs.put(vo, reference, Output("text"))
        self.delete(world)
        assert outputs.get(VO, "ref") is None
        assert outputs.get(VO, "ref2") and outputs.get("beta_vo", "ref")

    def test_its_jobs_and_their_owners_are_deleted_with_it(self, world, rows, transactions):
        world.finish()
        found, store = world.log(), SqlUnsettled(transactions)
        assert store.take(0, 10) == 1
        store.describe([Description(found, PilotInfo("ref", id=7), (PilotJob(4711, "ada"),))])
        assert rows("PilotLogJobs") and rows("PilotLogUnsettled")
        self.delete(world)
        assert (rows("PilotLogJobs"), rows("PilotLogUnsettled")) == ([], [])

    def spoil(self, transactions):
        """Something in the columns that other rules fill."""
        values = {"Carry": b"half a line", "DroppedBytes": 7, "Sender": "192.0.2.1", "ManySenders": 1}
        values |= {"PilotStatus": "Running", "Host": "wn17.alpha.org"}
        transactions.run(lambda connection: connection.execute(update(logs).values(values)))

    def test_every_column_of_a_row_is_kept_for_a_reason_or_emptied(self):
        """The state between two messages holds text of the log; so may a column that is not there yet."""
        kept = {"LogID", "VO", "PilotStamp", "Part", "FirstSeen", "LastSeen", "NextSequence", "Resend"}
        assert set(logs.columns.keys()) == kept | set(FORGOTTEN)

    def names(self):
        return PILOT.vo, PILOT.stamp

    def test_only_what_is_named_is_deleted(self, world):
        for who in (PILOT, pilot(1), pilot(0, "beta_vo")):
            world.finish(who)
        twin = type(PILOT)("beta_vo", PILOT.stamp)
        world.finish(twin)
        self.delete(world)
        assert world.reader.find(PILOT) == []
        assert all(world.text(who) for who in (pilot(1), pilot(0, "beta_vo"), twin))

    def test_by_date_only_logs_not_heard_of_since_are_deleted(self, world):
        world.finish(pilot(1))
        world.clock.forward(days=1)
        before = world.clock()
        world.clock.forward(seconds=1)
        world.finish(pilot(2))
        wanted = Selection(vos=(VO,), until=before)
        assert world.deleting.extent(wanted) == Extent(1, 10, 0)
        assert [log.pilot for log in world.deleting.page(wanted, 10)] == [pilot(1)]
        assert world.deleting.delete(world.deleting.page(wanted, 10), wanted).logs == 1
        assert world.text(pilot(2))

    def test_by_date_a_log_that_got_text_since_it_was_found_stays(self, world):
        world.finish()
        wanted = Selection(vos=(VO,), until=world.clock())
        page = world.deleting.page(wanted, 10)
        world.clock.forward(seconds=1)
        world.send(b"late\n")
        assert world.deleting.delete(page, wanted) == Extent()
        assert world.text() == b"some text\nlate\n"

    @pytest.mark.parametrize("moment", ["claimed", "recorded"])
    def test_an_agent_that_works_on_it_can_do_nothing_more_with_it(self, world, moment):
        world.finish()
        claim = world.claim()
        generation = world.record(claim)[0] if moment == "recorded" else 1
        self.delete(world)
        for step in (
            lambda: world.record(claim),
            lambda: world.custody.archived(claim, generation),
        ):
            with pytest.raises(LeaseLost):
                step()
        assert not world.custody.failed(claim, "no", world.clock())
        assert not world.custody.release(claim, None)
        assert world.custody.describe({claim.log.id: PilotInfo("ref")}) == 0
        assert world.custody.keep([claim.log.id]) == 0
        assert world.custody.purge([claim.log.id], world.later(days=1)) == 0
        assert world.due() == []
        assert world.reader.find(PILOT) == []

    def test_its_verified_copy_is_due_at_once_and_one_that_may_be_on_its_way_later(self, world):
        world.finish()
        world.archive()
        world.go_on()
        world.record(world.claim(), Content(200, "00000001"))
        log_id = world.log().id
        self.delete(world)
        due = world.custody.deleted_copies(VO, world.later(seconds=-1), 10)
        assert due == [(CopyKey(log_id, 1), TARGET.file(self.row(world), 1, Content(123, "0a0b0c0d")))]
        world.clock.forward(minutes=30)
        both = [key for key, _ in world.custody.deleted_copies(VO, world.later(minutes=-30), 10)]
        assert both == [CopyKey(log_id, 1), CopyKey(log_id, 2)]

    def row(self, world):
        """The log as it was, for the name of its file."""
        world.finish(pilot(99))
        return world.log(pilot(99)).__class__(0, PILOT, 1, State.DELETED, world.clock(), world.clock())

    def test_a_copy_that_is_recorded_again_is_on_its_way_again(self, world, transactions):
        world.finish()
        world.archive()
        world.clock.forward(minutes=5)
        with transactions.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE PilotLogs SET State = 'Complete'")
        world.record(world.claim())
        self.delete(world)
        assert world.custody.deleted_copies(VO, world.later(minutes=-1), 10) == []

    def test_a_copy_that_can_not_be_removed_is_put_off_and_told_of(self, world):
        for number in (1, 2):
            world.finish(pilot(number))
            world.archive(pilot(number))
        ids = [world.log(pilot(number)).id for number in (1, 2)]
        for number in (1, 2):
            self.delete(world, pilot(number))
        assert world.custody.unremoved(VO, world.clock()) == (2, 0, "")
        seen = []
        world.custody.put_off(ids[0], "no such SE", lambda attempts: seen.append(attempts) or world.later(minutes=5))
        assert seen == [1]
        assert [key.log_id for key, _ in world.custody.deleted_copies(VO, world.clock(), 10)] == ids[1:]
        assert world.custody.unremoved(VO, world.clock()) == (2, 1, "no such SE")
        world.clock.forward(minutes=5)
        assert [key.log_id for key, _ in world.custody.deleted_copies(VO, world.clock(), 10)] == ids[::-1]
        world.custody.forget(CopyKey(ids[0], 1), world.clock())
        assert world.custody.unremoved(VO, world.clock()) == (1, 0, "")

    def test_its_row_stays_for_its_time_and_until_its_copies_are_removed(self, world):
        world.finish()
        world.archive()
        log_id = world.log().id
        world.clock.forward(days=3)
        self.delete(world)
        assert world.custody.delete_deleted(VO, world.clock(), 10) == 0
        assert world.custody.is_recorded(CopyKey(log_id, 1))
        world.custody.forget(CopyKey(log_id, 1), world.clock())
        assert not world.custody.is_recorded(CopyKey(log_id, 1))
        assert world.custody.delete_deleted("beta_vo", world.clock(), 10) == 0
        assert world.custody.delete_deleted(VO, world.later(seconds=-1), 10) == 0
        assert world.custody.delete_deleted(VO, world.clock(), 10) == 1
        assert State.DELETED not in world.reader.counts()

    def test_vos_with_copies_of_deleted_logs_are_known_whatever_the_registry_says(self, world):
        for who in (PILOT, pilot(1, "beta_vo"), pilot(2, "gamma_vo")):
            world.finish(who)
        world.archive()
        world.archive(pilot(2, "gamma_vo"))
        self.delete(world)
        self.delete(world, pilot(1, "beta_vo"))
        assert world.reader.vos_of_deleted_copies() == [VO]

    def test_old_text_that_its_pilot_repeats_does_not_come_back(self, world):
        world.send(line("secret"))
        self.delete(world)
        world.send(line("secret"))
        assert world.reader.find(PILOT) == []
        world.send(line("secret") + line("news"))
        assert [log.part for log in world.reader.find(PILOT)] == [2]
        assert world.text() == line("news")
        self.delete(world)
        world.send(line("secret") + line("news"))
        world.send(b"", return_code="0")
        assert world.reader.find(PILOT) == []

    def test_the_mark_of_a_pilot_that_has_sent_nothing_more_leaves_it_deleted(self, world, rows):
        world.send(line("secret"))
        self.delete(world)
        world.send(b"", return_code="143")
        assert world.reader.find(PILOT) == []
        assert [(row["State"], row["ReturnCode"]) for row in rows("PilotLogs")] == [("Deleted", None)]

    def test_what_its_pilot_sends_more_is_a_log_like_any_other(self, world):
        world.finish()
        world.archive()
        self.delete(world)
        world.send(line("news"))
        world.send(b"", return_code="0")
        assert (world.log().part, world.log().state) == (2, State.COMPLETE)
        world.archive()
        assert world.log().state is State.ARCHIVED

    def test_its_row_stays_for_as_long_as_its_pilot_repeats_it(self, world):
        world.send(line("secret"))
        self.delete(world)
        world.clock.forward(days=20)
        world.send(line("secret"))
        assert world.custody.delete_deleted(VO, world.later(days=-10), 10) == 0

    @pytest.mark.parametrize("part", [0, 1])
    def test_an_import_does_not_bring_it_back(self, world, part):
        if part:
            world.send(line("secret"))
        else:
            world.importer.append(PILOT, 0, "secret\n", {}, MODIFIED)
        self.delete(world)
        for text in ("", "secret\n"):
            with pytest.raises(ImportConflict, match="deleted on request"):
                world.importer.append(PILOT, 0, text, {}, MODIFIED)
        assert world.reader.find(PILOT) == []

    def test_an_empty_filter_is_an_error_and_never_all(self, world):
        world.finish()
        named = Selection(vos=(VO,), stamps=(PILOT.stamp,))
        for wanted in (Selection(), Selection(vos=(VO,)), Selection(stamps=("x",)), Selection(until=world.clock())):
            for step in (
                lambda wanted=wanted: world.deleting.extent(wanted),
                lambda wanted=wanted: world.deleting.page(wanted, 10),
                lambda wanted=wanted: world.deleting.delete([world.log()], wanted),
            ):
                with pytest.raises(InvalidInput):
                    step()
        with pytest.raises(InvalidInput):
            world.deleting.delete([], named)
        assert world.text() == b"some text\n"

    def test_a_log_of_many_chunks_is_deleted_whole(self, world, transactions, rows):
        world.send()
        log_id = world.log().id
        with transactions.engine.begin() as connection:
            chunk = "INSERT INTO PilotLogBatches (LogID, Sequence, Received, NumberOfLines, NumberOfBytes, Payload)"
            values = ", ".join(f"({log_id}, {number}, '2026-11-21 08:00:00', 1, 1, 'x')" for number in range(1, 25_000))
            connection.exec_driver_sql(f"{chunk} VALUES {values}")
            connection.exec_driver_sql("UPDATE PilotLogs SET NextSequence = 25000")
        assert self.delete(world).logs == 1
        assert rows("PilotLogBatches") == []
