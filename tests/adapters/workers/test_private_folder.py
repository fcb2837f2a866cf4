"""Temporary files of logs and proxies: for nobody else's eyes, and gone with their process, however it ends."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder, private_files, remove_abandoned
from PilotLoggingDIRAC.pilotlog.archive.packing import pack
from tests.custody_contract import World


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def descriptors():
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_a_folder_is_private_and_goes_with_what_is_in_it(folder):
    with PrivateFolder("read") as path:
        (path / "log.gz").write_bytes(b"secret")
        assert mode(path) == 0o700
        assert list(folder.iterdir()) == [path]
    assert list(folder.iterdir()) == []


def test_a_folder_that_can_t_be_locked_leaves_neither_folder_nor_descriptor(folder, monkeypatch):
    def refuse(*_):
        raise OSError("no locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    before = descriptors()
    with pytest.raises(OSError, match="no locks"):
        PrivateFolder("read")
    assert list(folder.iterdir()) == []
    assert descriptors() == before


def test_a_folder_that_is_in_use_is_left_alone(folder):
    with PrivateFolder("read") as path:
        remove_abandoned()
        assert path.exists()


@pytest.mark.parametrize("is_made_by_another", [False, True])
def test_a_folder_that_somebody_has_removed_is_made_anew(folder, is_made_by_another):
    private = PrivateFolder("page")
    old = private.path
    assert private.existing() == old
    shutil.rmtree(old)
    if is_made_by_another:
        old.mkdir()
        (old / "lock").touch()
    new = private.existing()
    assert new != old and mode(new) == 0o700 and private.existing() == new
    remove_abandoned()
    assert new.exists()
    private.close()
    assert not new.exists()


@pytest.mark.parametrize("below", [False, True])
def test_what_a_killed_process_left_is_removed_by_the_next(folder, below):
    parent = folder / "packing" if below else folder
    parent.mkdir(exist_ok=True)
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder
        folder = PrivateFolder("ce", Path(sys.argv[1]))
        (folder.path / "proxy").write_text("secret")
        print("ready", flush=True)
        time.sleep(60)
    """), str(parent)], stdout=subprocess.PIPE)  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    remove_abandoned(parent)
    assert len(list(parent.glob("pilotlog-ce-*/proxy"))) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    remove_abandoned(parent)
    assert list(parent.iterdir()) == []


def test_what_others_have_put_there_is_not_followed(folder):
    outside = folder / "outside"
    outside.mkdir()
    (outside / "lock").touch()
    left = folder / "pilotlog-left"
    left.mkdir()
    (left / "lock").symlink_to(outside / "lock")
    remove_abandoned()
    assert (outside / "lock").exists()


def test_private_files_are_private_and_others_afterwards_as_before(folder):
    before = os.umask(0o022)
    try:
        with private_files():
            (folder / "one").touch()
        (folder / "two").touch()
    finally:
        os.umask(before)
    assert (mode(folder / "one"), mode(folder / "two")) == (0o600, 0o644)


def test_a_packed_log_is_private(transactions, clock, folder):
    world = World(transactions, clock)
    world.finish()
    pack(world.log(), world.reader, folder / "log.gz")
    assert mode(folder / "log.gz") == 0o600
