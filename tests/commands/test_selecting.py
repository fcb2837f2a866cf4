"""Switches that select logs, the row of a list, and names that nobody knows."""

import pytest

from PilotLoggingDIRAC.commands import known_names
from PilotLoggingDIRAC.commands.listing import outcome
from PilotLoggingDIRAC.commands.switches import selection
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.model import Outcome, Selection
from PilotLoggingDIRAC.pilotlog.read import selection as selecting


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"Failed": ""}, Selection(outcomes=(Outcome.FAILED, Outcome.KILLED))),
        ({"Running": ""}, Selection(outcomes=(Outcome.RUNNING, Outcome.SILENT))),
        ({"Outcome": "Killed, unknown"}, Selection(outcomes=(Outcome.KILLED, Outcome.UNKNOWN))),
        ({"Outcome": "failed", "Failed": ""}, Selection(outcomes=(Outcome.FAILED, Outcome.KILLED))),
        ({"ReturnCode": "!0"}, Selection(other_codes=("0",))),
        ({"ReturnCode": "1,2"}, Selection(return_codes=("1", "2"))),
        ({"Job": "4711, 12"}, Selection(jobs=(4711, 12))),
        ({"User": "ada", "Host": "wn17,wn18.alpha.org"}, Selection(owners=("ada",), hosts=("wn17", "wn18.alpha.org"))),
        ({"Name": "9d3f"}, Selection(name="9d3f")),
    ],
)
def test_switches_are_the_selection_that_they_name(options, wanted):
    assert selecting.selection(selection(options)) == wanted


@pytest.mark.parametrize(
    ("options", "words"), [({"Outcome": "dead"}, "there are: running"), ({"Job": "x1"}, "x1 is none")]
)
def test_what_can_t_be_meant_is_told_with_what_there_is(options, words):
    with pytest.raises(InvalidInput, match=words):
        selection(options)


@pytest.mark.parametrize(
    "values", [{"ReturnCode": ["0", "!1"]}, {"Name": "ab"}, {"Job": []}, {"Job": "a"}, {"Outcome": "x"}]
)
def test_selections_that_mean_nothing_are_refused(values):
    with pytest.raises(InvalidInput):
        selecting.selection(values)


def test_a_list_has_the_outcome_in_short_and_an_older_collector_the_state():
    assert outcome({"State": "Archived", "OutcomeText": "failed (code 3, No space left)"}) == "failed"
    assert outcome({"State": "Receiving", "OutcomeText": "silent for 25 min"}) == "silent for 25 min"
    assert outcome({"State": "Archived"}) == "Archived"


def test_names_that_are_not_known_are_told_with_those_that_are_much_like_them():
    known = [f"LCG.Site{number}.org" for number in range(40)] + ["LCG.CERN.ch"]
    assert known_names.told("cern", known).startswith("LCG.CERN.ch, ")
    assert known_names.told("LCG.Site07.org", known).startswith("LCG.Site7.org, LCG.Site0.org, ")
    assert known_names.told("x", known).endswith(", and 31 more")
    assert known_names.told("x", ["a", "b"]) == "a, b"


def test_a_cause_that_no_rule_has_is_told(monkeypatch):
    (hint,) = known_names.unknown_names({"Cause": "disk-ful,disk-full"})
    assert hint.startswith("There is no cause disk-ful; there are: disk-full")
    assert list(known_names.unknown_names({})) == []
