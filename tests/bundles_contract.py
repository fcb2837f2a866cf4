"""The contract of every store with bundles: an agent's steps on them, on sqlite here, on MariaDB in the stack."""

import functools
import gzip
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.archive.archiver import Archiver, Workspace
from PilotLoggingDIRAC.pilotlog.archive.bundles.bundle_file import cut
from PilotLoggingDIRAC.pilotlog.archive.bundles.bundler import Bundler
from PilotLoggingDIRAC.pilotlog.archive.bundles.clearing import BundlePlaces, Clearing
from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleSettings
from PilotLoggingDIRAC.pilotlog.archive.copies import CopyCheck, due_copies
from PilotLoggingDIRAC.pilotlog.archive.deletion.removal import Removal
from PilotLoggingDIRAC.pilotlog.archive.deletion.retention import RemovalProgress, Retention
from PilotLoggingDIRAC.pilotlog.archive.describer import Describer
from PilotLoggingDIRAC.pilotlog.archive.gate import Gate
from PilotLoggingDIRAC.pilotlog.archive.packing import content
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from PilotLoggingDIRAC.pilotlog.model import Selection, State
from PilotLoggingDIRAC.pilotlog.ports import CopyProblem
from PilotLoggingDIRAC.pilotlog.settings import ArchiveSettings, CopySettings, RetentionSettings

from .custody_contract import TARGET, VO, World, pilot
from .waiting import PATIENCE_SECONDS, Slots, until


class Killed(BaseException):
    """The agent is killed: nothing more of it runs."""


class BundleFolder:
    """An archive in a folder, that may fail or be the last thing that an agent does."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.broken = False
        self.down, self.tried = set(), []
        self.on_put = self.after_put = self.on_remove = self.after_remove = lambda: None
        self.checked = []

    def path(self, file):
        return self.folder / file.lfn.strip("/").replace("/", "_")

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def content(self):
        return b"".join(path.read_bytes() for path in self.folder.iterdir())

    def put(self, file, path):
        self._require()
        self.on_put()
        shutil.copy(path, self.path(file))
        self.after_put()

    def get(self, file, path):
        self._require(file.se)
        if file.member:
            with self.path(file).open("rb") as bundle:
                cut(bundle.fileno(), file.member, path)
        else:
            shutil.copy(self.path(file), path)
        assert file.member or content(path).checksum == file.checksum

    def check(self, files, read):
        self._require()
        self.checked += files
        assert not any(file.member for file in files)
        unknown = {file: CopyProblem("no answer", lost=False) for file in files if file.se in self.down}
        return {file: CopyProblem("gone", lost=True) for file in files if not self._is_good(file)} | unknown

    def _is_good(self, file):
        return self.path(file).exists() and content(self.path(file)).checksum == file.checksum

    def remove(self, file):
        self._require(file.se)
        assert file.member is None, "a log alone is not removed from a bundle"
        self.on_remove()
        self.path(file).unlink(missing_ok=True)
        self.after_remove()

    def _require(self, se=""):
        self.tried.append(se)
        if self.broken or se in self.down:
            raise ArchiveError("The storage element is down")


class NoPilots:
    """DIRAC knows no pilot."""

    def by_stamp(self, pilots):
        return {}


class BundleAgent:
    """An agent with all that has to do with bundles, on a world's store."""

    def __init__(self, world, archive, folder, owner="agent", **settings):
        self.world, self.archive = world, archive
        self.tally, self.gate = Tally(), Gate()
        self.settings = BundleSettings(**({"bundle_logs": 10, "bundle_seconds": 3600} | settings))
        self.archiving = ArchiveSettings(settle_seconds=0, workers=2, retry_seconds=1)
        self.workspace = Workspace(owner, folder)
        self.places, self.progress = BundlePlaces(), RemovalProgress()
        self.pause = time.sleep
        self.rests = []
        self.rest = lambda *seconds: self.rests.append(seconds)

    def archive_logs(self, target=TARGET):
        world, describer = self.world, Describer(self.world.custody, NoPilots(), self.tally)
        single = Archiver(
            VO, world.custody, world.reader, self.archive, target, describer, self.archiving, world.clock,
            self.workspace, self.gate, self.tally,
        )  # fmt: skip
        Bundler(single, world.custody, self.settings, self.pause, self.rest).run()

    def clear(self, stall_seconds=1800, **retained):
        world, store, retained = self.world, self.world.custody, RetentionSettings(**retained)
        steps = (self.archiving, stall_seconds, world.clock)
        Removal(VO, store, self.archive, retained, *steps, self.tally).run()
        steps = (*steps, self.workspace, self.places, self.tally, self.gate)
        Clearing(VO, store, self.archive, self.settings, retained, *steps).run()

    def end_while_waiting(self, step):
        """Let the agent end while its step waits for the upload of another VO."""
        slots = Slots()
        self.workspace = replace(self.workspace, slots=slots)
        with ThreadPoolExecutor(1) as thread:
            with slots:
                run = thread.submit(step)
                until(lambda: len(slots.came) == 2)
                self.gate.stop()
            run.result(PATIENCE_SECONDS)

    def copies(self, **settings):
        return CopyCheck(VO, self.world.custody, self.archive, CopySettings(**settings), self.tally)

    def scrub(self):
        due = due_copies(self.world.custody, CopySettings(), self.world.clock)
        self.copies().scrub(due.get(VO, []))

    def retain(self, **settings):
        world = self.world
        Retention(
            VO, world.custody, self.archive, self.copies(), RetentionSettings(**settings), 0, world.clock,
            self.progress, self.tally,
        ).run(purge_kept=False)  # fmt: skip


class Field:
    """A world with texts that nobody can make up again, an archive, and agents."""

    def __init__(self, world, archive, folder):
        self.world, self.archive, self.folder = world, archive, folder
        self.agent = BundleAgent(world, archive, folder)
        self.texts = {}

    def finish(self, *numbers):
        for number in numbers:
            text = os.urandom(200).hex().encode() + b"\n"
            self.texts[number] = self.texts.get(number, b"") + text
            self.world.send(text, pilot(number))
            self.world.send(b"", pilot(number), return_code="0")

    def archive_all(self, numbers=range(10), target=TARGET):
        """Ten logs, in one bundle."""
        self.finish(*numbers)
        self.agent.archive_logs(target)

    def delete(self, *numbers):
        for number in numbers:
            wanted = Selection(vos=(VO,), stamps=(pilot(number).stamp,))
            self.world.deleting.delete(self.world.deleting.page(wanted, 100), wanted)

    def log(self, number):
        return self.world.log(pilot(number))

    def copy(self, number):
        """The text of a log's archived copy, read from its place."""
        path = self.folder / "copy"
        self.archive.get(self.log(number).file, path)
        return gzip.decompress(path.read_bytes())

    def archived_text_is_on_disk(self, number):
        """Whether a log's copy is in any file of the archive, whoever knows of it."""
        return gzip.compress(self.texts[number], 6, mtime=0)[10:60] in self.archive.content()

    def require_whole(self, *numbers):
        for number in numbers:
            assert self.log(number).state in (State.ARCHIVED, State.PURGED), self.log(number)
            assert self.copy(number) == self.texts[number]

    def require_nothing_left_over(self, transactions):
        """Each file of the archive is a bundle that is recorded and needed."""
        with transactions.engine.begin() as connection:
            lfns = connection.exec_driver_sql("SELECT LFN FROM PilotLogBundles WHERE Retired = 0").scalars().all()
            retired = connection.exec_driver_sql("SELECT COUNT(*) FROM PilotLogBundles WHERE Retired = 1").scalar()
        assert retired == 0
        assert self.archive.names() == sorted(lfn.strip("/").replace("/", "_") for lfn in lfns)

    def killed_at(self, moment, run):
        """Run until an agent's step on the archive kills it."""

        def kill():
            raise Killed

        setattr(self.archive, moment, kill)
        with pytest.raises(Killed):
            run()
        setattr(self.archive, moment, lambda: None)


class BundlesContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def world(self, transactions, clock):
        return World(transactions, clock)

    @pytest.fixture
    def field(self, world, tmp_path):
        return Field(world, BundleFolder(tmp_path / "archive"), tmp_path)

    # closing

    def test_enough_logs_are_archived_in_one_file(self, field, clock):
        field.archive_all()
        [name] = field.archive.names()
        assert name.endswith(f"_20261121T080000-{field.log(0).file.member.bundle}.zip")
        field.require_whole(*range(10))
        assert field.agent.tally.counts == {"archived": 10, "bundles": 1}

    def test_an_agent_rests_after_each_log_that_it_packs(self, field):
        field.archive_all()
        assert len(field.agent.rests) == 10
        assert all(took > 0 and 0 < most <= field.agent.archiving.lease_seconds / 3 for took, most in field.agent.rests)

    def test_few_logs_wait_until_the_last_bundle_is_old_enough(self, field, clock):
        field.archive_all()
        field.finish(11, 12)
        field.agent.archive_logs()
        assert field.log(11).state is State.COMPLETE
        clock.forward(minutes=59)
        field.agent.archive_logs()
        assert field.log(11).state is State.COMPLETE
        clock.forward(minutes=2)
        field.agent.archive_logs()
        field.require_whole(11, 12)
        assert len(field.archive.names()) == 2

    def test_much_text_does_not_wait(self, field, world):
        field.archive_all()
        field.agent = BundleAgent(world, field.archive, field.folder, bundle_mb=0)
        field.finish(11)
        field.agent.archive_logs()
        field.require_whole(11)

    def test_a_full_bundle_leaves_the_rest_to_the_next_one(self, field, world, tmp_path):
        field.agent = BundleAgent(world, field.archive, field.folder, bundle_mb=0.001, bundle_logs=100)
        field.archive_all(range(30))
        assert len(field.archive.names()) > 3
        field.require_whole(*range(30))

    def test_logs_that_end_while_a_bundle_is_made_wait_for_the_next_one(self, field, clock):
        later = iter(range(30, 40))

        def arrive():
            clock.forward(seconds=1)
            field.finish(next(later))

        field.archive.on_put = arrive
        field.archive_all(range(25))
        assert len(field.archive.names()) == 3
        field.require_whole(*range(25))

    # changes meanwhile

    def test_a_log_that_changes_while_it_is_packed_is_left_out(self, field, world, monkeypatch):
        field.finish(*range(10))
        original = world.custody.next_generations

        def late(ids):
            world.send(b"late\n", pilot(3))
            return original(ids)

        monkeypatch.setattr(type(world.custody), "next_generations", lambda self, ids: late(ids))
        field.agent.archive_logs()
        assert field.log(3).state is State.RECEIVING
        assert not field.archived_text_is_on_disk(3), "nobody would know of it"
        field.require_whole(*(number for number in range(10) if number != 3))

    def test_a_log_that_gets_text_while_its_bundle_is_uploaded_goes_into_a_later_one(self, field, world, clock):
        field.finish(*range(10))
        field.archive.on_put = functools.partial(world.send, b"late\n", pilot(3))
        field.agent.archive_logs()
        field.archive.on_put = lambda: None
        assert field.log(3).state is State.RECEIVING
        field.texts[3] += b"late\n"
        world.send(b"", pilot(3), return_code="0")
        clock.forward(hours=2)
        field.agent.archive_logs()
        field.require_whole(*range(10))
        assert len(field.archive.names()) == 2

    def test_an_agent_that_ends_begins_no_upload_that_waited_for_other_vos(self, field, transactions):
        field.finish(*range(10))
        field.agent.end_while_waiting(field.agent.archive_logs)
        assert field.archive.names() == []
        assert len(field.world.due()) == 10
        field.require_nothing_left_over(transactions)

    def test_after_a_failure_all_logs_are_put_off_and_archived_later(self, field, clock, transactions):
        field.archive.broken = True
        field.archive_all()
        assert {field.log(number).attempts for number in range(10)} == {1}
        assert "down" in field.log(3).last_error
        field.archive.broken = False
        clock.forward(hours=2)
        BundleAgent(field.world, field.archive, field.folder, "another").archive_logs()
        field.require_whole(*range(10))
        for _ in range(2):
            field.agent.clear()
            clock.forward(minutes=31)
        field.require_nothing_left_over(transactions)

    def test_a_log_that_can_not_be_packed_keeps_nobody_waiting(self, field, transactions):
        field.finish(*range(10))
        broken = field.log(3).id
        with transactions.engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM PilotLogBatches WHERE LogID = {broken}")
        field.agent.archive_logs()
        assert (field.log(3).state, field.log(3).attempts) == (State.COMPLETE, 1)
        field.require_whole(*(number for number in range(10) if number != 3))

    def test_a_log_whose_text_is_damaged_keeps_nobody_waiting(self, field, transactions):
        field.finish(0, 1, 2)
        broken = field.log(1).id
        with transactions.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE PilotLogBatches SET Payload = 'damaged' WHERE LogID = {broken}")
        field.agent.archive_logs()
        assert (field.log(1).state, field.log(1).attempts) == (State.COMPLETE, 1)
        field.require_whole(0, 2)

    def test_a_disk_that_is_full_puts_all_logs_off(self, field, clock, monkeypatch):
        def full(*args):
            raise OSError(28, "No space left on device")

        field.finish(*range(10))
        with monkeypatch.context() as broken:
            broken.setattr("PilotLoggingDIRAC.pilotlog.archive.bundles.bundler.pack", full)
            field.agent.archive_logs()
        assert "No space" in field.agent.tally.problems[f"archive of {VO}"]
        clock.forward(minutes=1)
        field.agent.archive_logs()
        field.require_whole(*range(10))

    # killed agents

    @pytest.mark.parametrize("moment", ["on_put", "after_put"])
    def test_what_a_killed_agent_left_is_removed_and_its_logs_archived(self, field, moment, clock, transactions):
        field.finish(*range(10))
        field.killed_at(moment, field.agent.archive_logs)
        other = BundleAgent(field.world, field.archive, field.folder, "other")
        clock.forward(minutes=16)
        other.clear()
        other.archive_logs()
        field.require_whole(*range(10))
        for _ in range(2):
            clock.forward(minutes=31)
            other.clear()
        field.require_nothing_left_over(transactions)
        assert len(field.archive.names()) == 1

    def test_an_agent_that_stalls_for_too_long_marks_nothing_and_leaves_nothing(self, field, clock, transactions):
        field.finish(*range(10))
        other = BundleAgent(field.world, field.archive, field.folder, "other")

        def stall():
            field.archive.after_put = lambda: None
            clock.forward(hours=1)
            other.clear()

        field.archive.after_put = stall
        field.agent.archive_logs()
        assert field.log(0).state is State.COMPLETE
        other.archive_logs()
        field.require_whole(*range(10))
        clock.forward(minutes=31)
        other.clear()
        field.require_nothing_left_over(transactions)

    @pytest.mark.parametrize("stall", [{"seconds": 2000}, {"hours": 3}])
    def test_a_bundle_that_comes_after_its_removal_and_is_not_taken_back_is_removed_later(
        self, field, clock, transactions, stall
    ):
        field.finish(*range(10))
        other = BundleAgent(field.world, field.archive, field.folder, "other")

        def come_late():
            clock.forward(**stall)
            other.clear()

        def refuse():
            field.archive.on_remove = lambda: None
            raise ArchiveError("no removal now")

        field.archive.on_put = come_late
        field.archive.after_put = lambda: setattr(field.archive, "on_remove", refuse)
        field.agent.archive_logs()
        assert len(field.archive.names()) == 1
        clock.forward(days=1)
        other.clear()
        assert field.archive.names() == []
        field.require_nothing_left_over(transactions)

    @pytest.mark.parametrize("deleted", [(), (2,)])
    def test_a_bundle_does_not_age_while_it_waits_for_its_upload(self, field, clock, transactions, deleted):
        """Other VOs have all the places for so long that another agent would take this one for dead."""
        other = BundleAgent(field.world, field.archive, field.folder, "other")
        puts = []

        class Slots:
            def __enter__(self):
                clock.forward(seconds=2000)
                other.settings = BundleSettings(bundle_logs=10, bundles_rewritten=0)
                other.clear()

            def __exit__(self, *_):
                pass

        if deleted:
            field.archive_all()
            field.delete(*deleted)
        else:
            field.finish(*range(10))
        field.archive.on_put = lambda: puts.append(1)
        field.agent.workspace = Workspace("agent", field.folder, Slots())
        (field.agent.clear if deleted else field.agent.archive_logs)()
        assert len(puts) == 1
        assert field.agent.tally.problems == {}
        field.require_whole(*(number for number in range(10) if number not in deleted))
        field.agent.clear()
        field.require_nothing_left_over(transactions)

    # deleting

    def test_deleted_logs_leave_their_bundle_and_the_others_stay(self, field, transactions):
        field.archive_all()
        field.delete(2, 5)
        field.agent.clear()
        assert not field.archived_text_is_on_disk(2)
        assert not field.archived_text_is_on_disk(5)
        field.require_whole(0, 1, 3, 4, 6, 7, 8, 9)
        field.require_nothing_left_over(transactions)
        assert field.agent.tally.counts["removed deleted"] == 2
        assert field.world.custody.unremoved(VO, field.world.clock())[0] == 0

    def test_an_agent_that_ends_rewrites_no_bundle_that_waited_for_other_vos(self, field, transactions):
        field.archive_all()
        names = field.archive.names()
        field.delete(3)
        field.agent.end_while_waiting(field.agent.clear)
        assert field.archive.names() == names
        assert field.agent.tally.counts.keys() == {"archived", "bundles"}
        field.agent = BundleAgent(field.world, field.archive, field.folder, "successor")
        field.agent.clear()
        assert not field.archived_text_is_on_disk(3)
        field.require_nothing_left_over(transactions)

    def test_an_agent_that_ends_begins_to_rewrite_no_other_bundle(self, field):
        field.archive_all()
        field.archive_all(range(10, 20))
        names = field.archive.names()
        field.delete(3, 13)
        field.archive.on_put = field.agent.gate.stop
        field.agent.clear()
        assert len(set(field.archive.names()) - set(names)) == 1

    def test_a_bundle_of_deleted_logs_alone_is_removed(self, field, transactions):
        field.archive_all()
        field.delete(*range(10))
        field.agent.clear()
        assert field.archive.names() == []
        field.require_nothing_left_over(transactions)

    def test_a_bundle_that_is_damaged_is_removed_once_all_its_logs_are_deleted(self, field, transactions):
        field.archive_all()
        [path] = field.archive.folder.iterdir()
        path.write_bytes(b"none")
        field.delete(*range(10))
        field.agent.clear()
        assert field.archive.names() == []
        field.require_nothing_left_over(transactions)

    def test_a_superseded_copy_of_a_deleted_log_leaves_its_bundle_too(self, field, clock, transactions):
        field.archive_all()
        first = field.texts[3]
        field.finish(3)
        clock.forward(hours=2)
        field.agent.archive_logs()
        field.delete(3)
        field.agent.clear()
        assert not field.archived_text_is_on_disk(3)
        field.texts[3] = first
        assert not field.archived_text_is_on_disk(3)
        field.require_nothing_left_over(transactions)

    @pytest.mark.parametrize("moment", ["on_put", "after_put", "on_remove", "after_remove"])
    def test_an_agent_killed_while_it_rewrites_leaves_nothing_for_long(self, field, moment, clock, transactions):
        field.archive_all()
        field.delete(2, 5)
        field.killed_at(moment, field.agent.clear)
        other = BundleAgent(field.world, field.archive, field.folder, "other")
        for _ in range(2):
            clock.forward(minutes=31)
            other.clear()
        field.require_whole(0, 1, 3, 4, 6, 7, 8, 9)
        assert not field.archived_text_is_on_disk(2)
        field.require_nothing_left_over(transactions)

    def test_what_can_not_be_rewritten_now_is_put_off_and_told(self, field, clock):
        field.archive_all()
        field.delete(2)
        field.archive.broken = True
        field.agent.clear()
        assert "down" in field.agent.tally.problems[f"removing deleted files of {VO}"]
        assert field.world.custody.unremoved(VO, field.world.clock())[:2] == (1, 1)
        field.archive.broken = False
        clock.forward(hours=7)
        field.agent.clear()
        assert not field.archived_text_is_on_disk(2)

    # retention

    def test_text_is_purged_after_one_look_at_the_bundle(self, field, clock):
        field.archive_all()
        clock.forward(days=8)
        field.agent.retain()
        assert field.agent.tally.counts["purged"] == 10
        assert len(field.archive.checked) == 1
        field.require_whole(*range(10))

    def test_logs_of_a_lost_bundle_are_archived_again(self, field, clock, transactions):
        field.archive_all()
        [path] = field.archive.folder.iterdir()
        path.write_bytes(path.read_bytes()[:-1])
        clock.forward(days=8)
        field.agent.retain()
        assert {field.log(number).state for number in range(10)} == {State.COMPLETE}
        field.agent.archive_logs()
        field.require_whole(*range(10))
        field.agent.clear()
        field.require_nothing_left_over(transactions)

    def test_a_scrub_reads_each_bundle_once(self, field, clock):
        for first in range(0, 40, 10):
            field.archive_all(range(first, first + 10))
            clock.forward(hours=2)
        clock.forward(days=91)
        field.agent.scrub()
        assert len(set(field.archive.checked)) == len(field.archive.checked) == 4
        field.agent.scrub()
        assert len(field.archive.checked) == 4

    def test_a_bundle_that_was_rewritten_since_its_look_was_due_is_not_lost(self, field, clock):
        field.archive_all()
        clock.forward(days=91)
        due = due_copies(field.world.custody, CopySettings(), clock)
        field.delete(2)
        field.agent.clear()
        field.agent.copies().scrub(due[VO])
        assert field.agent.tally.problems == {}
        assert field.agent.tally.counts["changed meanwhile"] == 1
        assert {field.log(number).state for number in (0, 1, 3)} == {State.ARCHIVED}

    def test_bundles_are_looked_at_some_at_a_time(self, field, world):
        for first in range(0, 40, 10):
            field.archive_all(range(first, first + 10))
        field.delete(*range(10, 20))
        numbers = [world.custody.retire_unneeded(VO, None, 0, 2)]
        while numbers[-1]:
            numbers.append(world.custody.retire_unneeded(VO, None, numbers[-1], 2))
        assert len(numbers) == 3
        assert len(world.custody.retired_bundles(VO, 0, 10)) == 1

    def test_a_whole_bundle_expires_and_then_the_rows(self, field, clock, transactions):
        field.archive_all()
        clock.forward(days=8)
        field.agent.retain()
        clock.forward(days=30)
        field.agent.clear(files_seconds=31 * 86400)
        field.agent.retain(files_seconds=31 * 86400, rows_seconds=86400)
        field.agent.clear(files_seconds=31 * 86400)
        assert field.archive.names() == []
        field.agent.retain(files_seconds=31 * 86400, rows_seconds=86400)
        assert field.world.reader.find(pilot(0)) == []
        field.require_nothing_left_over(transactions)

    def test_files_retained_for_ever_outlive_the_rows(self, field, clock, transactions):
        field.archive_all()
        clock.forward(days=8)
        field.agent.retain()
        field.agent.retain(rows_seconds=86400)
        assert field.world.reader.find(pilot(0)) == []
        clock.forward(days=30)
        field.agent.clear()
        assert len(field.archive.names()) == 1
