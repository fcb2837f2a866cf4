"""The output of all pilots of a job, asked for in the name of whoever wants it."""

from __future__ import annotations

from DIRAC.MonitoringSystem.Client.WebAppClient import WebAppClient
from DIRAC.WorkloadManagementSystem.Client.PilotManagerClient import PilotManagerClient

from PilotLoggingDIRAC.pilotlog.access import REFUSAL
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, NotAllowed

#: A reference that no pilot has.
_NO_PILOT = "-"

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


def job_pilot_output(job_id: int, in_the_name_of: dict[str, str]) -> dict[str, str]:
    """``StdOut`` and ``StdErr`` of those of a job's pilots that are for the caller, each under its reference.

    A pilot that has no output has a line that says so; one that is not for the caller is left out. Raises NotAllowed
    when that leaves none and, to who may not read all logs, when the job has no known pilots: it then asks for one
    that is not there, so that both answers take the same time. Raises LogNotFound to the others.
    """
    references = _references(job_id)
    found = [_output(reference, in_the_name_of) for reference in references or [_NO_PILOT]]
    answers = [answer for answer in found if answer is not None]
    if not answers:
        raise NotAllowed(REFUSAL)
    if not references:
        raise LogNotFound(f"DIRAC names no pilots of job {job_id}")
    return {stream: "".join(_section(answer, stream) for answer in answers) for stream in ("StdOut", "StdErr")}


def _references(job_id: int) -> list[str]:
    """The job's pilots, asked for as the host: DIRAC lets only operators ask, and any user for their output."""
    result = PilotManagerClient().getPilots(job_id, timeout=_SECONDS)
    return list(result["Value"]) if result["OK"] else []


def _output(reference: str, in_the_name_of: dict[str, str]) -> dict[str, str] | None:
    """None for a pilot that is not for the caller.

    A client for each call, as a client belongs to one thread and here also to one caller.
    """
    result = WebAppClient(useCertificates=True, **in_the_name_of).getPilotOutput(reference, timeout=_SECONDS)
    if result["OK"]:
        return {"Reference": reference} | result["Value"]
    if result.get("Errno") == NotAllowed.errno:
        return None
    why = result["Message"]
    texts = {"StdOut": f"Could not retrieve output: {why}", "StdErr": f"Could not retrieve error: {why}"}
    return {"Reference": reference} | texts


def _section(answer: dict[str, str], stream: str) -> str:
    return f"# PilotJobReference: {answer['Reference']}\n\n{answer[stream]}\n"
