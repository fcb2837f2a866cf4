"""Outcomes of pilots, in the rows of a list."""

from PilotLoggingDIRAC.commands.logs.listing import outcome


def test_a_list_has_the_outcome_in_short_and_an_older_collector_the_state():
    assert outcome({"State": "Archived", "OutcomeText": "failed (code 3, No space left)"}) == "failed"
    assert outcome({"State": "Receiving", "OutcomeText": "silent for 25 min"}) == "silent for 25 min"
    assert outcome({"State": "Archived"}) == "Archived"


def test_the_phase_of_a_pilot_that_has_not_ended_stands_beside_its_outcome():
    silent = {"State": "Receiving", "OutcomeText": "silent for 25 min", "Phase": "InstallDIRAC"}
    assert outcome(silent) == "silent for 25 min in InstallDIRAC"
    assert outcome(silent | {"State": "Complete", "OutcomeText": "succeeded"}) == "succeeded"
