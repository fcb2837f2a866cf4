"""The output of all pilots of a job, asked for in the name of whoever wants it."""

from __future__ import annotations

from DIRAC.MonitoringSystem.Client.WebAppClient import WebAppClient
from DIRAC.WorkloadManagementSystem.Client.PilotManagerClient import PilotManagerClient

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed

_HIDDEN = "not shown"

#: For one call; above what the chain of sources may take, and the least that DIRAC's clients wait.
_SECONDS = 120


def delegation(credentials: dict) -> dict[str, str]:
    """The arguments that make a DIRAC client with the host's certificate ask in the caller's name.

    Raises NotAllowed for callers who can't be named to another service, as DIRAC names them by DN and group.
    """
    dn, group = credentials.get("DN"), credentials.get("group")
    if not dn or not group or credentials.get("username") in (None, "", "anonymous"):
        raise NotAllowed("Pilot output is given to registered users with a DN and a group only")
    return {"delegatedDN": dn, "delegatedGroup": group}


def job_pilot_output(job_id: object, in_the_name_of: dict[str, str]) -> dict[str, str]:
    """``StdOut`` and ``StdErr`` of a job's pilots, one after the other, each under its reference.

    A pilot that has no output, or not for the caller, has a line that says so; where it is not for the caller, its
    reference is not shown either. Raises LogNotFound when the job has no known pilots.
    """
    answers = [_output(reference, in_the_name_of) for reference in _references(job_id)]
    return {stream: "".join(_section(answer, stream) for answer in answers) for stream in ("StdOut", "StdErr")}


def _references(job_id: object) -> list[str]:
    """The job's pilots, asked for as the host: DIRAC lets only operators ask, and any user for their output."""
    try:
        number = int(str(job_id))
    except ValueError:
        raise InvalidInput("The job's number is not a number") from None
    result = PilotManagerClient().getPilots(number, timeout=_SECONDS)
    if not result["OK"]:
        raise LogNotFound(f"DIRAC names no pilots of job {number}")
    return list(result["Value"])


def _output(reference: str, in_the_name_of: dict[str, str]) -> dict[str, str]:
    """A client for each call, as a client belongs to one thread and here also to one caller."""
    result = WebAppClient(useCertificates=True, **in_the_name_of).getPilotOutput(reference, timeout=_SECONDS)
    if result["OK"]:
        return {"Reference": reference} | result["Value"]
    shown = _HIDDEN if result.get("Errno") == NotAllowed.errno else reference
    why = result["Message"]
    texts = {"StdOut": f"Could not retrieve output: {why}", "StdErr": f"Could not retrieve error: {why}"}
    return {"Reference": shown} | texts


def _section(answer: dict[str, str], stream: str) -> str:
    return f"# PilotJobReference: {answer['Reference']}\n\n{answer[stream]}\n"
