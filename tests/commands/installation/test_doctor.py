"""Checks run side by side, each within its time; whatever one raises is a line and no traceback."""

import threading
import time

import pytest
from DIRAC import gLogger
from DIRAC.Core.Utilities.ReturnValues import S_ERROR, returnValueOrRaise

from PilotLoggingDIRAC.commands.installation import doctor, doctor_report
from PilotLoggingDIRAC.commands.terminal.answers import CallFailed
from PilotLoggingDIRAC.pilotlog.admin.health import Finding, Level
from tests.waiting import PATIENCE_SECONDS


def of(name, found):
    return next(one for one in found if one.name == name)


def test_checks_run_at_the_same_time():
    both = threading.Barrier(2, timeout=PATIENCE_SECONDS)

    def look(seconds):
        both.wait()
        return "seen", []

    found = doctor.examine(10, {"One": look, "Two": look})
    assert [(one.name, one.text, one.level) for one in found] == [("One", "seen", Level.OK), ("Two", "seen", Level.OK)]


def test_a_check_that_hangs_is_told_and_keeps_no_other():
    forever = threading.Event()
    began = time.monotonic()
    found = doctor.examine(0.1, {"Hangs": lambda seconds: forever.wait(), "Good": lambda seconds: ("seen", [])})
    forever.set()
    assert time.monotonic() - began < 10
    assert of("Hangs", found).level is Level.UNKNOWN
    assert "no end within" in of("Hangs", found).findings[0].text
    assert of("Good", found).level is Level.OK


def test_what_a_check_raises_is_a_finding():
    def fails(error):
        def look(seconds):
            raise error

        return look

    def asks(seconds):
        returnValueOrRaise(S_ERROR("no such section"))

    checks = {"Own": fails(CallFailed("refused")), "Other": fails(KeyError("Extensions")), "DIRAC": asks}
    found = doctor.examine(10, checks)
    assert {one.level for one in found} == {Level.UNKNOWN}
    texts = " ".join(one.findings[0].text for one in found)
    assert all(word in texts for word in ("refused", "KeyError", "no such section"))


@pytest.fixture
def level_of_log():
    """The command silences DIRAC's log for its whole process."""
    level = gLogger.getLevel()
    yield
    gLogger.setLevel(level)


@pytest.mark.usefixtures("level_of_log")
def test_the_worst_finding_decides_on_the_exit_code(monkeypatch, capsys):
    broken = Finding(Level.CRITICAL, "one.example.org", "has no package", "install it")
    checks = {"Good": lambda seconds: ("seen", []), "Hosts": lambda seconds: ("", [broken])}
    monkeypatch.setattr(doctor_report, "examine", lambda seconds: doctor.examine(seconds, checks))
    assert doctor_report.doctor({}) == 2
    told = capsys.readouterr().out
    assert "BROKEN    one.example.org: has no package" in told
    assert "mend: install it" in told
