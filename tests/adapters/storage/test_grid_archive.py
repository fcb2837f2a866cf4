"""Reading of bundles: one log by its place, many logs from a bundle that was fetched once."""

import io
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from PilotLoggingDIRAC.adapters.storage.bundle_cache import BundleCache
from PilotLoggingDIRAC.adapters.storage.grid_archive import GridArchive
from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder
from PilotLoggingDIRAC.pilotlog.archive.bundles.bundle_file import BundleWriter
from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleReadSettings
from PilotLoggingDIRAC.pilotlog.archive.packing import content
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from PilotLoggingDIRAC.pilotlog.ports import CopyProblem
from PilotLoggingDIRAC.pilotlog.stored_file import Member, StoredFile
from tests.waiting import PATIENCE_SECONDS

COPIES = [os.urandom(300_000) for _ in range(12)]


class Element:
    """A worker with a storage element that has a bundle; ``calls`` has the parts and wholes that it gave."""

    def __init__(self, bundle):
        self.bundle, self.calls, self.knows_ranges = bundle, [], True

    def call(self, operation, seconds, **asked):
        assert operation == "get_part"
        if asked["wanted"] or not self.knows_ranges:
            self.calls.append("whole")
            shutil.copy(self.bundle, asked["path"])
            return True
        self.calls.append("part")
        with self.bundle.open("rb") as file, Path(asked["path"]).open("wb") as part:
            part.write(os.pread(file.fileno(), asked["length"], asked["offset"]))
        return False


class Reader:
    """Bundles of one element, and an archive that reads them."""

    def __init__(self, folder, **settings):
        self.folder, path = folder, folder / f"{os.urandom(4).hex()}.zip"
        with BundleWriter(path) as bundle:
            self.places = [bundle.add(f"{at}.gz", io.BytesIO(copy), len(copy)) for at, copy in enumerate(COPIES)]
        self.element, found = Element(path), content(path)
        self.file = StoredFile("ALPHA-disk", f"/vo/{path.name}", "", found.size, found.checksum)
        (folder / "cache").mkdir(exist_ok=True)
        self.cache = BundleCache(BundleReadSettings(**settings), lambda: PrivateFolder("bundles", folder / "cache"))
        self.archive = GridArchive(self.element, "vo", 60, self.cache)

    def read(self, number, **changes):
        place = self.places[number]
        member = Member(**{"offset": place.offset, "size": place.size, "crc": place.crc, "bundle": 1} | changes)
        file = StoredFile(self.file.se, self.file.lfn, "", self.file.size, self.file.checksum, member)
        self.archive.get(file, self.folder / "copy")
        return (self.folder / "copy").read_bytes()

    def cached(self):
        return list((self.folder / "cache").rglob("*.zip"))


@pytest.fixture
def reader(tmp_path):
    return Reader(tmp_path)


def test_a_log_is_read_from_its_place_alone(reader):
    assert reader.read(3) == COPIES[3]
    assert reader.element.calls == ["part"]
    assert reader.cached() == []


def test_who_reads_many_logs_has_the_bundle_fetched_once(reader):
    assert [reader.read(number) for number in range(12)] == COPIES
    assert reader.element.calls == ["part"] * 4 + ["whole"]
    assert sorted(path.name for path in reader.folder.iterdir()) == sorted(
        ["cache", "copy", reader.element.bundle.name]
    ), "nothing is left beside the copy"


def test_where_ranges_are_not_known_the_bundle_is_fetched_for_all_of_its_logs(reader):
    reader.element.knows_ranges = False
    assert [reader.read(number) for number in range(12)] == COPIES
    assert reader.element.calls == ["whole"]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_bytes_that_are_not_what_was_archived_are_an_error(reader, knows_ranges):
    reader.element.knows_ranges = knows_ranges
    with pytest.raises(ArchiveError):
        reader.read(3, crc=1)
    assert list(reader.folder.glob("copy*.zip")) == [], "no bundle is left"


@pytest.mark.parametrize("damaged", [b"", bytes(4_000_000)], ids=["cut", "other bytes"])
@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_bundle_that_was_damaged_on_the_local_disk_is_read_anew(reader, damaged, knows_ranges):
    reader.element.knows_ranges = False
    reader.read(3)
    (path,) = reader.cached()
    path.write_bytes(damaged)
    reader.element.knows_ranges = knows_ranges
    assert reader.read(3) == COPIES[3]
    assert reader.element.calls == ["whole", "part" if knows_ranges else "whole"]
    assert not path.exists()


def test_a_bundle_that_the_local_disk_can_not_read_is_read_anew(reader, monkeypatch):
    reader.element.knows_ranges = False
    reader.read(3)
    (path,) = reader.cached()
    # a regular file whose reading is an I/O error: no address this low is mapped
    monkeypatch.setattr(reader.cache, "open", lambda bundle: os.open("/proc/self/mem", os.O_RDONLY))
    assert reader.read(3) == COPIES[3]
    assert reader.element.calls == ["whole", "whole"]
    assert not path.exists()


def test_a_wrong_place_of_one_log_does_not_have_the_bundle_fetched_for_each_other(reader):
    reader.element.knows_ranges = False
    with pytest.raises(ArchiveError):
        reader.read(3, crc=1)
    assert [reader.read(number) for number in (4, 5)] == COPIES[4:6]
    assert reader.element.calls == ["whole"]


@pytest.mark.parametrize("wrong", [{"crc": 1}, {"offset": 1}, {"size": 7}, {"offset": 4_000_000}])
def test_a_wrong_place_of_one_log_has_a_bundle_fetched_for_none_of_its_reads(reader, wrong):
    reader.element.knows_ranges = False
    assert reader.read(4) == COPIES[4]
    (path,) = reader.cached()
    for _ in range(3):
        with pytest.raises(ArchiveError):
            reader.read(3, **wrong)
    assert reader.read(5) == COPIES[5]
    assert (reader.element.calls, reader.cached()) == (["whole"], [path])


def test_a_bundle_that_is_damaged_everywhere_is_an_error_each_time(reader):
    reader.element.knows_ranges = False
    reader.read(3)
    for path in (*reader.cached(), reader.element.bundle):
        path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(ArchiveError, match="0 bytes"):
            reader.read(3)


def test_a_full_disk_is_an_error_of_the_archive(reader):
    reader.element.knows_ranges = False
    reader.read(3)
    (reader.folder / "copy").unlink()
    (reader.folder / "copy").symlink_to("/dev/full")
    with pytest.raises(ArchiveError, match="This host can't store an archived copy: No space left on device"):
        reader.read(4)
    assert reader.element.calls == ["whole"]
    assert len(reader.cached()) == 1, "the bundle is whole"


def test_a_place_that_takes_no_bundle_is_an_error_of_the_archive(reader):
    reader.element.knows_ranges = False
    (reader.folder / "copy.zip").mkdir()
    with pytest.raises(ArchiveError, match="This host can't store an archived copy: Is a directory"):
        reader.read(3)
    (reader.folder / "copy.zip").rmdir()
    assert reader.read(3) == COPIES[3]


def test_copies_that_can_not_be_read_back_for_want_of_room_are_not_lost(reader, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(reader.folder / "gone"))
    (problem,) = reader.archive.check([reader.file], read=True).values()
    assert problem == CopyProblem("This host can't store an archived copy: No such file or directory", lost=False)


def test_a_cache_that_is_too_small_keeps_nothing(tmp_path):
    reader = Reader(tmp_path, bundle_cache_mb=1)
    reader.element.knows_ranges = False
    assert [reader.read(number) for number in range(3)] == COPIES[:3]
    assert reader.element.calls == ["whole"] * 3
    assert reader.cached() == []


def test_a_bundle_that_a_cleaner_of_temporary_files_removed_is_fetched_again(reader):
    reader.element.knows_ranges = False
    reader.read(3)
    for path in reader.cached():
        path.unlink()
    assert [reader.read(3), reader.read(4)] == [COPIES[3], COPIES[4]]
    assert reader.element.calls == ["whole"] * 2


def test_logs_are_read_although_a_cleaner_of_temporary_files_removed_the_folder_of_bundles(reader):
    reader.element.knows_ranges = False
    reader.read(3)
    shutil.rmtree(reader.folder / "cache")
    (reader.folder / "cache").mkdir()
    assert [reader.read(number) for number in (3, 4, 5)] == COPIES[3:6]
    assert reader.element.calls == ["whole"] * 2, "the second was put into a new folder"
    assert len(reader.cached()) == 1


def test_bundles_that_were_not_read_for_longest_give_way(tmp_path):
    cache = BundleCache(BundleReadSettings(bundle_cache_mb=2), lambda: PrivateFolder("bundles", tmp_path))
    for number in (1, 2, 3):
        path = tmp_path / f"fetched{number}"
        path.write_bytes(b"x")
        cache.adopt(StoredFile("SE", f"/vo/{number}", "", 900_000, ""), path)
        if number == 2:
            os.close(cache.open(StoredFile("SE", "/vo/1", "", 900_000, "")))
    found = {number: cache.open(StoredFile("SE", f"/vo/{number}", "", 900_000, "")) for number in (1, 2, 3)}
    assert found[2] is None
    assert None not in (found[1], found[3])
    for descriptor in (found[1], found[3]):
        os.close(descriptor)
    cache.close()
    assert list(tmp_path.iterdir()) == []


def test_bundles_that_somebody_has_removed_are_fetched_again(tmp_path):
    cache = BundleCache(BundleReadSettings(bundle_cache_mb=2), lambda: PrivateFolder("bundles", tmp_path))
    bundle = StoredFile("SE", "/vo/1", "", 1, "")
    for _ in range(2):
        path = tmp_path / "fetched"
        path.write_bytes(b"x")
        cache.adopt(bundle, path)
        os.close(cache.open(bundle))
        for folder in tmp_path.glob("pilotlog-bundles-*"):
            shutil.rmtree(folder)
        assert cache.open(bundle) is None
    cache.close()


class Adopting:
    """A cache below a folder, and what it is given."""

    def __init__(self, parent, **settings):
        self.parent = parent
        self.cache = BundleCache(BundleReadSettings(**settings), lambda: PrivateFolder("bundles", parent))

    def adopt(self, number, size=1):
        path, bundle = self.parent / "fetched", StoredFile("SE", f"/vo/{number}", "", size, "")
        path.write_bytes(b"x")
        self.cache.adopt(bundle, path)
        return bundle

    def bundles(self):
        return sorted(self.parent.rglob("*.zip"))


@pytest.fixture
def adopting(tmp_path):
    return Adopting(tmp_path)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_what_stands_in_a_bundle_s_place_is_not_read(adopting, make):
    """The machine cleans up the temporary folder, and another user may make something of the same name."""
    bundle = adopting.adopt(1)
    (path,) = adopting.bundles()
    path.unlink()
    make(path)
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(adopting.cache.open, bundle)
        try:
            assert opening.result(PATIENCE_SECONDS) is None
        finally:
            if path.is_fifo():  # lets go of whoever waits for a writer
                os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
    adopting.adopt(1)
    os.close(adopting.cache.open(bundle))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to another user")
def test_a_file_of_another_user_in_a_bundle_s_place_is_not_read(adopting):
    bundle = adopting.adopt(1)
    os.chown(adopting.bundles()[0], 65534, 65534)
    assert adopting.cache.open(bundle) is None


def test_what_can_not_be_removed_in_a_bundle_s_place_fails_neither_adopting_nor_closing(tmp_path):
    adopting = Adopting(tmp_path, bundle_cache_mb=1)
    adopting.adopt(1, size=900_000)
    (path,) = adopting.bundles()
    path.unlink()
    (path / "inside").mkdir(parents=True)
    os.close(adopting.cache.open(adopting.adopt(2, size=900_000)))
    adopting.cache.close()


def test_bundles_in_a_folder_that_lost_its_lock_are_removed_in_the_end(adopting):
    first = adopting.adopt(1)
    (old,) = adopting.bundles()
    (old.parent / "lock").unlink()
    adopting.adopt(2)
    assert len(adopting.bundles()) == 2
    os.close(adopting.cache.open(first))
    adopting.cache.close()
    assert adopting.bundles() == []
