"""Checks of the doctor, on a configuration without any service."""

import threading

import pytest

from PilotLoggingDIRAC.commands.installation import checks
from PilotLoggingDIRAC.pilotlog.admin.health import Level

ALPHA, BETA = "vo.alpha.org", "vo.beta.org"
PILOT = {"RemoteLogging": "True", "UploadSE": "Disk"}


@pytest.fixture
def _configured(configure):
    configure(
        {
            "Registry": {"VO": {ALPHA: {}, BETA: {}}, "Groups": {"plain": {"Users": "alice", "VO": ALPHA}}},
            "Resources": {"StorageElements": {"Disk": {"BackendType": "x"}}},
            "Operations": {vo: {"Pilot": PILOT | {"UploadPath": f"/{vo}/logs"}} for vo in (ALPHA, BETA)},
        }
    )


@pytest.fixture
def pauses(monkeypatch):
    """``pauses(wait)``: DIRAC's client, which tries several times, waits so between them."""
    return lambda wait: monkeypatch.setattr("DIRAC.ResourceStatusSystem.Client.ResourceStatus.sleep", wait)


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize(("hangs", "why"), [(False, "not found"), (True, "no answer within 1 s")])
def test_resource_status_that_does_not_answer_hides_nothing_else_of_a_vo_or_of_the_next(pauses, hangs, why):
    over = threading.Event()
    pauses(lambda seconds: hangs and over.wait())
    looked, found = checks.vos(1 if hangs else 60)
    over.set()
    assert looked == f"{ALPHA}, {BETA}"
    for vo in (ALPHA, BETA):
        levels = {finding.subject: finding.level for finding in found if finding.subject.endswith(vo)}
        assert levels == {f"pilots of {vo}": Level.CRITICAL, f"archive of {vo}": Level.UNKNOWN}
    assert all(why in finding.text for finding in found if finding.level is Level.UNKNOWN)
