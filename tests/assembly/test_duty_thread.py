"""The thread of a duty, at a process's limit of threads."""

import threading

import pytest

from PilotLoggingDIRAC.assembly.duty_thread import DutyThread
from tests.waiting import PATIENCE_SECONDS


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
