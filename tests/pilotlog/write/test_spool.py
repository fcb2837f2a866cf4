"""The spool: what it took is there after anything that can happen to the process, and to the file's tail."""

import dataclasses
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import SpoolFull, SpoolUnavailable
from PilotLoggingDIRAC.pilotlog.model import Cut, Delivery, Numbered, name_of
from PilotLoggingDIRAC.pilotlog.settings import SpoolSettings
from PilotLoggingDIRAC.pilotlog.write import spool as spool_module
from PilotLoggingDIRAC.pilotlog.write import spool_files
from PilotLoggingDIRAC.pilotlog.write.spool import Spool
from tests.conftest import batch

SETTINGS = SpoolSettings(spool_max_mb=1, abandoned_seconds=0)


def numbered(*texts, start=1):
    return [Numbered(number, batch(text)) for number, text in enumerate(texts, start)]


def texts(spool):
    """Everything that waits, in the order in which it will be offered."""
    found = []
    while not spool.empty:
        epoch, group = spool.first(3, 10**6)
        found += [item.batch.text for item in group]
        spool.remove(epoch, group)
    return found


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


def test_batches_come_back_as_they_went_in(folder):
    spool = Spool(folder, SETTINGS)
    group = [*numbered(b"a\n", "π\0\n".encode()), Numbered(3, batch(return_code="0"))]
    spool.append("e", group)
    assert spool.first(10, 10**6) == ("e", group)


def test_what_is_known_of_answers_comes_back_too(folder):
    known = ((2**63 + 1, Delivery.ARRIVED), (2, Delivery.BROKEN), (3, Delivery.WAITING))
    spool = Spool(folder, SETTINGS)
    spool.append("e", [Numbered(4, dataclasses.replace(batch(b"a\n"), answers=known))])
    ((item,),) = spool.first(10, 10**6)[1:]
    assert (item.batch.answers, item.batch.name) == (known, name_of("e", 4))


def test_bytes_that_are_missing_in_a_message_and_where_it_was_cut_are_remembered(folder):
    cut = Cut(4724, 5, 4716, bytes(range(32)))
    shortened = Numbered(1, dataclasses.replace(batch(b"head and tail"), missing_bytes=4711, cut=cut))
    with_spool = Spool(folder, SpoolSettings())
    with_spool.append("e", [shortened])
    assert with_spool.first(10, 1000)[1] == [shortened]


def test_a_file_of_the_version_before_is_gone_on_with(folder):
    spool = Spool(folder, SpoolSettings())
    spool.append("e", numbered(b"kept"))
    for table in ("Batches", "Quarantine"):
        for column in ("Missing", "Answers", "Cut"):
            spool._database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    spool._lock.close()
    assert texts(Spool(folder, SpoolSettings())) == [b"kept"]


def test_what_waits_is_counted_and_given_out_in_order(folder):
    spool = Spool(folder, SETTINGS)
    spool.append("one", numbered(b"a", b"b", b"c", b"d", start=5))
    spool.append("two", numbered(b"e", start=1))
    assert (spool.batches, spool.empty) == (5, False)
    assert texts(spool) == [b"a", b"b", b"c", b"d", b"e"]
    assert (spool.batches, spool.bytes, spool.empty) == (0, 0, True)


def test_a_group_holds_one_epoch_and_at_least_one_batch(folder):
    spool = Spool(folder, SETTINGS)
    spool.append("one", numbered(b"a" * 5000))
    spool.append("two", numbered(b"b"))
    epoch, group = spool.first(10, 100)
    assert (epoch, len(group)) == ("one", 1)


def test_over_its_limit_it_refuses_and_keeps_what_it_has(folder):
    spool = Spool(folder, SETTINGS)
    spool.append("e", numbered(b"a" * 600_000))
    with pytest.raises(SpoolFull):
        spool.append("e", numbered(b"b" * 600_000, start=2))
    assert texts(spool) == [b"a" * 600_000]


def test_only_its_owner_may_read_it(folder):
    spool = Spool(folder, SETTINGS)
    spool.append("e", numbered(b"secret"))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.spool*")} == {0o600}


def test_two_processes_have_two_files(folder):
    one, two = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    one.append("one", numbered(b"a"))
    two.append("two", numbered(b"b"))
    assert (texts(one), texts(two)) == ([b"a"], [b"b"])


def test_a_successor_goes_on_with_what_was_left(folder):
    spool = Spool(folder, SETTINGS)
    spool.append("e", numbered(b"a", b"b"))
    spool.close()
    assert texts(Spool(folder, SETTINGS)) == [b"a", b"b"]


def test_an_empty_spool_leaves_no_file(folder):
    spool = Spool(folder, SETTINGS)
    spool.append("e", numbered(b"a"))
    texts(spool)
    spool.close()
    assert not list(folder.glob("*.spool*"))


def adopt(spool):
    """Go on with the file of a dead process, and return its name; "" if there is none."""
    found = spool.abandoned()
    if found is None:
        return ""
    spool.go_on_with(found)
    return found.path.name


def test_files_of_dead_processes_are_taken_over_once(folder):
    one, two = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    one.append("one", numbered(b"a"))
    two.append("two", numbered(b"b"))
    one.close()
    two.close()
    heir = Spool(folder, SETTINGS)
    assert texts(heir) == [b"a"]
    assert adopt(heir) == "0001.spool"
    assert texts(heir) == [b"b"]
    assert Spool(folder, SETTINGS).empty


def test_own_quarantine_goes_on_in_the_adopted_file(folder):
    one, two = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    one.append("one", numbered(b"theirs"))
    one.close()
    two.append("two", numbered(b"mine"))
    two.quarantine("two", numbered(b"mine")[0])
    assert adopt(two) == "0000.spool"
    assert (two.batches, two.quarantined) == (1, 1)
    assert [path.name for path in folder.glob("*.spool")] == ["0000.spool"]
    assert two.release("two", 7) == 1
    assert texts(two) == [b"theirs", b"mine"]
    two.close()
    assert not list(folder.glob("*.spool*"))


def test_a_large_file_is_adopted_without_a_copy(folder):
    """Copying a gigabyte would let those who send wait."""
    one, two = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    one.append("one", numbered(b"theirs"))
    one.close()
    number = (folder / "0000.spool").stat().st_ino
    adopt(two)
    (path,) = folder.glob("*.spool")
    assert path.stat().st_ino == number


def test_the_file_of_a_process_that_just_died_is_left_to_its_successor(folder):
    careful = SpoolSettings(spool_max_mb=1, abandoned_seconds=60)
    one, two = Spool(folder, careful), Spool(folder, careful)
    one.append("one", numbered(b"older"))
    one.close()
    assert adopt(two) == ""
    assert texts(Spool(folder, careful)) == [b"older"]


def test_looking_at_a_file_is_no_write(folder):
    """A file that was let go would count as one of a living process, for minutes."""
    one, two = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    code = f"""
        import os
        from pathlib import Path
        from PilotLoggingDIRAC.pilotlog.write.spool import Spool
        from tests.pilotlog.write.test_spool import SETTINGS, numbered
        Spool(Path({str(folder)!r}), SETTINGS).append("dead", numbered(b"theirs"))
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
    path = folder / "0002.spool"
    for part in folder.glob("0002.spool*"):
        os.utime(part, (1_000_000_000, 1_000_000_000))
    two.abandoned().lock.close()
    assert spool_files.written(path) == 1_000_000_000
    assert one.empty and adopt(two) == path.name
    assert texts(two) == [b"theirs"]


def test_a_file_moved_here_from_another_host_is_adopted(folder, tmp_path):
    other = Spool(tmp_path / "other", SETTINGS)
    other.append("far", numbered(b"moved"))
    other.close()
    spool = Spool(folder, SETTINGS)
    for path in (tmp_path / "other").glob("*.spool*"):
        shutil.move(path, folder / path.name.replace("0000", "moved"))
    assert adopt(spool) == "moved.spool"
    assert texts(spool) == [b"moved"]


def test_what_was_adopted_waits_though_its_own_file_can_t_be_removed(folder, monkeypatch):
    one, two = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    one.append("one", numbered(b"taken"))
    one.close()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused(PermissionError(13, "Permission denied")))
        with pytest.raises(SpoolUnavailable):
            adopt(two)
    assert not two.empty
    assert texts(two) == [b"taken"]


def replaced(folder, tmp_path):
    """Put another spool with a batch in the place of the empty one in a folder."""
    other = Spool(tmp_path / "other", SETTINGS)
    other.append("far", numbered(b"theirs"))
    other.close()
    for suffix in ("", "-wal", "-shm"):
        (folder / f"0000.spool{suffix}").unlink(missing_ok=True)
    shutil.move(tmp_path / "other" / "0000.spool", folder / "0000.spool")


def test_a_file_that_replaced_its_own_is_not_removed_at_the_end(folder, tmp_path):
    spool = Spool(folder, SETTINGS)
    replaced(folder, tmp_path)
    spool.close()
    assert texts(Spool(folder, SETTINGS)) == [b"theirs"]


def test_a_file_that_replaced_its_own_is_not_removed_when_another_is_adopted(folder, tmp_path):
    spool, dead = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    dead.append("dead", numbered(b"dead's"))
    dead.close()
    replaced(folder, tmp_path)
    assert adopt(spool) == "0001.spool"
    assert texts(spool) == [b"dead's"]
    assert adopt(spool) == "0000.spool"
    assert texts(spool) == [b"theirs"]


@pytest.mark.parametrize("error", [SpoolUnavailable("i/o error"), MemoryError()], ids=["disk", "memory"])
def test_adopted_batches_are_not_removed_though_they_could_not_be_counted(folder, monkeypatch, error):
    one, two = Spool(folder, SETTINGS), Spool(folder, SETTINGS)
    one.append("one", numbered(b"theirs"))
    one.close()
    with monkeypatch.context() as patch:
        patch.setattr(spool_module, "_counts", refused(error))
        with pytest.raises(type(error)):
            adopt(two)
    two.close()
    assert texts(Spool(folder, SETTINGS)) == [b"theirs"]


def test_nothing_is_written_to_a_file_that_somebody_has_removed_or_replaced(folder):
    spool = Spool(folder, SETTINGS)
    spool.append("e", numbered(b"kept"))
    (path,) = folder.glob("*.spool")
    path.rename(path.with_suffix(".moved"))
    for _ in range(2):
        with pytest.raises(SpoolUnavailable):
            spool.append("e", numbered(b"lost", start=2))
        path.touch()
    assert texts(spool) == [b"kept"]


def test_a_file_that_could_not_be_begun_holds_no_batches(folder, monkeypatch):
    """As on a full disk, where a file can be made and not written."""

    class Full(sqlite3.Connection):
        def execute(self, *_):
            raise sqlite3.OperationalError("database or disk is full")

    connect, neighbour = sqlite3.connect, Spool(folder, SETTINGS)
    neighbour.append("neighbour", numbered(b"of a living process"))
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *args, **settings: connect(*args, factory=Full, **settings))
        for _ in range(2):
            with pytest.raises(SpoolUnavailable) as refusal:
                Spool(folder, SETTINGS)
            assert not refusal.value.may_hold_batches
    assert [path.name for path in folder.glob("*.spool")] == ["0000.spool"]
    spool = Spool(folder, SETTINGS)
    spool.append("e", numbered(b"a"))
    assert sorted(path.name for path in folder.glob("*.spool")) == ["0000.spool", "0001.spool"], "the lock was let go"


def test_own_file_stays_where_another_can_t_be_opened(folder):
    spool = Spool(folder, SETTINGS)
    (folder / "9999.spool").mkdir()
    with pytest.raises(SpoolUnavailable):
        adopt(spool)
    spool.append("e", numbered(b"mine"))
    spool.close()
    (folder / "9999.spool").rmdir()
    assert texts(Spool(folder, SETTINGS)) == [b"mine"]


def test_a_file_that_is_no_spool_is_put_aside_and_told(folder):
    folder.mkdir()
    (folder / "0000.spool").write_bytes(b"not a database, " * 500)
    spool = Spool(folder, SETTINGS)
    assert spool.broken == [path.name for path in folder.glob("0000.*.broken")] != []
    spool.close()
    assert Spool(folder, SETTINGS).broken, "until somebody takes it away"
    assert spool.empty


def test_quarantine_blocks_nobody_and_can_be_released(folder):
    spool = Spool(folder, SETTINGS)
    group = numbered(b"bad", b"good")
    spool.append("e", group)
    spool.quarantine("e", group[0])
    assert (spool.quarantined, texts(spool)) == (1, [b"good"])
    spool.close()
    spool = Spool(folder, SETTINGS)
    assert (spool.quarantined, spool.release("new", 7)) == (1, 1)
    epoch, (item,) = spool.first(10, 10**6)
    assert (epoch, item.number, item.batch.text, spool.quarantined) == ("new", 7, b"bad", 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_t_be_written_is_a_named_error(folder):
    folder.mkdir(mode=0o500)
    with pytest.raises(SpoolUnavailable):
        Spool(folder, SETTINGS)


def test_a_path_that_is_no_folder_is_a_named_error(folder):
    folder.write_text("")
    with pytest.raises(SpoolUnavailable):
        Spool(folder, SETTINGS)


def refused(error):
    """Return a function of the file system that raises the error for any path."""

    def refuse(*_, **__):
        raise error

    return refuse


def test_a_folder_that_can_t_be_searched_is_a_named_error(folder, monkeypatch):
    folder.mkdir()
    monkeypatch.setattr(Path, "stat", refused(PermissionError(13, "Permission denied")))
    with pytest.raises(SpoolUnavailable, match="can't be opened: Permission denied"):
        Spool(folder, SETTINGS)


def test_a_path_that_none_can_have_is_a_named_error_and_holds_nothing(tmp_path):
    with pytest.raises(SpoolUnavailable) as refusal:
        Spool(tmp_path / "spo\0ol", SETTINGS)
    assert not refusal.value.may_hold_batches


def test_a_folder_that_can_t_be_listed_may_hold_batches_and_no_file_is_begun_in_it(folder, monkeypatch):
    spool = Spool(folder, SETTINGS)
    spool.append("e", numbered(b"older"))
    spool.close()
    before = set(folder.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refused(PermissionError(13, "Permission denied")))
        with pytest.raises(SpoolUnavailable) as refusal:
            Spool(folder, SETTINGS)
    assert refusal.value.may_hold_batches
    assert set(folder.iterdir()) == before


def test_adopting_from_a_folder_that_can_t_be_listed_is_a_named_error(folder, monkeypatch):
    spool = Spool(folder, SETTINGS)
    monkeypatch.setattr(os, "scandir", refused(PermissionError(13, "Permission denied")))
    with pytest.raises(SpoolUnavailable):
        adopt(spool)


@pytest.fixture(scope="module")
def torn(tmp_path_factory):
    """A spool's files after five groups, and the length of its write-ahead log after each."""
    folder = tmp_path_factory.mktemp("torn")
    spool = Spool(folder, SETTINGS)
    sizes = []
    (log,) = folder.glob("*.spool-wal")
    for number in range(1, 6):
        spool.append("e", numbered(b"%d" % number * 100, b"x%d" % number * 100, start=2 * number - 1))
        sizes.append(log.stat().st_size)
    return (folder / "0000.spool").read_bytes(), log.read_bytes(), sizes


def recovered(folder, main, log):
    """Return how many batches a successor finds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "0000.spool").write_bytes(main)
    (folder / "0000.spool-wal").write_bytes(log)
    spool = Spool(folder, SETTINGS)
    found = len(texts(spool))
    spool.close()
    return found


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(share=st.floats(0, 1), garbage=st.booleans())
def test_a_write_torn_at_any_byte_costs_nothing_that_was_taken_before(torn, tmp_path, share, garbage):
    main, log, sizes = torn
    cut = round(share * len(log))
    tail = b"\xa5" * (len(log) - cut) if garbage else b""
    assert recovered(tmp_path / "cut", main, log[:cut] + tail) == 2 * sum(size <= cut for size in sizes)


def test_a_write_torn_at_the_end_of_each_group_costs_that_group_alone(torn, tmp_path):
    main, log, sizes = torn
    for number, size in enumerate(sizes):
        assert recovered(tmp_path / "cut", main, log[: size - 1]) == 2 * number
        assert recovered(tmp_path / "cut", main, log[:size]) == 2 * (number + 1)


KILLED = """
    import os, sys
    from datetime import datetime
    from pathlib import Path
    from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId
    from PilotLoggingDIRAC.pilotlog.settings import SpoolSettings
    from PilotLoggingDIRAC.pilotlog.write.spool import Spool

    spool = Spool(Path(sys.argv[1]), SpoolSettings())
    number = 0
    while True:
        number += 1
        batch = Batch(PilotId("vo", "a" * 32), datetime(2026, 11, 21), b"%d" % number)
        spool.append("e", [Numbered(number, batch)])
        os.write(1, b"%d\\n" % number)
"""


def test_what_was_taken_survives_kill_9(folder):
    program = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
        for _ in range(50):
            taken = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        taken = max([taken, *map(int, process.stdout.read().splitlines())])
    left = texts(Spool(folder, SpoolSettings()))
    assert left[:taken] == [b"%d" % number for number in range(1, taken + 1)]


def test_what_senders_are_told_names_no_path(tmp_path):
    (tmp_path / "spool").write_text("a file where the folder should be")
    with pytest.raises(SpoolUnavailable, match="can't be opened: File exists") as refusal:
        Spool(tmp_path / "spool", SpoolSettings())
    assert f"{tmp_path}" not in str(refusal.value)
