"""The output of a job's pilots: asked at the same time, bounded, under one deadline, and nobody's is named in vain."""

import threading
import time

import pytest

from PilotLoggingDIRAC.pilotlog.errors import NotAllowed, Overloaded
from PilotLoggingDIRAC.pilotlog.read.job_output import PilotOutput, ask_pilots
from PilotLoggingDIRAC.pilotlog.settings import JobOutputSettings
from tests.waiting import PATIENCE_SECONDS

FOUR = ["a", "b", "c", "d"]


def output(reference):
    return PilotOutput(reference, f"out of {reference}", f"err of {reference}")


def gather(references, ask, seconds=PATIENCE_SECONDS, at_once=4):
    settings = JobOutputSettings(job_output_seconds=seconds, job_pilots_at_once=at_once)
    return ask_pilots(references, ask, settings, time.monotonic() + seconds)


@pytest.fixture
def hang():
    """A question that is answered when the test ends."""
    end = threading.Event()
    yield lambda reference: end.wait(PATIENCE_SECONDS) and output(reference)
    end.set()


def test_answers_keep_the_order_of_the_pilots():
    first_asked = threading.Event()

    def ask(reference):
        if reference == "a":
            first_asked.wait(PATIENCE_SECONDS)
        else:
            first_asked.set()
        return output(reference)

    found = gather(["a", "b"], ask)
    assert found.stdout() == "# PilotJobReference: a\n\nout of a\n# PilotJobReference: b\n\nout of b\n"
    assert found.stderr() == "# PilotJobReference: a\n\nerr of a\n# PilotJobReference: b\n\nerr of b\n"


def test_pilots_are_asked_at_the_same_time():
    all_there = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    found = gather(FOUR, lambda reference: all_there.wait() >= 0 and output(reference))
    assert [answer.reference for answer in found.answers] == FOUR


def test_no_more_than_so_many_are_asked_at_once():
    lock, running, most = threading.Lock(), [], []

    def ask(reference):
        with lock:
            running.append(reference)
            most.append(len(running))
        time.sleep(0.01)
        with lock:
            running.remove(reference)
        return output(reference)

    gather([str(number) for number in range(12)], ask, at_once=3)
    assert max(most) <= 3


def test_pilots_that_do_not_answer_in_time_are_counted_and_not_named(hang):
    began = time.monotonic()
    found = gather(["a", "slow", "b"], lambda name: hang(name) if name == "slow" else output(name), seconds=0.5)
    assert time.monotonic() - began < PATIENCE_SECONDS / 2
    assert found.stdout().endswith("out of b\n# 1 more pilots did not answer within 0 s\n")
    assert "slow" not in found.stdout() + found.stderr()


def test_pilot_that_the_caller_may_not_read_is_left_out():
    found = gather(["a", "b"], lambda name: output(name) if name == "a" else None)
    assert [answer.reference for answer in found.answers] == ["a"] and found.missing == 0


def test_caller_who_may_read_none_is_refused():
    with pytest.raises(NotAllowed):
        gather(FOUR, lambda name: None)


def test_nobody_is_refused_because_no_pilot_answered(hang):
    with pytest.raises(Overloaded):
        gather(FOUR, hang, seconds=0.05)
    with pytest.raises(Overloaded):
        gather(FOUR, lambda name: hang(name) if name == "d" else None, seconds=0.3)


def test_an_error_of_a_question_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        gather(FOUR, lambda name: output(str(1 / 0)))
