"""The outcome of a pilot, as its log and DIRAC tell; where the log's text is stored changes nothing of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.model import Log, Outcome, PilotId, Selection, State
from PilotLoggingDIRAC.pilotlog.outcome import Fates, outcome, outcome_text
from PilotLoggingDIRAC.pilotlog.settings import StatusSettings

AT = datetime(2026, 11, 21, 12)
LOG = Log(1, PilotId("vo.alpha.org", "a" * 32), 1, State.RECEIVING, AT, AT)
ENDED = (State.COMPLETE, State.INCOMPLETE, State.ARCHIVED, State.KEPT, State.PURGED)
SILENT_SECONDS = StatusSettings().status_silent_seconds


def fared(log, silent=0.0, cause=""):
    """Return the outcome and its words when nothing has come for so many seconds."""
    fates = Fates(StatusSettings(), lambda: log.last_seen + timedelta(seconds=silent))
    return outcome(log, fates.of(log)), outcome_text(log, fates.of(log), cause)


@pytest.mark.parametrize("state", ENDED)
@pytest.mark.parametrize(
    ("code", "status", "found", "words"),
    [
        ("0", "", Outcome.SUCCEEDED, "succeeded"),
        ("0", "Failed", Outcome.SUCCEEDED, "succeeded"),
        ("", "Done", Outcome.SUCCEEDED, "succeeded"),
        ("3", "Done", Outcome.FAILED, "failed (code 3)"),
        ("Traceback", "", Outcome.FAILED, "failed (code Traceback)"),
        (None, "Aborted", Outcome.KILLED, "killed (DIRAC says Aborted)"),
        (None, "Done", Outcome.UNKNOWN, "unknown (DIRAC says Done)"),
        (None, "Running", Outcome.UNKNOWN, "unknown"),
        (None, "", Outcome.UNKNOWN, "unknown"),
    ],
)
def test_a_pilot_that_has_ended_fared_the_same_wherever_its_text_is(state, code, status, found, words):
    assert fared(replace(LOG, state=state, return_code=code, pilot_status=status), 10**6) == (found, words)


@pytest.mark.parametrize("code", [None, "0", "1"])
@pytest.mark.parametrize("status", ["", "Submitted", "Running", "Unknown"])
def test_a_pilot_whose_log_is_received_runs_until_it_is_silent(code, status):
    log = replace(LOG, return_code=code, pilot_status=status)
    assert fared(log, SILENT_SECONDS - 1) == (Outcome.RUNNING, "running")
    assert fared(log, SILENT_SECONDS) == (Outcome.SILENT, "silent for 5 min")


def test_a_pilot_that_dirac_says_has_ended_does_not_run():
    assert fared(replace(LOG, pilot_status="Failed"))[0] is Outcome.KILLED
    assert fared(replace(LOG, pilot_status="Done"))[0] is Outcome.UNKNOWN
    assert fared(replace(LOG, pilot_status="Done", return_code="1"))[0] is Outcome.FAILED


def test_codes_and_the_cause_are_told():
    several = replace(LOG, state=State.COMPLETE, return_code="2", return_codes="0,2")
    assert fared(several, cause="No space left")[1] == "failed (codes 0, 2, No space left)"
    killed = replace(LOG, state=State.INCOMPLETE, pilot_status="Aborted")
    assert fared(killed, cause="Memory limit")[1] == "killed (DIRAC says Aborted, Memory limit)"


def test_the_last_part_of_a_log_tells():
    fates = Fates(StatusSettings(), lambda: AT)
    parts = [replace(LOG, pilot_status="Aborted"), replace(LOG, part=2, pilot_status="Running")]
    assert not fates.of_log(parts).dead and fates.of_log(parts[:1]).dead


def test_a_log_is_over_for_followers_when_its_pilot_is_dead_and_silent():
    log = replace(LOG, pilot_status="Done")
    for seconds, over in ((59, False), (60, True)):
        fates = Fates(StatusSettings(), lambda seconds=seconds: AT + timedelta(seconds=seconds))
        assert fates.of(log).over is over and not fates.of(replace(log, pilot_status="Running")).over


def test_a_selection_of_outcomes_is_one_of_a_moment():
    fates = Fates(StatusSettings(), lambda: AT)
    assert fates.resolved(Selection(vos=("a",))).silent_before is None
    assert fates.resolved(Selection(outcomes=(Outcome.SILENT,))).silent_before == AT - timedelta(minutes=5)
