"""The output of a job's pilots: asked at the same time, each judged by itself; refusals tell nothing of a job."""

import threading
import time

import pytest

from PilotLoggingDIRAC.pilotlog.access import REFUSAL
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, NotAllowed, Overloaded
from PilotLoggingDIRAC.pilotlog.model import Output
from PilotLoggingDIRAC.pilotlog.read.job_output import JobOutput, OutputNotRetrieved
from PilotLoggingDIRAC.pilotlog.settings import JobOutputSettings
from tests.waiting import PATIENCE_SECONDS

JOB = 7
FOUR = ["a", "b", "c", "d"]


class Pilots:
    """Pilots of one job with their outputs or errors; a pilot that does not exist has ``unknown``."""

    def __init__(self, unknown=None, **outputs):
        self._unknown = unknown or NotAllowed("no")
        self._outputs = outputs
        self.asked = []

    def references(self, job_id):
        return list(self._outputs) if job_id == JOB else []

    def output(self, reference):
        self.asked.append(reference)
        found = self._outputs.get(reference, self._unknown)
        if isinstance(found, Exception):
            raise found
        return found


class Answering:
    """Pilots of one job, each of which ``ask(reference)`` answers for."""

    def __init__(self, references, ask):
        self._references = references
        self.output = ask

    def references(self, job_id):
        return self._references


def output(reference):
    return Output(f"out of {reference}", f"err of {reference}")


def job_output(pilots, seconds=PATIENCE_SECONDS, at_once=4):
    return JobOutput(pilots, JobOutputSettings(job_output_seconds=seconds, job_pilots_at_once=at_once)).get(JOB)


def gather(references, ask, **settings):
    return job_output(Answering(references, ask), **settings)


def refuse(reference):
    raise NotAllowed("no")


@pytest.fixture
def hang():
    """A question that is answered when the test ends."""
    end = threading.Event()
    yield lambda reference: end.wait(PATIENCE_SECONDS) and output(reference)
    end.set()


def test_outputs_follow_one_another_under_their_references():
    pilots = Pilots(one=Output("out 1", "err 1"), two=Output("out 2"))
    assert job_output(pilots) == {
        "StdOut": "# PilotJobReference: one\n\nout 1\n# PilotJobReference: two\n\nout 2\n",
        "StdErr": "# PilotJobReference: one\n\nerr 1\n# PilotJobReference: two\n\n\n",
    }


def test_pilot_that_is_not_for_the_caller_is_left_out():
    found = job_output(Pilots(one=NotAllowed("no"), two=Output("text")))
    assert found["StdOut"] == "# PilotJobReference: two\n\ntext\n"


def test_pilot_without_output_has_the_reason_and_hides_no_other():
    found = job_output(Pilots(one=OutputNotRetrieved("No source"), two=Output("text")))
    assert found["StdOut"].startswith("# PilotJobReference: one\n\nCould not retrieve output: No source\n")
    assert found["StdErr"].startswith("# PilotJobReference: one\n\nCould not retrieve error: No source\n")
    assert found["StdOut"].endswith("text\n")


@pytest.mark.parametrize("pilots", [Pilots(one=NotAllowed("no")), Pilots()], ids=["hidden", "no job"])
def test_job_whose_pilots_are_hidden_is_refused_as_one_that_is_not_there(pilots):
    with pytest.raises(NotAllowed, match=REFUSAL):
        job_output(pilots)
    assert len(pilots.asked) == 1


def test_caller_who_may_read_all_learns_that_a_job_has_no_pilots():
    with pytest.raises(LogNotFound, match="no pilots of job 7"):
        job_output(Pilots(unknown=OutputNotRetrieved("No such pilot")))


class Unnamed(Pilots):
    """Pilots of a job that DIRAC does not name."""

    def references(self, job_id):
        raise OutputNotRetrieved("no answer")


@pytest.mark.parametrize("unknown", [NotAllowed("no"), OutputNotRetrieved("No such pilot")], ids=["user", "operator"])
def test_job_of_which_dirac_tells_nothing_is_neither_refused_nor_said_to_have_no_pilots(unknown):
    pilots = Unnamed(unknown=unknown)
    with pytest.raises(OutputNotRetrieved):
        job_output(pilots)
    assert len(pilots.asked) == 1


def test_answers_keep_the_order_of_the_pilots():
    second_asked = threading.Event()

    def ask(reference):
        if reference == "a":
            second_asked.wait(PATIENCE_SECONDS)
        else:
            second_asked.set()
        return output(reference)

    found = gather(["a", "b"], ask)
    assert found["StdOut"] == "# PilotJobReference: a\n\nout of a\n# PilotJobReference: b\n\nout of b\n"


def test_pilots_are_asked_at_the_same_time():
    all_there = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    found = gather(FOUR, lambda reference: all_there.wait() >= 0 and output(reference))
    assert found["StdOut"].count("# PilotJobReference: ") == 4


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
    assert found["StdOut"].endswith("out of b\n# 1 more pilots did not answer within 0 s\n")
    assert "slow" not in found["StdOut"] + found["StdErr"]


def test_nobody_is_refused_because_no_pilot_answered(hang):
    with pytest.raises(Overloaded):
        gather(FOUR, hang, seconds=0.05)
    with pytest.raises(Overloaded):
        gather(FOUR, lambda name: hang(name) if name == "d" else refuse(name), seconds=0.3)


def test_an_error_of_a_question_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        gather(FOUR, lambda name: output(str(1 / 0)))
