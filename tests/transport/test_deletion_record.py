"""The service log says which logs a deletion was asked for, whatever they were selected by."""

from dataclasses import fields
from datetime import datetime

import pytest
from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.access import Caller
from PilotLoggingDIRAC.pilotlog.model import Outcome, Selection, State
from PilotLoggingDIRAC.transport.deletion_record import audited_deletion

WORDS = {
    "vos": (("alpha",), "VO=alpha"),
    "stamps": (("a" * 32,), "PilotStamp=" + "a" * 32),
    "references": (("ce/7",), "PilotReference=ce/7"),
    "sites": (("LCG.Alpha.org",), "Site=LCG.Alpha.org"),
    "ces": (("ce.alpha.org",), "CE=ce.alpha.org"),
    "states": ((State.ARCHIVED,), "State=Archived"),
    "return_codes": (("1", "2"), "ReturnCode=1 2"),
    "other_codes": (("0",), "ReturnCode=!0"),
    "causes": (("CVMFS",), "Cause=CVMFS"),
    "since": (datetime(2026, 11, 1), "FromDate=2026-11-01 00:00:00"),
    "until": (datetime(2026, 11, 2), "ToDate=2026-11-02 00:00:00"),
    "incomplete": (True, "Incomplete=True"),
    "missing": (True, "Missing=True"),
    "dead": (True, "Dead=True"),
    "last_error": ("no space left", "LastError=no space left"),
    "outcomes": ((Outcome.FAILED,), "Outcome=failed"),
    "jobs": ((4711,), "Job=4711"),
    "owners": (("ada",), "User=ada"),
    "hosts": (("wn17",), "Host=wn17"),
    "name": ("0123", "Name=0123"),
    "without_checks": (True, "Checks=False"),
}


@pytest.fixture
def said(monkeypatch):
    """Return the lines that the log of the service got."""
    lines = []
    monkeypatch.setattr(gLogger.getSubLogger("PilotLogging"), "notice", lambda *words: lines.append(" ".join(words)))
    return lines


@pytest.mark.parametrize("field", WORDS)
def test_each_part_of_the_selection_is_told(said, field):
    value, words = WORDS[field]
    with audited_deletion(Caller("ada", "alpha_admin"), Selection(**{field: value})):
        pass
    assert said[0].endswith(f"; {words}")


def test_all_that_a_caller_may_give_is_looked_at():
    derived = {"silent_before"}  # made of the outcomes, which are told
    assert WORDS.keys() | derived == {field.name for field in fields(Selection)}
