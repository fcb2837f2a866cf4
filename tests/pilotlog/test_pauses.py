"""Pauses after work."""

from types import SimpleNamespace

import pytest

from PilotLoggingDIRAC.pilotlog import pauses


class Watch:
    """A clock that only rests move, or a test."""

    def __init__(self):
        self.now = 1000.0

    def wait(self, seconds):
        self.now += seconds

    def rests(self, percent):
        return pauses.Rests(percent, self.wait)


@pytest.fixture
def watch(monkeypatch):
    watch = Watch()
    monkeypatch.setattr(pauses, "time", SimpleNamespace(monotonic=lambda: watch.now))
    return watch


@pytest.mark.parametrize(("percent", "rest"), [(50, 3.0), (20, 12.0), (1, 297.0), (0, 297.0), (100, 0.0), (200, 0.0)])
def test_a_rest_is_so_long_that_work_takes_its_share_of_the_time(watch, percent, rest):
    watch.rests(percent).rest(3.0)
    assert watch.now - 1000.0 == pytest.approx(rest)


def test_a_rest_takes_no_longer_than_it_may(watch):
    watch.rests(50).rest(60.0, 2.0)
    watch.rests(50).rest(60.0, 0.0)
    assert watch.now == 1002.0


def test_its_clock_stands_while_a_step_rests(watch):
    step = watch.rests(50)
    began = step.worked()
    step.rest(0.5)
    watch.now += 0.25
    step.rest(0.25)
    assert step.worked() - began == pytest.approx(0.25)


def test_rests_within_a_step_are_part_of_the_pause_after_it():
    rests = pauses.Rests(50)
    rests.rested = 3.0
    assert rests.left(5.0, 10.0) == 7.0
    assert rests.left(4.0, 0.0) == 4.0
    rests.rested = 3.0
    assert rests.left(5.0, 1.0) == 0.0
