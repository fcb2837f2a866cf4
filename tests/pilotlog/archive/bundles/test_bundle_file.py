"""Bundle files: what strangers' tools read of them, and that the same members give the same bytes."""

import io
import os
import shutil
import subprocess
import zipfile

import pytest

from PilotLoggingDIRAC.pilotlog.archive.bundles.bundle_file import BundleWriter, cut, write_without
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

CONTENTS = {f"{number:032x}.1.1.log.gz": os.urandom(1000 + number) for number in range(20)}


def write(path, contents=CONTENTS):
    with BundleWriter(path) as bundle:
        return {name: bundle.add(name, io.BytesIO(text), len(text)) for name, text in contents.items()}


def test_each_member_is_read_at_its_place(tmp_path):
    places = write(tmp_path / "bundle.zip")
    for name, text in CONTENTS.items():
        with (tmp_path / "bundle.zip").open("rb") as bundle:
            cut(bundle.fileno(), places[name], tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == text
    assert (tmp_path / "bundle.zip").stat().st_mode & 0o777 == 0o600


def test_pythons_zipfile_finds_all_members_stored_and_good(tmp_path):
    write(tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as file:
        assert file.testzip() is None
        assert {info.filename: file.read(info) for info in file.infolist()} == CONTENTS
        assert {info.compress_type for info in file.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_unzip_reads_a_bundle(tmp_path):
    write(tmp_path / "bundle.zip")
    done = subprocess.run(["unzip", "-q", "bundle.zip", "-d", "out"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == CONTENTS


def test_the_same_members_give_the_same_bytes(tmp_path):
    for name in ("one", "other"):
        write(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_bundle_is_rewritten_without_some_members_as_if_they_had_never_been_in_it(tmp_path):
    write(tmp_path / "old")
    gone = set(list(CONTENTS)[5:10])
    places = write_without(gone, tmp_path / "old", tmp_path / "new")
    left = {name: text for name, text in CONTENTS.items() if name not in gone}
    assert write(tmp_path / "direct", left) == places
    assert (tmp_path / "direct").read_bytes() == (tmp_path / "new").read_bytes()
    assert not any(CONTENTS[name] in (tmp_path / "new").read_bytes() for name in gone)


@pytest.mark.parametrize("what", ["content", "length", "no bundle"])
def test_what_is_damaged_is_an_error(tmp_path, what):
    path = tmp_path / "bundle.zip"
    places = write(path)
    place = list(places.values())[-1]
    whole = bytearray(path.read_bytes())
    if what == "content":
        whole[place.offset] ^= 1
    path.write_bytes(whole[: place.offset + 5] if what == "length" else b"none" if what == "no bundle" else whole)
    with path.open("rb") as bundle, pytest.raises(ArchiveError):
        cut(bundle.fileno(), place, tmp_path / "copy")
    with pytest.raises(ArchiveError):
        write_without(set(), path, tmp_path / "new")
