"""Local copies of archived logs: fetched once, whole, private, bounded."""

import gzip
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, NotYetThere, Overloaded
from PilotLoggingDIRAC.pilotlog.model import Log, PilotId, State, StoredFile
from PilotLoggingDIRAC.pilotlog.page.archived_copies import ArchivedCopies
from tests.conftest import PILOT, Clock
from tests.waiting import PATIENCE_SECONDS, until

TEXT = "".join(f"zeile {number} é𝄞\n" for number in range(60_000)).encode()
SIZE = len(TEXT)


class Archive:
    """Gives a text, packed; waits while ``gate`` is closed."""

    def __init__(self):
        self.text, self.packed, self.fetched, self.gate = TEXT, None, 0, threading.Event()
        self.gate.set()

    def get(self, file, path):
        self.fetched += 1
        self.gate.wait(PATIENCE_SECONDS)
        path.write_bytes(self.packed if self.packed is not None else gzip.compress(self.text))


@pytest.fixture
def archive():
    return Archive()


@pytest.fixture
def copies(archive, tmp_path):
    def make(max_bytes=10**8, max_copies=256):
        pool = ThreadPoolExecutor(2)
        return ArchivedCopies(
            lambda: tmp_path, max_bytes, max_copies, lambda log: archive, lambda work, words: pool.submit(work, *words)
        )

    return make


def log(number=1, size=SIZE, generation=1):
    now = Clock().now
    file = StoredFile("SE", f"/vo/{number}.{generation}", "GUID", 1, "00000000")
    return Log(number, PILOT, 1, State.PURGED, now, now, bytes=size, generation=generation, file=file)


def fetched(copies, wanted):
    found = []

    def is_there():
        with suppress(NotYetThere):
            found.append(copies.get(wanted))
        return found

    until(is_there)
    return found[0]


def test_copy_is_the_text_in_chunks_that_end_with_characters(copies):
    copy = fetched(copies(), log())
    chunks = copy.step(0) + copy.step(4)
    assert b"".join(chunks) == TEXT
    assert [(chunk.count(b"\n"), len(chunk)) for chunk in chunks] == copy.sizes(0)
    for chunk in chunks:
        chunk.decode()


def test_copy_is_fetched_once_for_all_who_ask(copies, archive):
    found = copies()
    archive.gate.clear()
    for _ in range(10):
        with pytest.raises(NotYetThere):
            found.get(log())
    archive.gate.set()
    fetched(found, log())
    assert archive.fetched == 1


def test_nothing_but_the_text_stays_and_it_is_private(copies, tmp_path):
    os.umask(0o022)
    fetched(copies(), log())
    (only,) = tmp_path.iterdir()
    assert only.suffix == ".text" and only.stat().st_mode & 0o777 == 0o600


def test_copies_are_bounded_and_one_that_is_read_stays_readable(copies, tmp_path):
    found = copies(int(2.5 * len(TEXT)))
    first = fetched(found, log(1))
    for number in (2, 3):
        fetched(found, log(number))
    assert found.bytes == 2 * len(TEXT) == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert first.step(0)[0] == TEXT[: len(first.step(0)[0])]
    with pytest.raises(Overloaded):
        found.get(log(9, size=3 * len(TEXT)))


def descriptors_of(folder):
    return [link for link in Path("/proc/self/fd").iterdir() if os.path.realpath(link).startswith(str(folder))]


@pytest.mark.parametrize("size", [0, 10])
def test_small_copies_are_bounded_in_number_as_each_has_an_open_file(copies, archive, tmp_path, size):
    archive.text, found = b"0123456789"[:size], copies(10**9, 16)
    for number in range(1, 41):
        newest = fetched(found, log(number, size=size))
    assert len(list(tmp_path.iterdir())) == 16 == len(descriptors_of(tmp_path))
    assert found.get(log(40, size=size)) is newest
    assert (found.bytes, b"".join(newest.step(0))) == (16 * size, archive.text)


def test_copies_that_are_being_fetched_count_as_copies(copies, archive, tmp_path):
    archive.text, found = b"text\n", copies(10**9, 2)
    for number in (1, 2):
        fetched(found, log(number, size=5))
    archive.gate.clear()
    for number in (3, 4):
        with pytest.raises(NotYetThere):
            found.get(log(number, size=5))
    assert found.bytes == 0
    with pytest.raises(Overloaded):
        found.get(log(5, size=5))
    archive.gate.set()
    for number in (3, 4):
        fetched(found, log(number, size=5))
    assert found.bytes == 10


def test_a_fetch_that_is_refused_leaves_the_copies_that_are_there(archive, tmp_path):
    pool = ThreadPoolExecutor(1)
    accepting = [True]

    def submit(work, words):
        if not accepting[0]:
            raise Overloaded("Too many are waiting")
        return pool.submit(work, *words)

    found = ArchivedCopies(lambda: tmp_path, SIZE, 256, lambda log: archive, submit)
    fetched(found, log(1))
    accepting[0] = False
    with pytest.raises(Overloaded):
        found.get(log(2))
    assert found.bytes == SIZE and len(list(tmp_path.iterdir())) == 1
    accepting[0] = True
    fetched(found, log(2))
    assert found.bytes == SIZE and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "packed", [b"", b"no gzip", gzip.compress(TEXT)[:-20], gzip.compress(TEXT + b"x"), gzip.compress(TEXT[:-1])]
)
def test_copy_that_is_not_the_log_is_an_error_for_a_while(copies, archive, tmp_path, packed):
    archive.packed, found = packed, copies()
    with pytest.raises(ArchiveError):
        fetched(found, log())
    with pytest.raises(ArchiveError):
        found.get(log())
    assert archive.fetched == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["0.text", "."])
def test_a_host_without_room_for_a_copy_is_told(archive, tmp_path, place):
    """A full disk, and a folder that takes no files."""
    folder, errors = tmp_path / "copies", []
    if place != ".":
        folder.mkdir()
        (folder / place).symlink_to("/dev/full")
    pool = ThreadPoolExecutor(1)
    submit = lambda work, words: pool.submit(work, *words)  # noqa: E731
    found = ArchivedCopies(lambda: folder, 10**8, 256, lambda log: archive, submit, errors.append)
    with pytest.raises(ArchiveError, match="This host can't store an archived copy: No s"):
        fetched(found, log())
    assert not errors and not list(tmp_path.rglob("*.*"))


def test_copy_of_one_log_is_never_that_of_another_with_its_id(copies, archive):
    """A database that was restored uses ids again."""
    found = copies()
    archive.text = b"of beta\n"
    theirs = replace(log(7, size=8), pilot=PilotId("beta_vo", "b" * 32))
    assert b"".join(fetched(found, theirs).step(0)) == b"of beta\n"
    archive.text = b"of alpha\n"
    ours = replace(log(7, size=9), file=StoredFile("SE", "/vo/other", "GUID", 1, "00000000"))
    assert b"".join(fetched(found, ours).step(0)) == b"of alpha\n"


def test_copies_that_are_forgotten_are_fetched_again(copies, archive, tmp_path):
    found = copies()
    before = fetched(found, log())
    found.clear()
    assert (found.bytes, list(tmp_path.iterdir())) == (0, [])
    assert b"".join(before.step(0)) == TEXT[: len(b"".join(before.step(0)))]
    fetched(found, log())
    assert archive.fetched == 2
