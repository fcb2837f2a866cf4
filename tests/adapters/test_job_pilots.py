"""The callers in whose name a service may call another service, and what PilotManager's answers mean."""

from types import SimpleNamespace

import pytest
from DIRAC import S_ERROR, S_OK
from DIRAC.Core.Utilities import DErrno

from PilotLoggingDIRAC.adapters import job_pilots
from PilotLoggingDIRAC.adapters.job_pilots import DelegatedJobPilots, delegation
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed
from PilotLoggingDIRAC.pilotlog.read.job_output import OutputNotRetrieved

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


@pytest.fixture
def references(monkeypatch):
    """``references(answer)``: the pilots of job 7 with this answer of PilotManager."""

    def ask(answer):
        client = SimpleNamespace(getPilots=lambda job_id, timeout: answer)
        monkeypatch.setattr(job_pilots, "PilotManagerClient", lambda: client)
        return DelegatedJobPilots(delegation(ALICE)).references(7)

    return ask


def test_pilots_of_a_job_are_those_that_dirac_names(references):
    assert references(S_OK({"one": {}, "two": {}})) == ["one", "two"]


@pytest.mark.parametrize(
    "answer",
    [
        S_ERROR("Failed to get pilot for Job 7: "),
        S_ERROR("Failed to get pilot for Job 7"),
        S_ERROR(DErrno.EWMSNOPILOT, "No pilots found"),
    ],
    ids=["no pilot", "no pilot, older DIRAC", "deleted pilots"],
)
def test_job_without_pilots_has_none(references, answer):
    assert references(answer) == []


@pytest.mark.parametrize(
    "told",
    ["Can't connect to dips://here:9171", "Failed to get pilot for Job 7: no connection", "Failed to get pilot: no TQ"],
)
def test_another_failure_does_not_mean_that_a_job_has_no_pilots(references, told):
    with pytest.raises(OutputNotRetrieved) as failure:
        references(S_ERROR(told))
    assert told not in str(failure.value)
