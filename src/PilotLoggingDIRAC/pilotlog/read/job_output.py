"""The output of all pilots of a job, as far as the caller may read it: asked at the same time, under one deadline."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from ..access import REFUSAL
from ..errors import LogNotFound, NotAllowed, Overloaded, PilotLogError
from ..model import Output
from ..settings import JobOutputSettings

#: A reference that no pilot has.
_NO_PILOT = "-"


class OutputNotRetrieved(PilotLogError):
    """DIRAC does not give the output of one of a job's pilots, and the message says why; or it does not tell which
    pilots the job has.
    """


class JobPilots(Protocol):
    """The pilots of jobs, and their output for one caller; used by several threads at a time."""

    def references(self, job_id: int) -> list[str]:
        """Return the references of a job's pilots; empty if it has none. Raise OutputNotRetrieved if DIRAC does not
        tell, with the same message for each job.
        """

    def output(self, reference: str) -> Output:
        """Return one pilot's output. Raise NotAllowed if the caller may not read it, OutputNotRetrieved."""


@dataclass(frozen=True, slots=True)
class JobOutput:
    """The output of jobs' pilots for one caller."""

    pilots: JobPilots
    settings: JobOutputSettings

    def get(self, job_id: int) -> dict[str, str]:
        """Return ``StdOut`` and ``StdErr`` of the job's pilots that the caller may read, each under its reference.

        A pilot without output has a line that says so; a pilot that the caller may not read is left out; those that do
        not answer in time are counted in a last line. Raise NotAllowed when none is left, and Overloaded when it is not
        known of any in time. For a job without known pilots raise LogNotFound to callers who may read all logs, and
        NotAllowed to others, after a request for a pilot that does not exist: so both refusals take the same time.
        Raise OutputNotRetrieved if DIRAC does not tell the pilots, after the same request.
        """
        deadline = time.monotonic() + self.settings.job_output_seconds
        try:
            references = self.pilots.references(job_id)
        except OutputNotRetrieved:
            with suppress(NotAllowed):
                self._ask([_NO_PILOT], deadline)
            raise
        answers = self._ask(references or [_NO_PILOT], deadline)
        if not references:
            raise LogNotFound(f"DIRAC names no pilots of job {job_id}")
        return {
            "StdOut": answers.text({reference: output.stdout for reference, output in answers.outputs.items()}),
            "StdErr": answers.text({reference: output.stderr for reference, output in answers.outputs.items()}),
        }

    def _ask(self, references: Sequence[str], deadline: float) -> _Answers:
        """Return the answers of the pilots, ``job_pilots_at_once`` of which are asked at a time."""
        pool = ThreadPoolExecutor(max(self.settings.job_pilots_at_once, 1), thread_name_prefix="job-output")
        try:
            asked = [(reference, pool.submit(self._output, reference)) for reference in references]
            found = [(reference, *_answered(future, deadline)) for reference, future in asked]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        outputs = {reference: output for reference, done, output in found if done and output is not None}
        missing = sum(not done for _, done, _ in found)
        if not outputs and missing:
            raise Overloaded(f"The job's pilots did not answer within {self.settings.job_output_seconds:.0f} s")
        if not outputs:
            raise NotAllowed(REFUSAL)
        return _Answers(outputs, missing, self.settings.job_output_seconds)

    def _output(self, reference: str) -> Output | None:
        """Return one pilot's output, or the reason why there is none; None if the caller may not read it."""
        try:
            return self.pilots.output(reference)
        except NotAllowed:
            return None
        except OutputNotRetrieved as error:
            return Output(f"Could not retrieve output: {error}", f"Could not retrieve error: {error}")


@dataclass(frozen=True, slots=True)
class _Answers:
    """The output of the pilots that answered in time, by reference, and the number of those that did not.

    Nobody knows of the latter whether the caller may read them, so they have no name here.
    """

    outputs: dict[str, Output]
    missing: int
    seconds: float

    def text(self, streams: Mapping[str, str]) -> str:
        """Return a stream of all pilots, each under its reference."""
        sections = [f"# PilotJobReference: {reference}\n\n{text}\n" for reference, text in streams.items()]
        if self.missing:
            sections.append(f"# {self.missing} more pilots did not answer within {self.seconds:.0f} s\n")
        return "".join(sections)


def _answered(future: Future[Output | None], deadline: float) -> tuple[bool, Output | None]:
    """Return whether there is an answer in time, and the answer."""
    try:
        return True, future.result(max(deadline - time.monotonic(), 0))
    except TimeoutError:
        return False, None
