"""Switches that select logs, and what the collector makes of them."""

import pytest

from PilotLoggingDIRAC.commands.terminal.switches import selection
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
    assert selecting.selection(selection(options, checks=True)) == wanted


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
