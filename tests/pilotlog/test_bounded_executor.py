"""Places for what runs and waits: bounded, and free again however a call goes."""

import gc
import threading
import weakref

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


def test_what_no_thread_can_be_started_for_is_refused_and_never_run(pool, no_threads):
    ran = []
    with no_threads():
        for number in range(3):
            with pytest.raises(Overloaded):
                pool.submit(ran.append, (number,))
    pool.submit(ran.append, ("later",)).result(60)
    assert ran == ["later"]


def test_arguments_of_what_was_refused_are_dropped_at_once(pool, no_threads):
    body = threading.Event()
    held = weakref.ref(body)
    with no_threads(), pytest.raises(Overloaded):
        pool.submit(print, (body,))
    del body
    gc.collect()
    assert held() is None


def test_what_another_thread_has_begun_is_answered_where_no_more_can_be_started(monkeypatch):
    pool = BoundedExecutor("test", 2, 1)
    free, begun = threading.Event(), threading.Event()
    pool.submit(free.wait, (60,))

    def late_failure(thread):
        free.set()
        begun.wait(60)
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", late_failure)
        answer = pool.submit(lambda: begun.set() or 7, ())
    assert answer.result(60) == 7
    pool.shutdown()


def test_what_waits_is_cancelled_by_the_shutdown(pool):
    done, begun = threading.Event(), threading.Event()
    running, waiting = pool.submit(lambda: begun.set() or done.wait(60), ()), pool.submit(done.wait, (60,))
    assert begun.wait(60)
    pool.shutdown()
    assert waiting.cancelled()
    done.set()
    assert running.result(60)


def test_error_of_the_function_is_that_of_the_answer(pool):
    with pytest.raises(ValueError, match="seven"):
        pool.submit(int, ("seven",)).result(60)
