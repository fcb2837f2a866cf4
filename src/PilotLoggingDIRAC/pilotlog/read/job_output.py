"""The output of all pilots of a job: they are asked at the same time, under one deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from ..access import REFUSAL
from ..errors import NotAllowed, Overloaded
from ..settings import JobOutputSettings


@dataclass(frozen=True, slots=True)
class PilotOutput:
    """Text of one pilot of a job; in the place of text that is not there it says why."""

    reference: str
    stdout: str
    stderr: str


AskPilot = Callable[[str], PilotOutput | None]
"""Returns the output of the pilot with a reference; None for a pilot that the caller may not read."""


@dataclass(frozen=True, slots=True)
class JobOutput:
    """The pilots that answered in time, in order, and the number of those that did not.

    Nobody knows of the latter whether the caller may read them, so they have no name here.
    """

    answers: tuple[PilotOutput, ...]
    missing: int
    seconds: float

    def stdout(self) -> str:
        """Return the standard output of all pilots, each under its reference."""
        return self._text([answer.stdout for answer in self.answers])

    def stderr(self) -> str:
        """Return the standard error of all pilots, each under its reference."""
        return self._text([answer.stderr for answer in self.answers])

    def _text(self, texts: Sequence[str]) -> str:
        pairs = zip(self.answers, texts, strict=True)
        sections = [f"# PilotJobReference: {answer.reference}\n\n{text}\n" for answer, text in pairs]
        if self.missing:
            sections.append(f"# {self.missing} more pilots did not answer within {self.seconds:.0f} s\n")
        return "".join(sections)


def ask_pilots(references: Sequence[str], ask: AskPilot, settings: JobOutputSettings, deadline: float) -> JobOutput:
    """Return the output of the pilots that the caller may read, ``job_pilots_at_once`` of them asked at a time.

    Nobody is waited for after ``deadline``, of the monotonic clock. Raise NotAllowed when the caller may read none of
    them, and Overloaded when it is not known of any by then.
    """
    pool = ThreadPoolExecutor(max(settings.job_pilots_at_once, 1), thread_name_prefix="job-output")
    try:
        asked = [pool.submit(ask, reference) for reference in references]
        found = [_answered(future, deadline) for future in asked]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    answers = tuple(answer for done, answer in found if done and answer)
    missing = sum(not done for done, _ in found)
    if not answers and missing:
        raise Overloaded(f"The job's pilots did not answer within {settings.job_output_seconds:.0f} s")
    if not answers:
        raise NotAllowed(REFUSAL)
    return JobOutput(answers, missing, settings.job_output_seconds)


def _answered(future: Future[PilotOutput | None], deadline: float) -> tuple[bool, PilotOutput | None]:
    """Return whether there is an answer in time, and the answer."""
    try:
        return True, future.result(max(deadline - time.monotonic(), 0))
    except TimeoutError:
        return False, None
