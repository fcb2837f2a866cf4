"""DIRAC's word on pilots whose logs have no end: what is shown, who is found, and that nobody waits for long."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId, PilotInfo, Selection
from PilotLoggingDIRAC.pilotlog.read.pilot_statuses import Fate, LogFates, PilotStatuses
from PilotLoggingDIRAC.pilotlog.read.summary import silence, standing, summary
from PilotLoggingDIRAC.pilotlog.settings import StatusSettings
from PilotLoggingDIRAC.pilotlog.sql.schema import logs
from tests import conftest
from tests.stored import alter, reader, store  # noqa: F401

EVERYTHING = Scope(everything=True)
PILOT = PilotId(conftest.PILOT.vo, "a" * 32)
OTHER = PilotId(PILOT.vo, "b" * 32)
DEAD, RUNNING = PilotInfo("ref", final=True, status="Aborted"), PilotInfo("ref", status="Running")
PATIENT = StatusSettings(status_wait_seconds=30.0, status_list_seconds=30.0)


class Dirac:
    """PilotAgentsDB, as a look-up that notes what it was asked."""

    def __init__(self, **known):
        self.known, self.asked, self.error = known, [], None

    def __call__(self, pilots):
        """The known ones among some pilots."""
        self.asked.append(list(pilots))
        if self.error:
            raise self.error
        return {pilot: self.known[pilot.stamp[0]] for pilot in pilots if pilot.stamp[0] in self.known}


class Hanging:
    """A look-up that hangs until it is let go."""

    def __init__(self):
        self.free = threading.Event()

    def __call__(self, pilots):
        """Dead ones, late."""
        self.free.wait(60)
        return dict.fromkeys(pilots, DEAD)


def fates(look_up, reader, clock, settings=PATIENT):
    return LogFates(PilotStatuses(look_up, settings), reader, clock)


def later(clock, **span):
    clock.now += timedelta(**span)


def test_many_pilots_are_asked_for_at_once_and_remembered_for_a_while():
    now, dirac = [0.0], Dirac(a=DEAD)
    statuses = PilotStatuses(dirac, replace(PATIENT, status_known_seconds=30.0), monotonic=lambda: now[0])
    assert statuses.of([PILOT, OTHER, PILOT]) == {PILOT: DEAD}
    assert statuses.of([OTHER, PILOT]) == {PILOT: DEAD}
    assert dirac.asked == [[PILOT, OTHER]]
    now[0] = 31.0
    statuses.of([PILOT])
    assert dirac.asked == [[PILOT, OTHER], [PILOT]]


def test_nobody_waits_longer_than_is_allowed_and_the_answer_comes_later():
    hanging = Hanging()
    statuses = PilotStatuses(hanging, PATIENT)
    assert statuses.of([PILOT], 0.05) == {}
    assert statuses.of([PILOT], 0.0) == {}
    hanging.free.set()
    assert statuses.of([PILOT]) == {PILOT: DEAD}


def test_dirac_that_can_t_be_asked_is_left_alone_for_a_while_and_told_once():
    now, dirac, told = [0.0], Dirac(), []
    dirac.error = StoreUnavailable("away")
    statuses = PilotStatuses(dirac, replace(PATIENT, status_known_seconds=30.0), told.append, lambda: now[0])
    assert statuses.of([PILOT]) == statuses.of([PILOT]) == {}
    assert (len(dirac.asked), told, statuses.failing) == (1, [dirac.error], True)
    now[0] = 31.0
    statuses.of([PILOT])
    assert (len(dirac.asked), len(told)) == (2, 1)


def test_pilot_that_dirac_says_is_dead_never_reads_as_running(store, reader, clock):
    store(b"one\n", pilot=PILOT)
    parts = reader.find(PILOT)
    later(clock, minutes=25)
    dead = fates(Dirac(a=DEAD), reader, clock).of_log(parts)
    assert standing(parts, dead)[0] == "ended" and "Aborted" in standing(parts, dead)[1]
    assert silence(dead) == "silent for 25 min"
    assert "running" not in summary(parts, "one\n", dead) and "silent for 25 min" in summary(parts, "one\n", dead)
    for known in (Dirac(a=RUNNING), Dirac()):
        assert standing(parts, fates(known, reader, clock).of_log(parts))[0] == "running"


def test_log_is_over_for_followers_when_its_pilot_is_dead_and_silent(store, reader, clock):
    store(b"one\n", pilot=PILOT)
    parts, found = reader.find(PILOT), fates(Dirac(a=DEAD), reader, clock)
    assert not found.of_log(parts).over
    later(clock, seconds=61)
    assert found.of_log(parts).over
    assert not fates(Dirac(a=RUNNING), reader, clock).of_log(parts).over


def test_sealed_logs_have_no_fate(store, reader, clock):
    store(b"one\n", return_code="0", pilot=PILOT)
    assert fates(Dirac(a=DEAD), reader, clock).of_log(reader.find(PILOT)) == Fate()


def listed(reader, found, **fields):
    wanted = found.resolved(Selection(**fields))
    total, rows = reader.select(EVERYTHING, wanted, "LastSeen", True, 0, 100)
    assert total.number == len(rows)
    return {log.pilot.stamp[0] for log in rows}


@pytest.fixture
def three(store, clock):
    """Logs of a pilot that DIRAC says is dead, of one that runs, and of one that fell silent long ago."""
    for letter in "abc":
        store(letter.encode(), pilot=PilotId(PILOT.vo, letter * 32))
    later(clock, minutes=5)


def test_who_died_within_the_hour_is_found(three, reader, clock, alter):
    alter(update(logs).where(logs.c.PilotStamp == "c" * 32).values(State="Incomplete"))
    found = fates(Dirac(a=DEAD, b=RUNNING, c=DEAD), reader, clock)
    assert listed(reader, found, incomplete=True) == {"a", "c"}
    assert listed(reader, found, dead=True) == {"a"}
    assert listed(reader, found, dead=True, vos=("beta_vo",)) == set()
    assert listed(reader, fates(Dirac(), reader, clock), incomplete=True) == {"c"}
    assert listed(reader, fates(Dirac(), reader, clock), dead=True) == set()


def test_the_dead_can_t_be_listed_while_dirac_can_t_be_asked(three, reader, clock):
    dirac = Dirac()
    dirac.error = StoreUnavailable("away")
    found = fates(dirac, reader, clock)
    assert listed(reader, found, incomplete=True) == set()
    with pytest.raises(StoreUnavailable, match="PilotAgentsDB"):
        found.resolved(Selection(dead=True))
