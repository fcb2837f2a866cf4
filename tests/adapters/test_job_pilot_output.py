"""The callers in whose name a service may call another service."""

import pytest

from PilotLoggingDIRAC.adapters.job_pilot_output import delegation
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NotAllowed

ALICE = {"DN": "/C=zz/CN=alice", "group": "alpha_user", "username": "alice", "properties": ["NormalUser"]}


def test_caller_is_named_by_dn_and_group():
    assert delegation(ALICE) == {"delegatedDN": ALICE["DN"], "delegatedGroup": "alpha_user"}


@pytest.mark.parametrize(
    "changed",
    [{"DN": None}, {"DN": ""}, {"group": ""}, {"group": None}, {"username": "anonymous"}, {"username": ""}],
    ids=str,
)
def test_caller_without_a_name_is_refused(changed):
    """A token need not have a DN; asking as the host instead would give it everything."""
    with pytest.raises(NotAllowed):
        delegation(ALICE | changed)


def test_nobody_is_refused():
    with pytest.raises(NotAllowed):
        delegation({})


@pytest.mark.parametrize("number", ["12; DROP", "", " 1", "-1", "1\n", None, True, 1.5, "9" * 19])
def test_what_is_no_job_number_is_refused_before_anybody_is_asked(number):
    with pytest.raises(InvalidInput):
        validation.job_number(number)


@pytest.mark.parametrize("number", [12, "12"])
def test_job_number_may_be_text(number):
    assert validation.job_number(number) == 12
