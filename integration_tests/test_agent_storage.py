"""The archive on real storage elements: a disk, xrootd through gfal2, and S3."""

import dataclasses
import gzip
import json
import os
import sys
import uuid

import pytest

from PilotLoggingDIRAC.pilotlog.model import Selection, State
from PilotLoggingDIRAC.pilotlog.sql.admin.deletion import SqlDeletion

from . import bundles, grid
from .stack import Stack, world
from .test_agent import OPTIONS, Logs, cycle, cycles_until, now

#: The storage elements, with the lines of the log that goes there: 20 MB where it goes over a real wire.
ELEMENTS = {"ALPHA-disk": 1_000, "XROOT-disk": 170_000, "S3-disk": 1_000}
LINE = b"2026-11-21T08:10:11.123456Z INFO [CheckWorkerNode] %8d " + b"x" * 60 + b"\n"

STEPS = """
import json, sys, DIRAC
DIRAC.initialize(require_auth=False, host_credentials=True)
from pathlib import Path
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from PilotLoggingDIRAC.pilotlog.model import StoredFile
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.assembly.reading import archives

def step(what, vo, se, lfn, size, checksum, path):
    archive, file = archives.archive(vo, pool, 60), StoredFile(se, lfn, "", size, checksum)
    try:
        if what == "check":
            problems = archive.check([file], read=path == "read")
            return [(problem.lost, problem.text) for problem in problems.values()]
        return archive.get(file, Path(path)) if what == "get" else archive.remove(file)
    except ArchiveError as error:
        return f"ArchiveError: {error}"

pool = WorkerPool(1)
try:
    print(json.dumps([step(*words) for words in json.loads(sys.argv[1])]))
finally:
    pool.close()
"""
DONE = None


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack with the two storage elements."""
    with Stack(tmp_path_factory.mktemp("stack"), storage=("xrootd", "s3")) as stack:
        stack.up()
        for name, value in OPTIONS.items():
            stack.set_option(f"/Systems/WorkloadManagement/Agents/PilotLoggingAgent/{name}", value)
        yield stack


@pytest.fixture(scope="module")
def logs(stack):
    return Logs(stack)


def handle(stack, *steps):
    """Check, fetch or remove logs' files one after the other, as a server does, through a worker.

    A step is (what, log, path), or without a path. Return the answer of each: what a check found, as (lost, text);
    DONE; or an error's text.
    """
    words = []
    for what, log, *path in steps:
        file = log.file
        words.append([what, log.pilot.vo, file.se, file.lfn, file.size, file.checksum, str(*path)])
    done = stack.run([sys.executable, "-c", STEPS, json.dumps(words)])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def is_lost(answer):
    """Whether a check has found that one file is lost."""
    return [lost for lost, _ in answer] == [True]


def upload_to(stack, element):
    for vo in world.VOS:
        stack.set_option(f"/Operations/{vo.name}/Pilot/UploadSE", element)


@pytest.mark.parametrize(("element", "lines"), ELEMENTS.items())
def test_a_log_is_archived_read_back_and_removed(stack, logs, element, lines, tmp_path):
    upload_to(stack, element)
    text = b"".join(LINE % number for number in range(lines))
    who = logs.finished(text)
    output = cycle(stack)
    log = logs.log(who)
    assert log.state is State.ARCHIVED, output
    assert log.file.se == element
    mistyped = dataclasses.replace(log, file=dataclasses.replace(log.file, se="MISTYPED"))
    copy, again = tmp_path / "log.gz", tmp_path / "again.gz"
    steps = {
        "fetched": ("get", log, copy),
        "asked for": ("check", log, "ask"),
        "read": ("check", log, "read"),
        "removed": ("remove", mistyped if element == "ALPHA-disk" else log),
        "removed from nowhere": ("remove", mistyped),
        "checked when it is gone": ("check", log),
        "removed again": ("remove", log),
        "fetched again": ("get", log, again),
    }
    found = dict(zip(steps, handle(stack, *steps.values()), strict=True))
    assert gzip.decompress(copy.read_bytes()) == text
    assert is_lost(found.pop("checked when it is gone"))
    assert found.pop("fetched again").startswith("ArchiveError: ")
    assert found == {
        "fetched": DONE,
        "asked for": [],
        "read": [],
        "removed": DONE,
        "removed from nowhere": DONE,  # nothing is where nothing can be
        "removed again": DONE,  # removing what is not there is no failure
    }
    assert logs.catalogued(who) == []


@pytest.mark.parametrize(("element", "component"), [("XROOT-disk", "xrootd"), ("S3-disk", "s3")])
def test_a_log_waits_for_a_storage_element_that_is_away(stack, logs, element, component):
    upload_to(stack, element)
    earlier = logs.finished(uuid.uuid4().hex.encode())
    cycles_until(stack, lambda output: logs.log(earlier).file)
    who = logs.finished(uuid.uuid4().hex.encode())
    stack.stop(component)
    try:
        cycle(stack)
        assert logs.log(who).state is State.COMPLETE
        assert logs.log(who).attempts == 1
        [found] = handle(stack, ("check", logs.log(earlier)))
        assert [lost for lost, _ in found] == [False]
    finally:
        stack.start(component)
    cycles_until(stack, lambda output: logs.log(who).state is State.ARCHIVED)
    assert len(logs.catalogued(who)) == 1


def test_a_copy_that_was_changed_on_the_storage_element_is_not_given_out(stack, logs, tmp_path):
    upload_to(stack, "XROOT-disk")
    who = logs.finished(b"as it was\n")
    cycles_until(stack, lambda output: logs.log(who).file)
    log = logs.log(who)
    path = stack.storage.server("xrootd").data / log.file.lfn[1:]
    path.write_bytes(bytes(reversed(path.read_bytes())))
    later = path.stat().st_mtime + 60  # the server keeps a file's checksum until its time changes, in whole seconds
    os.utime(path, (later, later))
    checked, fetched = handle(stack, ("check", log), ("get", log, tmp_path / "log.gz"))
    assert is_lost(checked)
    assert fetched.startswith("ArchiveError: ")
    assert not (tmp_path / "log.gz").exists()


def delete(stack, log):
    """Delete a log on request, as an administrator does."""
    deleting = SqlDeletion(Logs(stack).transactions, now)
    wanted = Selection(vos=(log.pilot.vo,), stamps=(log.pilot.stamp,))
    deleting.delete(deleting.page(wanted, 10), wanted)


@pytest.mark.parametrize("element", ELEMENTS)
def test_logs_in_one_file_are_read_one_by_one_checked_and_deleted_one_by_one(stack, logs, element, tmp_path):
    upload_to(stack, element)
    grid.forget_logs(stack)
    with bundles.bundling(stack):
        pilots = {logs.finished(text): text for text in (os.urandom(20_000).hex().encode() for _ in range(10))}
        cycles_until(stack, lambda output: {logs.log(who).state for who in pilots} == {State.ARCHIVED})
        found = {who: logs.log(who) for who in pilots}
        assert len({log.file.lfn for log in found.values()}) == 1
        for who, log in list(found.items())[:2]:
            copy, times = bundles.read(stack, log)
            first, median, best = times
            print(f"{element}: a process's first read of a log {first:.0f} ms, then {median:.1f}, at best {best:.1f}")
            assert gzip.decompress(copy) == pilots[who]
            assert min(times) < 100
        gone = found.popitem()[1]
        whole = dataclasses.replace(gone, file=gone.file.whole)
        assert handle(stack, ("check", whole, "ask"), ("check", whole, "read")) == [[], []]
        delete(stack, gone)
        cycles_until(stack, lambda output: bundles.catalogued(stack) and "removed deleted 1" in output)
        [who, _] = found.popitem()
        assert gone.file.lfn.rpartition("/")[2] not in bundles.catalogued(stack)
        log = logs.log(who)
        new = dataclasses.replace(log, file=log.file.whole)
        checked, fetched = handle(stack, ("check", whole), ("get", new, tmp_path / "bundle.zip"))
        assert is_lost(checked)
        assert fetched == DONE
        left = bundles.members(tmp_path / "bundle.zip")
        assert {name.partition(".")[0] for name in left} == {who.stamp for who in pilots if who != gone.pilot}
        assert gzip.decompress(bundles.read(stack, log)[0]) == pilots[who]


def test_xrootds_own_client_reads_one_log_out_of_a_bundle(stack, logs, tmp_path):
    upload_to(stack, "XROOT-disk")
    with bundles.bundling(stack, 2):
        first, _ = logs.finished(b"first\n"), logs.finished(b"second\n")
        cycles_until(stack, lambda output: logs.log(first).file)
    url = f"root://localhost:{stack.storage.server('xrootd').port}/{logs.log(first).file.lfn}"
    name = f"{first.stamp}.1.{logs.log(first).generation}.log.gz"
    command = ["xrdcp", "--zip", name, url, str(tmp_path / "copy")]
    done = stack.run(command, user=world.ALPHA.shifter)
    assert done.returncode == 0, done.stderr
    assert gzip.decompress((tmp_path / "copy").read_bytes()) == b"first\n"
