"""The output of all pilots of a job, as far as the caller may read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..access import REFUSAL
from ..errors import LogNotFound, NotAllowed, PilotLogError
from ..model import Output

#: A reference that no pilot has.
_NO_PILOT = "-"


class OutputNotRetrieved(PilotLogError):
    """The output of one of a job's pilots is not to be had; the message is DIRAC's."""


class JobPilots(Protocol):
    """The pilots of jobs, and their output for one caller."""

    def references(self, job_id: int) -> list[str]:
        """Return the references of a job's pilots; empty if none is known."""

    def output(self, reference: str) -> Output:
        """Return one pilot's output. Raise NotAllowed if the caller may not read it, OutputNotRetrieved."""


@dataclass(frozen=True, slots=True)
class JobOutput:
    """The output of jobs' pilots for one caller."""

    pilots: JobPilots

    def get(self, job_id: int) -> dict[str, str]:
        """Return ``StdOut`` and ``StdErr`` of the job's pilots that the caller may read, each under its reference.

        A pilot without output has a line that says so; a pilot that the caller may not read is left out. Raise
        NotAllowed when none is left. For a job without known pilots raise LogNotFound to callers who may read all logs,
        and NotAllowed to others, after a request for a pilot that does not exist: so both refusals take the same time.
        """
        references = self.pilots.references(job_id)
        outputs = {reference: self._output(reference) for reference in references or [_NO_PILOT]}
        readable = {reference: output for reference, output in outputs.items() if output is not None}
        if not readable:
            raise NotAllowed(REFUSAL)
        if not references:
            raise LogNotFound(f"DIRAC names no pilots of job {job_id}")
        return {
            "StdOut": "".join(_section(reference, output.stdout) for reference, output in readable.items()),
            "StdErr": "".join(_section(reference, output.stderr) for reference, output in readable.items()),
        }

    def _output(self, reference: str) -> Output | None:
        """Return one pilot's output, or the reason why there is none; None if the caller may not read it."""
        try:
            return self.pilots.output(reference)
        except NotAllowed:
            return None
        except OutputNotRetrieved as error:
            return Output(f"Could not retrieve output: {error}", f"Could not retrieve error: {error}")


def _section(reference: str, text: str) -> str:
    return f"# PilotJobReference: {reference}\n\n{text}\n"
