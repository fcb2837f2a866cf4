"""The output of the collector's database and of the archive for a log with several parts."""

import gzip
from datetime import datetime

import pytest
from sqlalchemy import delete, update

from PilotLoggingDIRAC.adapters.sources.archive import ArchiveSource
from PilotLoggingDIRAC.adapters.sources.collector import CollectorSource
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, LogNotFound
from PilotLoggingDIRAC.pilotlog.model import PilotId, State, StoredFile
from PilotLoggingDIRAC.pilotlog.sql.schema.file_tables import files
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, logs
from tests.conftest import PILOT, line
from tests.stored import alter, reader, store  # noqa: F401  (fixtures)

REFERENCE = "htcondorce://ce.example/1.0"
LONG_AGO = datetime(2020, 1, 1)


class Shelf:
    """An archive of files in memory."""

    def __init__(self):
        self.files = {}

    def get(self, file, path):
        """Write the file."""
        if file.lfn not in self.files:
            raise ArchiveError("not on the shelf")
        path.write_bytes(self.files[file.lfn])


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def archive(reader, shelf):
    def no_old(pilot, path):
        raise LogNotFound("no old file")

    return ArchiveSource(reader, lambda log: shelf, no_old, 1000)


@pytest.fixture
def put_away(reader, shelf, alter):
    """Archive the pilot's last part and purge it."""

    def do(state=State.PURGED, content=None):
        log = reader.find(PILOT)[-1]
        text = b"".join(text for _, text in reader.chunks(log))
        file = StoredFile("SE", f"/vo/{log.part}", "G", 1, "c")
        shelf.files[file.lfn] = gzip.compress(text) if content is None else content
        row = {"LogID": log.id, "Generation": 1, "NextSequence": log.next_sequence, "SE": file.se, "LFN": file.lfn}
        times = {"RecordedAt": LONG_AGO, "VerifiedAt": LONG_AGO}
        alter(files.insert().values(row | times | {"GUID": file.guid, "Size": file.size, "Checksum": file.checksum}))
        alter(update(logs).where(logs.c.LogID == log.id).values(State=state.value, Generation=1))
        if state is State.PURGED:
            alter(delete(batches).where(batches.c.LogID == log.id))

    return do


def test_collector_gives_the_log_as_stored(reader, store):
    store(line("one"), line("two"), return_code="0")
    found = CollectorSource(reader, 1000).output(PILOT, REFERENCE)
    assert found.stdout.encode() == line("one") + line("two")
    assert found.final and found.complete


def test_running_pilots_log_is_neither_final_nor_complete(reader, store):
    store(line("one"))
    found = CollectorSource(reader, 1000).output(PILOT, REFERENCE)
    assert not found.final and not found.complete


def test_collector_does_not_know_other_pilots(reader, store):
    store(line("one"))
    for pilot in (PilotId("beta_vo", PILOT.stamp), PilotId(PILOT.vo, "f" * 32)):
        with pytest.raises(LogNotFound):
            CollectorSource(reader, 1000).output(pilot, REFERENCE)


def test_pilot_without_a_stamp_is_found_by_its_reference_within_its_vo(reader, store, alter):
    store(line("one"))
    alter(update(logs).values(PilotReference=REFERENCE))
    collector = CollectorSource(reader, 1000)
    assert "one" in collector.output(PilotId(PILOT.vo, ""), REFERENCE).stdout
    with pytest.raises(LogNotFound):
        collector.output(PilotId("beta_vo", ""), REFERENCE)


def test_long_log_is_given_from_its_end(reader, store):
    store(*(line(f"number {number}") for number in range(100)))
    first, *_, last = CollectorSource(reader, 500).output(PILOT, REFERENCE).stdout.splitlines()
    assert "left out" in first and last.endswith("number 99")


def test_purged_log_is_the_archives(reader, store, put_away, archive):
    store(line("one"), return_code="0")
    put_away()
    with pytest.raises(LogNotFound):
        CollectorSource(reader, 1000).output(PILOT, REFERENCE)
    found = archive.output(PILOT, REFERENCE)
    assert found.stdout.encode() == line("one") and found.final and found.complete


def test_archive_gives_later_parts_from_the_database(reader, store, put_away, archive):
    store(line("one"), return_code="0")
    put_away()
    store(line("two"))
    with pytest.raises(LogNotFound):
        CollectorSource(reader, 1000).output(PILOT, REFERENCE)
    found = archive.output(PILOT, REFERENCE)
    assert found.stdout.encode() == line("one") + line("two")
    assert not found.final and not found.complete


def test_log_that_is_not_archived_is_not_the_archives(store, archive):
    store(line("one"), return_code="0")
    with pytest.raises(LogNotFound):
        archive.output(PILOT, REFERENCE)


def test_archived_log_that_is_still_in_the_database_is_had_from_both(reader, store, put_away, archive):
    store(line("one"), return_code="0")
    put_away(State.ARCHIVED)
    texts = {source.output(PILOT, REFERENCE).stdout for source in (archive, CollectorSource(reader, 1000))}
    assert texts == {line("one").decode()}


def test_copy_that_is_older_than_late_text_is_not_used(store, put_away, archive):
    store(line("one"), return_code="0")
    put_away(State.ARCHIVED)
    store(line("late"))
    with pytest.raises(LogNotFound):
        archive.output(PILOT, REFERENCE)


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(line("one"))[:-9], gzip.compress(b"short"), gzip.compress(b"x" * 10_000_000)],
    ids=["empty", "no gzip", "cut", "short", "bomb"],
)
def test_damaged_copy_is_an_error(store, put_away, archive, content):
    store(line("one"), return_code="0")
    put_away(content=content)
    with pytest.raises(ArchiveError):
        archive.output(PILOT, REFERENCE)


def test_copy_that_can_not_be_fetched_is_an_error(store, put_away, archive, shelf):
    store(line("one"), return_code="0")
    put_away()
    shelf.files.clear()
    with pytest.raises(ArchiveError):
        archive.output(PILOT, REFERENCE)


def test_a_host_without_room_for_a_copy_is_told(store, put_away, archive, tmp_path, monkeypatch):
    store(line("one"), return_code="0")
    put_away()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(ArchiveError, match="This host can't store an archived copy"):
        archive.output(PILOT, REFERENCE)


def test_part_that_is_nowhere_any_more_is_named(store, put_away, archive, alter):
    store(line("one"), return_code="0")
    put_away()
    store(line("two"))
    alter(delete(files))
    found = archive.output(PILOT, REFERENCE)
    assert found.stdout.startswith("[No longer kept: part 1 of this log]\n") and found.stdout.endswith("two\n")
    assert not found.complete


def test_log_that_is_nowhere_any_more_is_not_found(store, put_away, archive, alter):
    store(line("one"), return_code="0")
    put_away()
    alter(delete(files))
    with pytest.raises(LogNotFound, match="no longer kept"):
        archive.output(PILOT, REFERENCE)


def test_file_of_diracs_own_logging_is_found_for_pilots_without_a_row(reader, shelf):
    old = ArchiveSource(reader, lambda log: shelf, lambda pilot, path: path.write_text("old text\n"), 1000)
    found = old.output(PILOT, REFERENCE)
    assert (found.stdout, found.final) == ("old text\n", True)


def test_folder_of_a_fetched_file_is_private_and_removed(reader, shelf):
    seen = []

    def fetch(pilot, path):
        seen.append((path, path.parent.stat().st_mode & 0o777))
        path.write_text("old")

    ArchiveSource(reader, lambda log: shelf, fetch, 1000).output(PILOT, REFERENCE)
    ((path, mode),) = seen
    assert mode == 0o700 and not path.parent.exists()


def test_log_that_is_purged_while_it_is_read_is_left_to_the_archive(reader, store):
    class Purged:
        """A store whose text goes away between finding the log and reading it."""

        find, find_reference = reader.find, reader.find_reference

        def chunks(self, log):
            return iter(())

    store(line("one"), return_code="0")
    with pytest.raises(LogNotFound, match="while it was read"):
        CollectorSource(Purged(), 1000).output(PILOT, REFERENCE)
