"""The callers in whose name a service may call another service."""

import pytest

from PilotLoggingDIRAC.adapters.job_pilots import delegation
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed

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
