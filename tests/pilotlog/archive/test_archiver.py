"""The agent's logic, with a store on sqlite and an archive that is a folder and can be broken."""

import gzip
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.archive.alarms import Alarms
from PilotLoggingDIRAC.pilotlog.archive.archiver import Archiver, Workspace
from PilotLoggingDIRAC.pilotlog.archive.copies import CopyCheck, due_copies
from PilotLoggingDIRAC.pilotlog.archive.custody import CopyKey
from PilotLoggingDIRAC.pilotlog.archive.cycle import AgentMemory, Cycle, CycleSettings, Lane
from PilotLoggingDIRAC.pilotlog.archive.deletion.removal import Removal
from PilotLoggingDIRAC.pilotlog.archive.deletion.request import Deletion
from PilotLoggingDIRAC.pilotlog.archive.deletion.retention import RemovalProgress, Retention
from PilotLoggingDIRAC.pilotlog.archive.describer import Describer
from PilotLoggingDIRAC.pilotlog.archive.gate import Gate, GatedArchive
from PilotLoggingDIRAC.pilotlog.archive.keeper import Keeper
from PilotLoggingDIRAC.pilotlog.archive.packing import Target, content, pack
from PilotLoggingDIRAC.pilotlog.archive.sealer import Sealer
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.archive.walk import LogPosition, Walk
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotInfo, Selection, State
from PilotLoggingDIRAC.pilotlog.ports import CopyProblem
from PilotLoggingDIRAC.pilotlog.settings import ArchiveSettings, CopySettings, RetentionSettings, SealSettings
from PilotLoggingDIRAC.pilotlog.sql.archive import retention as sql_retention
from tests.conftest import PILOT
from tests.custody_contract import TARGET, VO, World, pilot
from tests.waiting import PATIENCE_SECONDS, Slots, until

KNOWN = PilotInfo("htcondorce://ce/1", "TEST.Alpha.zz", "ce.alpha")


class FolderArchive:
    """An archive in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.mkdir()
        self.broken = False
        self.on_put = lambda file: None
        self.puts = []
        self.checks = []

    def path(self, file):
        return self.folder / file.lfn.strip("/").replace("/", "_")

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def put(self, file, path):
        self.puts.append(file.lfn)
        if self.broken:
            raise ArchiveError("The storage element is down")
        shutil.copy(path, self.path(file))
        self.on_put(file)
        assert content(self.path(file)).size == file.size

    def remove(self, file):
        if self.broken:
            raise ArchiveError("The storage element is down")
        self.path(file).unlink(missing_ok=True)

    def check(self, files, read):
        if self.broken:
            raise ArchiveError("The storage element is down")
        self.checks.append((len(files), read))
        return {file: problem for file in files if (problem := self._problem(file))}

    def _problem(self, file):
        path = self.path(file)
        if not path.exists():
            return CopyProblem("it is not there", lost=True)
        found = content(path)
        if (found.size, found.checksum) != (file.size, file.checksum):
            return CopyProblem("it is another one", lost=True)
        return None

    def text(self, file):
        return gzip.decompress(self.path(file).read_bytes())


class PilotTable:
    """Pilots as DIRAC knows them."""

    def __init__(self):
        self.known = {}
        self.away = False
        self.questions = 0

    def by_stamp(self, pilots):
        self.questions += 1
        if self.away:
            raise StoreUnavailable("PilotAgentsDB is away")
        return {pilot: self.known[pilot] for pilot in pilots if pilot in self.known}


class Agent:
    """An agent with all its parts, on a world's store."""

    def __init__(self, world, archive, pilots, folder, owner="agent", **archive_settings):
        self.world, self.archive, self.pilots = world, archive, pilots
        self.tally, self.gate = Tally(), Gate()
        self.settings = ArchiveSettings(**({"settle_seconds": 0, "workers": 2} | archive_settings))
        self.workspace = Workspace(owner, folder)
        self.describer = Describer(world.custody, pilots, self.tally)

    def seal(self, walk=None, **settings):
        settings = SealSettings(**settings)
        Sealer(self.world.custody, self.describer, settings, self.world.clock, self.tally).run(walk or Walk())

    def archiver(self, target=TARGET, vo=VO):
        world = self.world
        return Archiver(
            vo, world.custody, world.reader, self.archive, target, self.describer,
            self.settings, world.clock, self.workspace, self.gate, self.tally,
        )  # fmt: skip

    def archive_logs(self):
        self.archiver().run()

    def copies(self, **settings):
        return CopyCheck(VO, self.world.custody, self.archive, CopySettings(**settings), self.tally)

    def scrub(self, **settings):
        due = due_copies(self.world.custody, CopySettings(**settings), self.world.clock)
        self.copies(**settings).scrub(due.get(VO, []))

    def retention(self, archive=None, stall_seconds=0, **settings):
        world = self.world
        return Retention(
            VO, world.custody, archive or self.archive, self.copies(), RetentionSettings(**settings), stall_seconds,
            world.clock, RemovalProgress(), self.tally,
        )  # fmt: skip


@pytest.fixture
def world(transactions, clock):
    return World(transactions, clock)


@pytest.fixture
def archive(tmp_path):
    return FolderArchive(tmp_path / "archive")


@pytest.fixture
def pilots():
    return PilotTable()


@pytest.fixture
def agent(world, archive, pilots, tmp_path):
    return Agent(world, archive, pilots, tmp_path)


class TestSealing:
    def test_a_final_pilots_log_is_sealed_after_an_hour_of_silence(self, agent, world, pilots):
        pilots.known[PILOT] = PilotInfo("ref", final=True)
        world.send()
        world.clock.forward(minutes=59)
        agent.seal()
        assert world.log().state is State.RECEIVING
        world.clock.forward(minutes=2)
        agent.seal()
        assert world.log().state is State.INCOMPLETE
        assert agent.tally.counts["sealed"] == 1

    @pytest.mark.parametrize("known", [False, True])
    def test_running_and_unknown_pilots_logs_are_sealed_after_two_days(self, agent, world, pilots, known):
        if known:
            pilots.known[PILOT] = PilotInfo("ref")
        world.send()
        world.clock.forward(hours=47)
        agent.seal()
        assert world.log().state is State.RECEIVING
        world.clock.forward(hours=2)
        agent.seal()
        assert world.log().state is State.INCOMPLETE

    def test_sealing_copies_reference_site_and_ce(self, agent, world, pilots):
        pilots.known[PILOT] = PilotInfo("ref", "TEST.Alpha.zz", "ce", final=True)
        world.send()
        world.clock.forward(hours=2)
        agent.seal()
        assert (world.log().reference, world.log().site, world.log().ce) == ("ref", "TEST.Alpha.zz", "ce")

    def test_without_pilot_agents_db_only_logs_silent_for_long_are_sealed(self, agent, world, pilots):
        pilots.known[PILOT] = PilotInfo("ref", final=True)
        pilots.away = True
        world.send()
        world.clock.forward(hours=2)
        agent.seal()
        assert world.log().state is State.RECEIVING
        world.clock.forward(hours=47)
        agent.seal()
        assert world.log().state is State.INCOMPLETE
        assert "PilotAgentsDB" in agent.tally.problems

    def test_a_walk_that_is_bounded_goes_on_in_the_next_cycle(self, agent, world, pilots):
        for number in range(5):
            world.send(who=pilot(number))
        pilots.known[pilot(4)] = PilotInfo("ref", final=True)
        world.clock.forward(hours=2)
        walk = Walk()
        for _ in range(3):
            agent.seal(walk, page_logs=1, max_logs=2)
        assert world.log(pilot(4)).state is State.INCOMPLETE

    def test_nothing_is_sealed_while_a_collector_brings_in_what_it_spooled(self, agent, world, pilots):
        pilots.known[PILOT] = PilotInfo("ref", final=True)
        world.send()
        world.clock.forward(hours=2)
        world.send(who=pilot(1), backlog=True)
        agent.seal()
        assert world.log().state is State.RECEIVING
        world.clock.forward(minutes=11)
        agent.seal()
        assert world.log().state is State.INCOMPLETE

    def test_many_pilots_are_looked_up_at_once(self, agent, world, pilots):
        for number in range(50):
            world.send(who=pilot(number))
        world.clock.forward(hours=2)
        agent.seal()
        assert pilots.questions == 1


class TestArchiving:
    def test_a_finished_log_is_archived_byte_for_byte(self, agent, world, archive, pilots):
        pilots.known[PILOT] = KNOWN
        world.send(b"first\nhalf a ")
        world.send("line, \N{SNOWMAN}\n".encode())
        world.send(b"", return_code="0")
        agent.archive_logs()
        log = world.log()
        assert log.state is State.ARCHIVED
        assert archive.text(log.file) == b"first\nhalf a line, \xe2\x98\x83\n"
        assert log.file.lfn == f"/{VO}/logs/2026/11/21/{PILOT.stamp}.1.1.log.gz"
        assert log.reference == KNOWN.reference
        assert content(archive.path(log.file)).checksum == log.file.checksum

    def test_packing_a_log_again_gives_the_same_bytes(self, world, tmp_path):
        world.finish()
        first, second = pack(world.log(), world.reader, tmp_path / "a"), pack(world.log(), world.reader, tmp_path / "b")
        assert first == second
        data = (tmp_path / "a").read_bytes()
        assert data == (tmp_path / "b").read_bytes()
        assert data[3:8] == bytes(5), "gzip's header holds a name or a time"

    def test_a_log_with_a_chunk_missing_is_not_archived(self, agent, world, archive, transactions):
        world.send(b"first\n")
        world.finish()
        with transactions.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM PilotLogBatches WHERE Sequence = 0")
        agent.archive_logs()
        assert world.log().state is State.COMPLETE
        assert "lacks chunk 0" in world.log().last_error
        assert archive.puts == []

    def test_a_log_with_its_end_missing_is_not_archived(self, agent, world, archive, transactions):
        world.send(b"first\n")
        world.finish()
        with transactions.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM PilotLogBatches WHERE Sequence = 1")
        agent.archive_logs()
        assert world.log().attempts == 1
        assert archive.puts == []

    def test_a_failure_is_counted_and_tried_again_later(self, agent, world, archive):
        world.finish()
        archive.broken = True
        agent.archive_logs()
        assert (world.log().attempts, world.log().last_error) == (1, "The storage element is down")
        assert agent.tally.problems == {f"archive of {VO}": "The storage element is down"}
        archive.broken = False
        agent.archive_logs()
        assert world.log().state is State.COMPLETE
        world.clock.forward(minutes=6)
        agent.archive_logs()
        assert world.log().state is State.ARCHIVED
        assert len(archive.names()) == 1

    def test_an_unexpected_error_with_one_log_blocks_no_other(self, agent, world, archive):
        for number in range(4):
            world.finish(pilot(number))

        def fail(file):
            if pilot(1).stamp in file.lfn:
                raise RuntimeError("a surprise")

        archive.on_put = fail
        agent.archive_logs()
        states = [world.log(pilot(number)).state for number in range(4)]
        assert states == [State.ARCHIVED, State.COMPLETE, State.ARCHIVED, State.ARCHIVED]
        assert world.log(pilot(1)).last_error == "RuntimeError: a surprise"

    def test_an_archive_that_is_down_costs_one_upload_a_cycle_and_drains_without_delay(self, agent, world, archive):
        for number in range(20):
            world.finish(pilot(number))
        archive.broken = True
        agent.archive_logs()
        assert len(archive.puts) <= 4
        for _ in range(5):
            before = len(archive.puts)
            agent.archive_logs()
            assert len(archive.puts) == before + 1
        archive.broken = False
        agent.archive_logs()
        done = [number for number in range(20) if world.log(pilot(number)).state is State.ARCHIVED]
        assert len(done) >= 20 - 9
        world.clock.forward(hours=1)
        agent.archive_logs()
        assert len(archive.names()) == 20

    def test_fresh_logs_are_archived_before_those_that_failed(self, agent, world, archive):
        agent.settings = ArchiveSettings(settle_seconds=0, workers=1)
        world.finish(pilot(1))
        archive.broken = True
        agent.archive_logs()
        archive.broken = False
        world.clock.forward(hours=1)
        world.finish(pilot(2))
        agent.archive_logs()
        assert [lfn.split("/")[-1][:32] for lfn in archive.puts[1:]] == [pilot(2).stamp, pilot(1).stamp]

    def test_text_that_arrives_during_the_upload_is_archived_with_the_rest(self, agent, world, archive):
        world.finish()
        archive.on_put = lambda file: world.go_on() if file.lfn.endswith(".1.log.gz") else None
        agent.archive_logs()
        assert world.log().state is State.COMPLETE
        assert agent.tally.counts["changed meanwhile"] == 1
        agent.archive_logs()
        assert archive.text(world.log().file) == b"some text\nlate\n"
        agent.retention().run(purge_kept=False)
        assert archive.names() == [archive.path(world.log().file).name]

    def test_an_agent_that_died_after_its_upload_is_taken_over_without_a_second_file(
        self, agent, world, archive, pilots, tmp_path
    ):
        world.finish()

        def die(file):
            raise KeyboardInterrupt

        archive.on_put = die
        with pytest.raises(KeyboardInterrupt):
            agent.archive_logs()
        archive.on_put = lambda file: None
        other = Agent(world, archive, pilots, tmp_path, "other")
        other.archive_logs()
        assert world.log().state is State.COMPLETE
        world.clock.forward(minutes=16)
        other.archive_logs()
        assert world.log().state is State.ARCHIVED
        assert len(archive.names()) == 1

    def test_two_agents_at_once_archive_each_log_once(self, world, archive, pilots, tmp_path):
        for number in range(12):
            world.finish(pilot(number))
        agents = [Agent(world, archive, pilots, tmp_path, name) for name in ("one", "two")]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda agent: agent.archive_logs(), agents))
        assert sum(agent.tally.counts.get("archived", 0) for agent in agents) == 12
        assert len(archive.puts) == 12

    def test_while_pilot_agents_db_is_away_logs_wait_for_their_reference_but_not_for_ever(self, agent, world, pilots):
        pilots.away = True
        world.finish()
        agent.archive_logs()
        assert (world.log().state, world.log().attempts) == (State.COMPLETE, 0)
        world.clock.forward(hours=49)
        agent.archive_logs()
        assert world.log().state is State.ARCHIVED

    def test_an_agent_that_ends_begins_no_more_uploads_and_keeps_no_leases(self, agent, world, archive):
        for number in range(10):
            world.finish(pilot(number))
        archive.on_put = lambda file: agent.gate.stop()
        agent.archive_logs()
        assert len(archive.puts) <= agent.settings.workers
        assert len(world.due()) == 10 - agent.tally.counts["archived"]

    def test_an_agent_that_ends_begins_no_upload_that_waited_for_other_vos(self, agent, world, archive):
        for number in range(4):
            world.finish(pilot(number))
        slots = Slots()
        agent.workspace = replace(agent.workspace, slots=slots)
        with ThreadPoolExecutor(1) as other:
            with slots:
                run = other.submit(agent.archive_logs)
                until(lambda: len(slots.came) == 1 + agent.settings.workers)
                agent.gate.stop()
            run.result(PATIENCE_SECONDS)
        assert archive.puts == []
        assert len(world.due()) == 4
        assert agent.tally.counts == {}

    def test_a_path_that_is_too_long_is_a_failure_of_the_archive(self, agent, world):
        world.finish()
        agent.archiver(Target("SE", "/" + "x" * 250)).run()
        assert "at most 255" in world.log().last_error

    def test_nothing_is_left_in_the_folder_for_packing(self, world, archive, pilots, tmp_path):
        folder = tmp_path / "packing"
        folder.mkdir()
        world.finish()
        Agent(world, archive, pilots, folder).archive_logs()
        assert list(folder.iterdir()) == []


class TestRetention:
    def test_text_is_purged_a_week_after_verification(self, agent, world, archive):
        world.finish()
        agent.archive_logs()
        world.clock.forward(days=6)
        agent.retention().run(purge_kept=False)
        assert world.text() == b"some text\n"
        world.clock.forward(days=2)
        agent.retention().run(purge_kept=False)
        assert (world.log().state, world.text()) == (State.PURGED, b"")
        assert archive.text(world.log().file) == b"some text\n"

    def test_nothing_is_purged_that_is_not_archived(self, agent, world, archive):
        world.finish()
        archive.broken = True
        agent.archive_logs()
        world.clock.forward(days=1000)
        agent.retention().run(purge_kept=False)
        assert world.text() == b"some text\n"

    def test_a_vo_without_archive_keeps_its_logs_for_a_month(self, agent, world):
        world.finish()
        Keeper(VO, world.custody, agent.describer, world.clock, agent.tally).run()
        assert world.log().state is State.KEPT
        world.clock.forward(days=29)
        agent.retention().run(purge_kept=True)
        assert world.text() == b"some text\n"
        world.clock.forward(days=2)
        agent.retention().run(purge_kept=True)
        assert (world.log().state, world.text()) == (State.PURGED, b"")

    def test_kept_logs_are_not_purged_once_the_vo_is_to_have_an_archive(self, agent, world):
        world.finish()
        Keeper(VO, world.custody, agent.describer, world.clock, agent.tally).run()
        world.clock.forward(days=100)
        agent.retention().run(purge_kept=False)
        assert world.log().state is State.KEPT

    def test_rows_go_after_a_year_and_files_stay(self, agent, world, archive):
        world.finish()
        agent.archive_logs()
        world.clock.forward(days=8)
        agent.retention().run(purge_kept=False)
        world.clock.forward(days=360)
        agent.retention().run(purge_kept=False)
        assert world.reader.find(PILOT) == []
        assert len(archive.names()) == 1

    def test_files_are_removed_only_when_that_is_asked_for_and_before_their_rows(self, agent, world, archive):
        world.finish()
        agent.archive_logs()
        world.clock.forward(days=400)
        archive.broken = True
        agent.retention(files_seconds=86400 * 100).run(purge_kept=False)
        assert world.reader.find(PILOT) != []
        archive.broken = False
        agent.retention(files_seconds=86400 * 100).run(purge_kept=False)
        assert archive.names() == []
        assert world.reader.find(PILOT) == []

    def waiting(self, agent, number):
        """Archive and purge logs whose files are to stay when their rows are due, and return their ids."""
        for at in range(number):
            agent.world.finish(pilot(at))
        agent.archive_logs()
        agent.world.clock.forward(days=400)
        ids = [agent.world.log(pilot(at)).id for at in range(number)]
        agent.world.custody.purge(ids, agent.world.clock())
        return ids

    def test_rows_that_wait_for_their_files_are_looked_at_a_page_a_cycle(self, agent, world, monkeypatch):
        monkeypatch.setattr(sql_retention, "_LOGS_LOOKED_AT", 1)
        ids = self.waiting(agent, 3)
        retention, looked_at = agent.retention(files_seconds=86400 * 1000, logs_per_step=1), []
        for _ in range(5):
            retention.run(purge_kept=False)
            after = retention.progress.looked_at[f"rows {VO}"]
            looked_at.append(after and after.log_id)
        assert looked_at == [*ids, None, ids[0]]
        assert len(world.reader.find(pilot(0))) == 1

    def test_a_row_behind_many_that_wait_for_their_files_goes_although_agents_begin_anew(self, agent, world):
        """DIRAC ends an agent after so many cycles, and the place with it."""
        ids = self.waiting(agent, 4)
        world.custody.forget(CopyKey(ids[3], 1), world.clock())
        for _ in range(2):
            agent.retention(files_seconds=86400 * 1000, logs_per_step=1).run(purge_kept=False)
        assert world.reader.find(pilot(3)) == []
        assert len(world.reader.find(pilot(2))) == 1

    def test_a_row_whose_file_was_removed_behind_the_place_of_a_walk_goes_in_the_next_cycle(
        self, agent, world, monkeypatch
    ):
        monkeypatch.setattr(sql_retention, "_LOGS_LOOKED_AT", 1)
        ids = self.waiting(agent, 5)
        retention = agent.retention(files_seconds=86400 * 1000, logs_per_step=1)
        for _ in range(2):
            retention.run(purge_kept=False)
        world.custody.forget(CopyKey(ids[0], 1), world.clock())
        retention.run(purge_kept=False)
        assert world.reader.find(pilot(0)) == []
        assert retention.progress.looked_at[f"rows {VO}"].log_id == ids[2], "it goes on where it was, too"

    def test_a_superseded_file_behind_many_logs_without_one_goes_although_agents_begin_anew(
        self, agent, world, archive, monkeypatch
    ):
        monkeypatch.setattr(sql_retention, "_LOGS_LOOKED_AT", 2)
        for number in range(10):
            world.finish(pilot(number))
        agent.archive_logs()
        last = max((pilot(number) for number in range(10)), key=lambda who: world.log(who).id)
        world.go_on(last)
        agent.archive_logs()
        assert len(archive.names()) == 11
        for _ in range(2):
            agent.retention().run(purge_kept=False)
        assert len(archive.names()) == 10

    def test_superseded_files_are_left_for_as_long_as_an_upload_may_still_come(self, agent, world, archive):
        world.finish()
        agent.archive_logs()
        world.go_on()
        agent.archive_logs()
        agent.retention(stall_seconds=1800).run(purge_kept=False)
        assert len(archive.names()) == 2
        world.clock.forward(hours=1)
        agent.retention(stall_seconds=1800).run(purge_kept=False)
        assert len(archive.names()) == 1

    def test_a_file_that_can_not_be_removed_blocks_no_other(self, agent, world, archive):
        for number in range(8):
            world.finish(pilot(number))
        agent.archive_logs()
        for number in range(8):
            world.go_on(pilot(number))
        agent.archive_logs()
        remove = archive.remove
        stuck = {pilot(0).stamp, pilot(1).stamp, pilot(2).stamp, pilot(3).stamp}

        def refuse(file):
            if file.lfn.split("/")[-1][:32] in stuck:
                raise ArchiveError("not this one")
            remove(file)

        archive.remove = refuse
        retention = agent.retention()
        for _ in range(3):
            retention.run(purge_kept=False)
        assert len(archive.names()) == 8 + 4

    def test_a_storage_element_that_removes_nothing_stops_no_removal_from_another(self, agent, world, archive):
        """``UploadSE`` was mistyped for a while, and then corrected: the first files are on no storage element."""
        for number in range(8):
            world.finish(pilot(number))
            claim = world.claim(who=pilot(number))
            world.record(claim, target=Target("MISTYPED", f"/{VO}/logs") if number < 5 else TARGET)
            world.custody.release(claim, None)
            world.go_on(pilot(number))
        agent.archive_logs()
        remove, removed = archive.remove, []

        def refuse(file):
            if file.se == "MISTYPED":
                raise ArchiveError("unknown storage element")
            removed.append(file.se)
            remove(file)

        archive.remove = refuse
        agent.retention().run(purge_kept=False)
        assert removed == [TARGET.se] * 3

    def test_a_storage_element_that_removes_nothing_delays_no_page_of_another(self, agent, world, archive):
        for number in range(20):
            world.finish(pilot(number))
            world.record(world.claim(who=pilot(number)), target=Target("DOWN" if number < 15 else TARGET.se, "/x"))
            world.go_on(pilot(number))
        world.clock.forward(hours=1)
        agent.archive_logs()
        remove = archive.remove

        def refuse(file):
            if file.se == "DOWN":
                raise ArchiveError("does not answer")
            remove(file)

        archive.remove = refuse
        retention = agent.retention(logs_per_step=5)
        for _ in range(2):
            retention.run(purge_kept=False)
        assert agent.tally.counts["removed superseded"] == 5
        archive.remove = remove
        for _ in range(6):
            retention.run(purge_kept=False)
        assert agent.tally.counts["removed superseded"] == 20

    def test_purging_goes_on_behind_what_it_has_purged(self, agent, world, archive, monkeypatch):
        """Purged logs stay in the index of states for a while: whoever begins anew reads them again for each page."""
        for number in range(3):
            world.finish(pilot(number))
        agent.archive_logs()
        places, find = [], world.custody.purgeable

        def recorded(_, *page):
            places.append(page[3])
            return find(*page)

        monkeypatch.setattr(type(world.custody), "purgeable", recorded)
        agent.retention(batches_seconds=0, logs_per_step=1).run(purge_kept=False)
        assert agent.tally.counts["purged"] == 3
        assert places == [None, *(LogPosition.of(world.log(pilot(number))) for number in range(3))]


class QuickLane:
    """A lane with nothing to do."""

    vo = VO

    def run(self):
        tally = Tally()
        tally.add("lanes")
        return tally


class TestCycle:
    def test_a_slow_diagnosis_hinders_no_lane_and_is_counted_when_it_is_done(self, agent):
        done, memory = threading.Event(), AgentMemory()

        def diagnose():
            tally = Tally()
            tally.add("diagnosed", int(done.wait(60)))
            return tally

        def cycle(seconds):
            tally = Tally()
            sealer = Sealer(agent.world.custody, agent.describer, SealSettings(), agent.world.clock, tally)
            settings = CycleSettings(cycle_seconds=seconds)
            steps = Cycle(agent.world.custody, agent.describer, sealer, settings, agent.world.clock, diagnose=diagnose)
            return tally, steps.run([QuickLane()], pool, memory, tally)

        with ThreadPoolExecutor(4) as pool:
            try:
                counts = {}
                while "lanes" not in counts:
                    tally, running = cycle(0.1)
                    counts |= tally.counts
                assert (counts, running) == ({"lanes": 1}, set())
            finally:
                done.set()
            tally, running = cycle(60.0)
            assert tally.counts["diagnosed"] == 1
            assert not running

    def run(self, agent, lanes, memory, seconds=10.0, workers=4):
        tally = Tally()
        sealer = Sealer(agent.world.custody, agent.describer, SealSettings(), agent.world.clock, tally)
        settings = CycleSettings(cycle_seconds=seconds)
        cycle = Cycle(agent.world.custody, agent.describer, sealer, settings, agent.world.clock)
        with ThreadPoolExecutor(workers) as pool:
            running = cycle.run(lanes, pool, memory, tally)
        return tally, running

    @pytest.mark.parametrize(("ends", "state"), [(False, State.PURGED), (True, State.KEPT)])
    def test_no_step_of_a_lane_begins_when_the_agent_ends(self, agent, world, ends, state):
        class Last(Keeper):
            def run(self):
                super().run()
                world.clock.forward(days=31)
                if ends:
                    agent.gate.stop()

        world.finish()
        way = Last(VO, world.custody, agent.describer, world.clock, agent.tally)
        self.run(agent, [self.lane(agent, way=way)], AgentMemory())
        assert world.log().state is state

    def test_a_step_ends_with_its_present_copy_when_the_agent_ends(self, agent, world, archive):
        for number in range(3):
            world.finish(pilot(number))
        agent.archive_logs()
        Deletion(world.deleting, world.clock).run(Selection(vos=(VO,), until=world.clock()), lambda extent: None)
        remove = archive.remove

        def remove_the_last_one(file):
            remove(file)
            agent.gate.stop()

        archive.remove = remove_the_last_one
        ending = self.removing_lane(agent, GatedArchive(archive, agent.gate)).run()
        assert (ending.counts, ending.problems, len(archive.names())) == ({"removed deleted": 1}, {}, 2)
        following = self.removing_lane(agent, archive, Gate()).run()
        assert (following.counts, archive.names()) == ({"removed deleted": 2}, [])

    def removing_lane(self, agent, archive, gate=None):
        lane = self.lane(agent)
        return replace(lane, removal=replace(lane.removal, archive=archive), gate=gate or agent.gate)

    def test_copies_are_looked_at_no_more_when_the_agent_ends(self, agent, world, archive):
        for number in range(3):
            world.finish(pilot(number))
        agent.archive_logs()
        world.clock.forward(days=100)
        check = archive.check

        def check_the_last_one(files, read):
            agent.gate.stop()
            return check(files, read)

        archive.check = check_the_last_one
        gated = GatedArchive(archive, agent.gate)
        copies = CopyCheck(VO, world.custody, gated, CopySettings(check_copies=1), agent.tally)
        due = due_copies(world.custody, CopySettings(), world.clock)
        lane = self.lane(agent)
        lane = replace(lane, retention=replace(lane.retention, copies=copies), due=due[VO])
        assert lane.run().problems == {}
        assert (agent.tally.counts["copies read"], agent.tally.problems) == (1, {})

    def lane(self, agent, vo=VO, way=None, problem="", clock_agrees=lambda: True):
        tally = Tally()
        clock, custody = agent.world.clock, agent.world.custody
        copies = CopyCheck(vo, custody, None, CopySettings(), tally)
        retention = Retention(vo, custody, None, copies, RetentionSettings(), 0, clock, RemovalProgress(), tally)
        eraser = Removal(vo, custody, None, RetentionSettings(), ArchiveSettings(), 0, clock, tally)
        return Lane(vo, tally, retention, eraser, way, problem, (), clock_agrees, gate=agent.gate)

    def test_a_vo_whose_archive_hangs_does_not_hold_up_another(self, agent, world, archive):
        world.finish()
        hanging, runs = threading.Event(), []

        class Hang:
            def run(self):
                runs.append(1)
                hanging.wait(60)

        memory = AgentMemory()
        tally = Tally()
        sealer = Sealer(world.custody, agent.describer, SealSettings(), world.clock, tally)
        cycle = Cycle(world.custody, agent.describer, sealer, CycleSettings(cycle_seconds=4), world.clock)
        with ThreadPoolExecutor(4) as pool:
            lanes = [self.lane(agent, "beta_vo", Hang()), self.lane(agent, VO, agent.archiver())]
            assert cycle.run(lanes, pool, memory, tally) == {"beta_vo"}
            assert world.log().state is State.ARCHIVED
            world.finish(pilot(7))
            lanes = [self.lane(agent, "beta_vo", Hang()), self.lane(agent, VO, agent.archiver())]
            assert cycle.run(lanes, pool, memory, tally) == {"beta_vo"}
            assert world.log(pilot(7)).state is State.ARCHIVED
            assert len(runs) == 1
            hanging.set()

    def test_a_vo_whose_archive_is_not_set_up_is_a_problem_and_nothing_is_lost(self, agent, world):
        world.finish()
        world.clock.forward(days=500)
        tally, _ = self.run(agent, [self.lane(agent, problem="UploadPath is not set")], AgentMemory())
        assert tally.problems == {f"archive of {VO}": "UploadPath is not set"}
        assert world.text() == b"some text\n"
        assert world.log().state is State.COMPLETE

    @pytest.mark.parametrize("agrees", [False, True])
    def test_a_host_whose_clock_differs_neither_seals_nor_deletes(self, agent, world, agrees):
        """The cycle of a VO without an archive, with what would purge its only copies."""
        world.finish(pilot(1))
        keeper = Keeper(VO, world.custody, agent.describer, world.clock, agent.tally)
        keeper.run()
        world.send(who=pilot(2))
        world.clock.forward(days=31)
        sealer = Sealer(world.custody, agent.describer, SealSettings(), world.clock, agent.tally)
        cycle = Cycle(
            world.custody, agent.describer, sealer, CycleSettings(cycle_seconds=10), world.clock, lambda: agrees
        )
        with ThreadPoolExecutor(1) as pool:
            cycle.run([self.lane(agent, VO, keeper, clock_agrees=lambda: agrees)], pool, AgentMemory(), Tally())
        found = [world.log(pilot(number)).state for number in (1, 2)]
        assert found == ([State.PURGED, State.KEPT] if agrees else [State.KEPT, State.RECEIVING])

    def test_logs_that_can_not_be_archived_get_their_reference_all_the_same(self, agent, world, pilots):
        pilots.known[PILOT] = KNOWN
        world.finish()
        self.run(agent, [self.lane(agent, problem="UploadPath is not set")], AgentMemory())
        assert world.log().reference == KNOWN.reference

    def test_an_unexpected_error_in_one_vo_is_a_problem_of_that_vo(self, agent, world):
        class Bad:
            def run(self):
                raise ValueError("a surprise")

        world.finish()
        lanes = [self.lane(agent, "beta_vo", Bad()), self.lane(agent, VO, agent.archiver())]
        tally, running = self.run(agent, lanes, AgentMemory())
        assert tally.problems == {"archive of beta_vo": "ValueError: a surprise"}
        assert not running
        assert world.log().state is State.ARCHIVED


class TestAlarms:
    def test_a_problem_is_told_once_when_it_begins_and_once_when_it_is_over(self):
        told = []
        alarms = Alarms(lambda subject, text: told.append((subject, text)), lambda subject: told.append(subject))
        for problems in ({"SE": "down"}, {"SE": "down again"}, {}, {}, {"SE": "down"}):
            alarms.update(problems)
        assert told == [("SE", "down"), "SE", ("SE", "down")]

    def test_what_was_not_looked_at_is_not_over(self):
        told = []
        alarms = Alarms(lambda subject, text: None, told.append)
        alarms.update({"archive of a": "x"})
        alarms.update({}, lambda subject: subject.endswith(" of a"))
        assert told == []
        alarms.update({})
        assert told == ["archive of a"]
