"""The output of a job's pilots, for callers of this package's services."""

from __future__ import annotations

from PilotLoggingDIRAC.adapters.job_pilots import DelegatedJobPilots, delegation
from PilotLoggingDIRAC.pilotlog.read.job_output import JobOutput


def job_output(credentials: dict) -> JobOutput:
    """Return the output of jobs for the caller with these verified credentials. Raise NotAllowed for one without a DN
    and a group.
    """
    return JobOutput(DelegatedJobPilots(delegation(credentials)))
