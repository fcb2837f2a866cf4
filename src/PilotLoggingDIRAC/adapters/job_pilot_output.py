"""The output of all pilots of a job, requested from DIRAC in the caller's name."""

from __future__ import annotations

import time

from DIRAC.MonitoringSystem.Client.WebAppClient import WebAppClient
from DIRAC.WorkloadManagementSystem.Client.PilotManagerClient import PilotManagerClient

from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, NotAllowed
from PilotLoggingDIRAC.pilotlog.read.job_output import PilotOutput, ask_pilots
from PilotLoggingDIRAC.pilotlog.settings import JobOutputSettings

#: A reference that no pilot has.
_NO_PILOT = "-"

#: Time limit of one call; above that of the chain of sources, and the shortest that DIRAC's clients take.
_SECONDS = 120


def delegation(credentials: dict) -> dict[str, str]:
    """Return the arguments that make a DIRAC client with the host's certificate call in the caller's name.

    Raise NotAllowed for callers without a DN and a group, as DIRAC names callers to other services by these.
    """
    dn, group = credentials.get("DN"), credentials.get("group")
    if not dn or not group or credentials.get("username") in (None, "", "anonymous"):
        raise NotAllowed("Pilot output is given to registered users with a DN and a group only")
    return {"delegatedDN": dn, "delegatedGroup": group}


def job_pilot_output(job_id: int, in_the_name_of: dict[str, str], settings: JobOutputSettings) -> dict[str, str]:
    """Return ``StdOut`` and ``StdErr`` of the job's pilots that the caller may read, each under its reference.

    A pilot without output has a line that says so; a pilot that the caller may not read is left out. Raise NotAllowed
    when none is left, Overloaded when none answered in time. For a job without known pilots raise LogNotFound to
    callers who may read all logs, and NotAllowed to others, after a request for a pilot that does not exist: so both
    refusals take the same time.
    """
    deadline = time.monotonic() + settings.job_output_seconds
    references = _references(job_id)
    found = ask_pilots(
        references or [_NO_PILOT], lambda reference: _output(reference, in_the_name_of), settings, deadline
    )
    if not references:
        raise LogNotFound(f"DIRAC names no pilots of job {job_id}")
    return {"StdOut": found.stdout(), "StdErr": found.stderr()}


def _references(job_id: int) -> list[str]:
    """Return the job's pilots, requested as the host: DIRAC tells them to operators only, their output to any user."""
    result = PilotManagerClient().getPilots(job_id, timeout=_SECONDS)
    return list(result["Value"]) if result["OK"] else []


def _output(reference: str, in_the_name_of: dict[str, str]) -> PilotOutput | None:
    """Return one pilot's output; None for a pilot that the caller may not read.

    Each call has a client of its own, as a client belongs to one thread and here also to one caller.
    """
    result = WebAppClient(useCertificates=True, **in_the_name_of).getPilotOutput(reference, timeout=_SECONDS)
    if result["OK"]:
        return PilotOutput(reference, result["Value"]["StdOut"], result["Value"]["StdErr"])
    if result.get("Errno") == NotAllowed.errno:
        return None
    why = result["Message"]
    return PilotOutput(reference, f"Could not retrieve output: {why}", f"Could not retrieve error: {why}")
