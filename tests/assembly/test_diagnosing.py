"""The thread that diagnoses running pilots: its pace, its duty, and that it goes on after failures."""

import threading

import pytest

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly import diagnosing
from PilotLoggingDIRAC.assembly.diagnosing import DiagnosingWatch, pause_after
from PilotLoggingDIRAC.pilotlog.archive.running.settings import DiagnoseRunningSettings
from PilotLoggingDIRAC.pilotlog.diagnose import standard
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.sql.describe.duties import SqlDuties
from tests.diagnosed_log import diagnosis, send
from tests.diagnoses_contract import DISK, FULL
from tests.empty_store import empty_store
from tests.waiting import until


@pytest.fixture
def watch(tmp_path, monkeypatch):
    """``watch(owner, ...)``: a started watch over the one store, with some options."""
    monkeypatch.setattr(diagnosing.diagnosis_rules, "rules", lambda vo: standard())
    started, options = [], {"DiagnoseRunningSeconds": 0.05}
    empty_store(tmp_path).dispose()

    def start(owner="agent", **more):
        db = LogDatabase(f"sqlite:///{tmp_path}/logs.db")
        found = DiagnosingWatch(db, lambda name, default: (options | more).get(name, default), owner)
        started.append((found, db))
        found.start()
        return found, db

    yield start
    for found, db in started:
        found.stop()
        db.close()


def is_told(db, running):
    return diagnosis(db) is not None and (diagnosis(db).cause, diagnosis(db).running) == (DISK, running)


def test_running_pilot_has_its_cause_and_the_ended_one_its_last(watch):
    _, db = watch()
    send(db)
    until(lambda: is_told(db, True))
    send(db, 2, b"", "1")
    until(lambda: is_told(db, False))


def test_interval_of_nought_diagnoses_nothing(watch):
    watch(DiagnoseRunningSeconds=0.0)
    # one of the test before may still be ending; one that was started here would not end
    until(lambda: "pilotlog-diagnose" not in {thread.name for thread in threading.enumerate()})


def test_one_that_stops_leaves_the_duty_to_the_next_at_once(watch):
    first, db = watch("first", DiagnoseRunningLeaseSeconds=1000)
    send(db)
    until(lambda: is_told(db, True))
    first.stop()
    watch("second")
    send(db, 2, FULL.replace(b"InstallDIRAC", b"ConfigureBasics"))
    until(lambda: diagnosis(db).phase == "ConfigureBasics")


def test_one_that_has_lost_the_duty_keeps_nothing_that_it_has_read(watch, monkeypatch):
    running, db = watch()
    send(db)
    until(lambda: is_told(db, True))
    monkeypatch.setattr(SqlDuties, "hold", lambda *_: False)
    until(lambda: not running._running._readings.ids())


def test_thread_goes_on_when_the_store_was_away(watch, monkeypatch):
    begun, db = watch()
    away = [StoreUnavailable("away")] * 3
    hold = db.duties.hold

    def failing(*words):
        if away:
            raise away.pop()
        return hold(*words)

    begun._thread.duties = type("Duties", (), {"hold": staticmethod(failing), "leave": db.duties.leave})()
    until(lambda: not away)
    send(db)
    until(lambda: is_told(db, True))


@pytest.fixture
def told(monkeypatch):
    """What the agent's log is told."""
    lines = []
    monkeypatch.setattr(diagnosing._log, "warn", lambda *words: lines.append(words[-1]))
    return lines


@pytest.fixture
def outages(monkeypatch):
    """The errors that the next looks at the store meet, the last one first."""
    errors, hold = [], SqlDuties.hold

    def failing(*words):
        if errors:
            raise errors.pop()
        return hold(*words)

    monkeypatch.setattr(SqlDuties, "hold", failing)
    return errors


def test_outage_is_told_once_when_it_begins_and_so_is_a_later_one(watch, told, outages):
    outages += [StoreUnavailable("away")] * 3
    _, db = watch()
    send(db)
    until(lambda: is_told(db, True))
    assert told == ["away"]
    outages += [StoreUnavailable("away")] * 3
    until(lambda: not outages)
    send(db, 2, b"", "1")
    until(lambda: is_told(db, False))
    assert told == ["away", "away"]


def test_after_very_many_failures_another_one_is_told(watch, told, outages):
    outages += [StoreUnavailable(f"away {number}") for number in range(1100)]
    watch(DiagnoseRunningSeconds=1e-4)
    until(lambda: not outages)
    until(lambda: "away 0" in told)


@pytest.mark.parametrize(("seconds", "pause"), [(0.1, 5.0), (5.0, 15.0)])
def test_pause_leaves_most_of_the_time(seconds, pause):
    assert pause_after(seconds, DiagnoseRunningSettings()) == pause
