"""dirac-admin-pilot-logs-import on a folder as DIRAC's own FileCacheLoggingPlugin leaves it."""

import os
import time
import uuid

import pytest

from . import rpc

ALPHA, BETA = "vo.alpha.org", "beta_vo"
OLD_SECONDS = 7 * 86400


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pilotlogs"


def write(folder, vo, name, text, age_seconds=OLD_SECONDS):
    path = folder / vo / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    at = time.time() - age_seconds
    os.utime(path, (at, at))
    return path


def run_import(stack, folder, *options, user="admin"):
    return stack.run(["dirac-admin-pilot-logs-import", *options, folder], user=user)


def import_as_host(stack, folder):
    return run_import(stack, folder, "-o", "/DIRAC/Security/UseServerCertificate=yes", user=None)


def text_of(stack, vo, stamp):
    answer = rpc.value(stack, "admin", "WorkloadManagement/TornadoPilotLogging", "getLogs", stamp, vo)
    return answer["StdOut"]


def rows(stack, stamp):
    return stack.sql(
        "PilotLoggingDB", "SELECT Part, State, ReturnCode FROM PilotLogs WHERE PilotStamp = %s ORDER BY Part", (stamp,)
    )


def test_two_vos_logs_are_taken_in_once(stack, folder, stamp):
    other = uuid.uuid4().hex
    text = ("2026-11-01T08:10:11.123456Z INFO [Pilot] λ\n" * 60_000).encode()
    write(folder, ALPHA, f"{stamp}.log", text)
    write(folder, BETA, other, b"killed half-w")
    write(folder, ALPHA, "no stamp", b"x")
    done = run_import(stack, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 logs: 2 imported; 0 conflicts, 0 failed; 1 name skipped" in done.stdout
    assert text_of(stack, ALPHA, stamp) == text.decode()
    assert text_of(stack, BETA, other) == "killed half-w"
    assert rows(stack, stamp) == [(0, "Complete", "unknown")]
    assert rows(stack, other) == [(0, "Incomplete", None)]
    again = run_import(stack, folder)
    assert "2 logs: 2 already there" in again.stdout, again.stdout + again.stderr


def test_host_imports_with_its_certificate(stack, folder, stamp):
    write(folder, ALPHA, f"{stamp}.log", b"text\n")
    done = import_as_host(stack, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert text_of(stack, ALPHA, stamp) == "text\n"


def test_what_a_running_pilot_sent_to_us_comes_behind(stack, folder, stamp, connect):
    assert connect("pila").send("sent to us\n", stamp)["OK"]
    path = write(folder, ALPHA, stamp, b"sent before\n", age_seconds=60)
    assert "1 imported so far" in run_import(stack, folder).stdout
    assert text_of(stack, ALPHA, stamp) == "sent before\nsent to us\n"
    path.write_bytes(b"sent before\nand more\n")
    path.rename(f"{path}.log")
    assert run_import(stack, folder).returncode == 0
    assert text_of(stack, ALPHA, stamp) == "sent before\nand more\nsent to us\n"
    assert rows(stack, stamp) == [(0, "Complete", "unknown"), (1, "Receiving", None)]


def test_other_text_under_a_stamp_is_reported(stack, folder, stamp):
    write(folder, ALPHA, f"{stamp}.log", b"text\n")
    run_import(stack, folder)
    write(folder, ALPHA, f"{stamp}.log", b"TEXT\n")
    done = run_import(stack, folder)
    assert done.returncode == 2
    assert f"{ALPHA}/{stamp}: CONFLICT" in done.stdout
    assert text_of(stack, ALPHA, stamp) == "text\n"


@pytest.mark.parametrize("user", ["alice", "pila", "opal"])
def test_only_administrators_and_hosts_import(stack, folder, stamp, user):
    write(folder, ALPHA, f"{stamp}.log", b"text\n")
    done = run_import(stack, folder, user=user)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert rows(stack, stamp) == []


def test_folder_that_is_not_there_is_an_error(stack, folder):
    assert run_import(stack, folder).returncode == 1
