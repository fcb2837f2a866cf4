"""The output of a job's pilots: each pilot is judged by itself, and refusals do not tell whether there is a job."""

import pytest

from PilotLoggingDIRAC.pilotlog.access import REFUSAL
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, NotAllowed
from PilotLoggingDIRAC.pilotlog.model import Output
from PilotLoggingDIRAC.pilotlog.read.job_output import JobOutput, OutputNotRetrieved

JOB = 7


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


def test_outputs_follow_one_another_under_their_references():
    pilots = Pilots(one=Output("out 1", "err 1"), two=Output("out 2"))
    assert JobOutput(pilots).get(JOB) == {
        "StdOut": "# PilotJobReference: one\n\nout 1\n# PilotJobReference: two\n\nout 2\n",
        "StdErr": "# PilotJobReference: one\n\nerr 1\n# PilotJobReference: two\n\n\n",
    }


def test_pilot_that_is_not_for_the_caller_is_left_out():
    found = JobOutput(Pilots(one=NotAllowed("no"), two=Output("text"))).get(JOB)
    assert found["StdOut"] == "# PilotJobReference: two\n\ntext\n"


def test_pilot_without_output_has_the_reason_and_hides_no_other():
    found = JobOutput(Pilots(one=OutputNotRetrieved("No source"), two=Output("text"))).get(JOB)
    assert found["StdOut"].startswith("# PilotJobReference: one\n\nCould not retrieve output: No source\n")
    assert found["StdErr"].startswith("# PilotJobReference: one\n\nCould not retrieve error: No source\n")
    assert found["StdOut"].endswith("text\n")


@pytest.mark.parametrize("pilots", [Pilots(one=NotAllowed("no")), Pilots()], ids=["hidden", "no job"])
def test_job_whose_pilots_are_hidden_is_refused_as_one_that_is_not_there(pilots):
    with pytest.raises(NotAllowed, match=REFUSAL):
        JobOutput(pilots).get(JOB)
    assert len(pilots.asked) == 1


def test_caller_who_may_read_all_learns_that_a_job_has_no_pilots():
    with pytest.raises(LogNotFound, match="no pilots of job 7"):
        JobOutput(Pilots(unknown=OutputNotRetrieved("No such pilot"))).get(JOB)
