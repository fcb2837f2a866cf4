"""The thread of a duty, at a process's limit of threads, and after an exception."""

import threading

import pytest

from PilotLoggingDIRAC.assembly import duty_thread
from PilotLoggingDIRAC.assembly.duty_thread import DutyThread
from tests.waiting import PATIENCE_SECONDS, until


class Duties:
    """Duties that nobody else wants."""

    def leave(self, duty, owner):
        """Leave a duty."""


def test_a_thread_that_could_not_be_started_is_stopped_and_started_all_the_same(no_threads):
    worked = threading.Event()
    thread = DutyThread("test", "duty", Duties(), "owner", worked.set, lambda seconds: 60.0, PATIENCE_SECONDS)
    with no_threads("pilotlog-test"), pytest.raises(RuntimeError):
        thread.start()
    thread.stop()
    thread.stopped.clear()
    thread.start()
    thread.start()
    assert worked.wait(PATIENCE_SECONDS)
    assert [other.name for other in threading.enumerate()].count("pilotlog-test") == 1
    thread.stop()


@pytest.fixture
def told(monkeypatch):
    """The errors that were logged."""
    found = []
    monkeypatch.setattr(duty_thread._log, "exception", lambda *words, **_: found.append(words))
    return found


class Once:
    """What raises an exception at its first call, and is done at the second one."""

    def __init__(self):
        self.done, self._calls = threading.Event(), 0

    def __call__(self, *_):
        self._calls += 1
        if self._calls == 1:
            raise KeyError("a fault")
        self.done.set()
        return 0.001


def test_a_step_that_raises_an_exception_is_logged_and_the_next_one_is_taken(told):
    work = Once()
    thread = DutyThread("test", "duty", Duties(), "owner", work, lambda seconds: 0.001, PATIENCE_SECONDS)
    thread.start()
    assert work.done.wait(PATIENCE_SECONDS)
    thread.stop()
    assert len(told) == 1


def test_a_pause_that_can_not_be_told_has_a_default_and_the_next_step_is_taken(told, monkeypatch):
    monkeypatch.setattr(duty_thread, "PAUSE_SECONDS", 0.001)
    pause = Once()
    thread = DutyThread("test", "duty", Duties(), "owner", lambda: None, pause, PATIENCE_SECONDS)
    thread.start()
    assert pause.done.wait(PATIENCE_SECONDS)
    thread.stop()
    assert len(told) == 1


def test_a_fault_that_lasts_is_logged_once(told):
    steps = []

    def work():
        steps.append(1)
        raise KeyError("a fault")

    thread = DutyThread("test", "duty", Duties(), "owner", work, lambda seconds: 0.001, PATIENCE_SECONDS)
    thread.start()
    until(lambda: len(steps) > 3)
    thread.stop()
    assert len(told) == 1
