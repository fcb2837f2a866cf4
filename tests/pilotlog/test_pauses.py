"""Pauses behind work."""

from types import SimpleNamespace

import pytest

from PilotLoggingDIRAC.pilotlog import pauses


@pytest.fixture
def watch(monkeypatch):
    """A clock that only sleep moves."""
    watch = SimpleNamespace(now=1000.0)

    def sleep(seconds):
        watch.now += seconds

    monkeypatch.setattr(pauses, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: watch.now))
    return watch


@pytest.mark.parametrize(("percent", "rest"), [(50, 0.02), (20, 0.08), (100, 0.0), (0, 1.0)])
def test_a_rest_is_so_long_that_work_takes_its_share_of_the_time(watch, percent, rest):
    pauses.Rests(percent).rest(0.02)
    assert watch.now - 1000.0 == pytest.approx(rest)


def test_a_rest_takes_a_second_at_most(watch):
    pauses.Rests(50).rest(60.0)
    assert watch.now == 1001.0


def test_its_clock_stands_while_a_step_rests(watch):
    step = pauses.Rests(50)
    began = step.worked()
    step.rest(0.5)
    watch.now += 0.25
    step.rest(0.25)
    assert step.worked() - began == pytest.approx(0.25)
