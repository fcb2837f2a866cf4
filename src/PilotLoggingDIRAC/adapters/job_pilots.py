"""The pilots of a job, and their output, requested from DIRAC's services."""

from __future__ import annotations

from dataclasses import dataclass

from DIRAC import gLogger
from DIRAC.Core.Base.Client import Client
from DIRAC.Core.Utilities.DErrno import EWMSNOPILOT, cmpError
from DIRAC.WorkloadManagementSystem.Client.PilotManagerClient import PilotManagerClient

from PilotLoggingDIRAC.adapters.output_service import OUTPUT_SERVICE
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed
from PilotLoggingDIRAC.pilotlog.model import Output
from PilotLoggingDIRAC.pilotlog.read.job_output import OutputNotRetrieved

_log = gLogger.getSubLogger("PilotLogging")

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


@dataclass(frozen=True, slots=True)
class DelegatedJobPilots:
    """``JobPilots`` of DIRAC's services, with output in the name of the caller whom ``delegation`` returned."""

    in_the_name_of: dict[str, str]

    def references(self, job_id: int) -> list[str]:
        """Return the job's pilots, requested as the host: DIRAC tells them to operators only, their output to any
        user. Raise OutputNotRetrieved.
        """
        result = PilotManagerClient().getPilots(job_id, timeout=_SECONDS)
        if result["OK"]:
            return list(result["Value"])
        if _has_none(job_id, result):
            return []
        _log.error("PilotManager does not tell the pilots of a job", f"{job_id}: {result['Message']}")
        raise OutputNotRetrieved("DIRAC does not tell the job's pilots: try again later")

    def output(self, reference: str) -> Output:
        """Return one pilot's output. Raise NotAllowed, OutputNotRetrieved.

        Each call has a client of its own, as a client belongs to one thread and here also to one caller.
        """
        client = Client(url=OUTPUT_SERVICE, useCertificates=True, **self.in_the_name_of)
        result = client.getPilotOutput(reference, timeout=_SECONDS)
        if result["OK"]:
            return Output(result["Value"]["StdOut"], result["Value"]["StdErr"])
        kind = NotAllowed if result.get("Errno") == NotAllowed.errno else OutputNotRetrieved
        raise kind(result["Message"])


def _has_none(job_id: int, result: dict) -> bool:
    """Return whether an error of ``PilotManager.getPilots`` says that a job has no pilots, or none that is left.

    For a job without pilots the message ends with the job's number, in some versions with a colon after it; what fails
    is told after the colon.
    """
    told = result["Message"].rstrip(": ")
    return told == f"Failed to get pilot for Job {job_id}" or cmpError(result, EWMSNOPILOT)
