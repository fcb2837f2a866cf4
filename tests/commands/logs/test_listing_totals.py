"""Totals of a list: counting ends somewhere, and whoever reads the list is told."""

import pytest

from PilotLoggingDIRAC.commands.logs.listing import of_answer

ANSWER = {"ParameterNames": ["VO", "PilotStamp"], "Records": [["alpha_vo", "a" * 32]], "TotalRecords": 4000}
LOGS = [{"VO": "alpha_vo", "PilotStamp": "a" * 32}]


@pytest.mark.parametrize("told, more", [({"MoreRecords": True}, True), ({"MoreRecords": False}, False), ({}, False)])
def test_a_list_for_scripts_says_whether_there_are_more_than_were_counted(told, more):
    assert of_answer({**ANSWER, **told}).record == {"Total": 4000, "More": more, "Logs": LOGS}
