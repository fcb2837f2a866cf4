"""The thread that looks up whose stamps are: it goes on, whatever it meets."""

import threading

import pytest

from PilotLoggingDIRAC.assembly import alarms
from PilotLoggingDIRAC.assembly.access import ownership
from PilotLoggingDIRAC.assembly.access.ownership import OwnershipWatch
from PilotLoggingDIRAC.pilotlog.receive.stamp_owners import StampOwners
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from tests.conftest import PILOT
from tests.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def watch():
    found = OwnershipWatch("collector", lambda name, default: {"OwnerLookupSeconds": 0.01}.get(name), StoreSettings())
    yield found
    found.stop()
    found.bell.close(0)


def test_an_exception_costs_one_look_and_not_the_alarms_behind_it(watch, configure, monkeypatch):
    configure({})
    asked, began, errors = [], [], []

    def refused(self):
        """Fail once, then tell of a pilot that was refused."""
        asked.append(1)
        if len(asked) == 1:
            raise RuntimeError("a fault")
        return {PILOT.vo: PILOT}

    monkeypatch.setattr(StampOwners, "refused", refused)
    monkeypatch.setattr(ownership._log, "exception", lambda *words, **_: errors.append(words))
    monkeypatch.setattr(alarms._log, "error", lambda *words: began.append(words))
    watch.start()
    until(lambda: began)
    assert PILOT.vo in began[0][0]
    assert len(errors) == 1


def test_a_fault_that_lasts_is_logged_once(watch, monkeypatch):
    faults, errors, done = ["one", "one", "one", "other", None, "other"], [], threading.Event()

    def refused(self):
        if not faults:
            done.set()
        elif fault := faults.pop(0):
            raise RuntimeError(fault)
        return {}

    monkeypatch.setattr(StampOwners, "refused", refused)
    keep = lambda *words, **error: errors.append(str(error["lException"]))  # noqa: E731
    monkeypatch.setattr(ownership._log, "exception", keep)
    watch.start()
    assert done.wait(PATIENCE_SECONDS)
    assert errors == ["one", "other", "other"], "one that comes back is logged again"
