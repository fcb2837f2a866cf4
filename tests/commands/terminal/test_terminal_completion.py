"""Completion in bash, by a real one, and the names that it offers."""

import subprocess
import time

import pytest

from PilotLoggingDIRAC.commands.terminal import known_names, name_cache
from tests import bash_completion

#: Completes the line's last word as bash's own editor would, and prints what it would offer.
PROGRAM = """
set -u
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() { :; }
_pilotlogs_complete
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def offered(tmp_path):
    """``offered(word, ...)``: what bash offers for the last of a line's words."""
    folder = tmp_path / "pilot-logs"
    folder.mkdir()
    (folder / "names").write_text("Site LCG.CERN.cern\nSite LCG.RAL-HEP.uk\nCE ce01.cern.ch\nVO vo.a.org\n")
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    def complete(name, *words):
        argv = ["bash", "--norc", "-c", PROGRAM, "bash", str(bash_completion.FILE), f"/opt/bin/{name}", *words]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()

    return complete


def test_file_is_that_of_the_commands():
    assert bash_completion.FILE.read_text() == bash_completion.text(), "python -m tests.bash_completion"


def test_every_command_completes_its_switches(offered):
    for module in bash_completion.modules():
        assert "--help" in offered(f"dirac-admin-pilot-logs-{module}", "--"), module
    assert offered("dirac-admin-pilot-logs-show", "--F") == ["--Follow"]
    assert offered("dirac-admin-pilot-logs-list", "--out") == ["--Outcome"]
    assert offered("dirac-admin-pilot-logs-check", "--Outcome") == []


def test_values_are_completed_also_behind_commas_and_equals_signs(offered):
    assert offered("dirac-admin-pilot-logs-list", "--Outcome", "s") == ["silent", "succeeded"]
    assert offered("dirac-admin-pilot-logs-list", "--Outcome", "=", "fa") == ["failed"]
    assert offered("dirac-admin-pilot-logs-list", "--Outcome", "=") != []
    assert offered("dirac-admin-pilot-logs-list", "--Outcome", "killed,f") == ["killed,failed"]
    assert offered("dirac-admin-pilot-logs-summary", "--Cause", "disk-f") == ["disk-full"]


def test_sites_are_those_that_the_last_command_has_found(offered):
    assert offered("dirac-admin-pilot-logs-list", "--Site", "lcg.c") == ["LCG.CERN.cern"]
    assert offered("dirac-admin-pilot-logs-show", "--CE", "") == ["ce01.cern.ch"]
    assert offered("dirac-admin-pilot-logs-enable", "--VO", "vo") == ["vo.a.org"]
    assert offered("dirac-admin-pilot-logs-list", "--Host", "") == []


def test_names_are_written_once_an_hour_and_none_that_a_shell_obeys(tmp_path, monkeypatch):
    found = [("Site", "LCG.A.org"), ("Site", "$(reboot)"), ("CE", "a b"), ("VO", "vo.a.org")]
    monkeypatch.setattr(known_names, "places", lambda: iter(found))
    file = tmp_path / "cache" / "names"
    name_cache.refresh(file)
    assert file.read_text() == "Site LCG.A.org\nVO vo.a.org\n"
    found.append(("VO", "vo.b.org"))
    name_cache.refresh(file)
    assert "vo.b.org" not in file.read_text()
    monkeypatch.setattr(time, "time", lambda: file.stat().st_mtime + 3601)
    name_cache.refresh(file)
    assert "vo.b.org" in file.read_text()


def test_names_that_can_t_be_written_are_no_error(tmp_path):
    (tmp_path / "file").touch()
    name_cache.refresh(tmp_path / "file" / "names")
