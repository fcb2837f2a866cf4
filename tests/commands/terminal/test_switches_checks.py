"""Logs of checks of the installation, which are no pilots' logs."""

import pytest

from PilotLoggingDIRAC.commands.terminal import switches


def test_logs_of_checks_are_left_out_of_selections():
    assert switches.selection({"Site": "LCG.A.org"})["Checks"] is False
    assert switches.selection({})["Checks"] is False


@pytest.mark.parametrize("options", [{"Checks": ""}, {"Stamp": "canary-1"}, {"Name": "canary"}, {"Job": "4711"}])
def test_logs_of_checks_are_found_when_asked_for_or_named(options):
    assert "Checks" not in switches.selection(options)


def test_what_repairs_logs_takes_those_of_checks_too():
    assert "Checks" not in switches.selection({}, checks=True)
