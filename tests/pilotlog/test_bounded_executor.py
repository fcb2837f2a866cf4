"""Places for what runs and waits: bounded, and free again however a call goes."""

import threading

import pytest

from PilotLoggingDIRAC.pilotlog.bounded_executor import BoundedExecutor
from PilotLoggingDIRAC.pilotlog.errors import Overloaded


@pytest.fixture
def pool():
    found = BoundedExecutor("test", 1, 1)
    yield found
    found.shutdown()


def test_more_than_may_run_and_wait_is_refused(pool):
    done = threading.Event()
    running = [pool.submit(done.wait, (60,)) for _ in range(2)]
    with pytest.raises(Overloaded):
        pool.submit(done.wait, (60,))
    done.set()
    assert [answer.result(60) for answer in running] == [True, True]
    assert pool.submit(int, ("7",)).result(60) == 7


def test_place_is_free_again_where_no_thread_could_be_started(pool, monkeypatch):
    def no_thread(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                pool.submit(int, ("7",))
    assert pool.submit(int, ("7",)).result(60) == 7
