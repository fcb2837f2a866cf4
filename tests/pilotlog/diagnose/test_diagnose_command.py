"""The offline command: files of any kind, JSON and text, errors of single files, and no DIRAC."""

import gzip
import json
import subprocess
import sys

import pytest

from PilotLoggingDIRAC.pilotlog.diagnose import __main__ as command

from .made_logs import MadeLog

MODULE = "PilotLoggingDIRAC.pilotlog.diagnose"
FULL = MadeLog().fail("InstallDIRAC", "tar: Cannot write: No space left on device").text


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "pilot.log"
    path.write_bytes(FULL)
    return path


def run(*words, **more):
    return subprocess.run([sys.executable, "-m", MODULE, *map(str, words)], capture_output=True, **more)


def entries(capsys, *words):
    code = command.main(["--json", *map(str, words)])
    return code, json.loads(capsys.readouterr().out)


def test_json_has_an_object_for_each_file(capsys, tmp_path, log):
    good = tmp_path / "good.log.gz"
    good.write_bytes(gzip.compress(MadeLog().text))
    code, (first, second) = entries(capsys, log, good)
    assert code == 0
    assert (first["file"], second["file"]) == (str(log), str(good))
    assert (
        first["causes"][0].items()
        >= {
            "code": "disk-full",
            "name": "No space left on the worker node",
            "party": "site",
            "line": FULL[: FULL.index(b"tar: ")].count(b"\n") + 1,
        }.items()
    )
    assert first["causes"][0]["hint"] and first["phases"] and first["facts"]["host"] == "wn17.example.org"
    assert second["causes"] == [] and second["end"]["return_code"] == 0


def test_stdin_is_read_without_dirac_being_imported():
    program = (
        f"import sys, runpy; sys.argv = ['x', '--json', '-']\ntry: runpy.run_module('{MODULE}', run_name='__main__')\n"
        "except SystemExit:\n"
        " print([name for name in sys.modules if name.startswith(('DIRAC', 'tornado'))], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=FULL, capture_output=True, check=True)
    assert json.loads(done.stdout)[0]["causes"][0]["code"] == "disk-full"
    assert done.stderr.strip() == b"[]"


def test_file_that_cannot_be_read_costs_no_other(tmp_path, log):
    broken = tmp_path / "broken.log.gz"
    broken.write_bytes(gzip.compress(FULL)[:-20])
    done = run("--json", tmp_path / "nothing.log", broken, tmp_path, log)
    assert done.returncode == 1
    missing, cut, folder, whole = json.loads(done.stdout)
    assert "No such file" in missing["error"] and "broken.log.gz: " in cut["error"] and folder["error"]
    assert missing["causes"] == [] and whole["causes"][0]["code"] == "disk-full"
    assert done.stderr.count(b"\n") == 3 and b"Traceback" not in done.stderr


def test_text_tells_cause_hint_and_phases(capsys, log):
    assert command.main([str(log)]) == 0
    told = capsys.readouterr().out
    assert "1. No space left on the worker node [disk-full] (fatal; site; line " in told
    assert "failed   InstallDIRAC" in told and "df -i" in told


def test_text_of_a_pilot_does_not_command_the_terminal(capsys, tmp_path):
    log = tmp_path / "pilot.log"
    log.write_bytes(MadeLog().fail("InstallDIRAC", "\x1b[2J\x1b]0;x\x07 No space left on device").text)
    command.main([str(log)])
    assert "\x1b" not in capsys.readouterr().out


def test_wrong_arguments_are_told():
    assert run().returncode == 2
