"""The output of a job's pilots, for those who call a service of ours."""

from __future__ import annotations

from PilotLoggingDIRAC.WorkloadManagementSystem.Client import JobPilotOutput


def job_pilot_output(job_id: int, credentials: dict) -> dict[str, str]:
    """See ``JobPilotOutput.job_pilot_output``; in the name of the caller with these verified credentials."""
    return JobPilotOutput.job_pilot_output(job_id, JobPilotOutput.delegation(credentials))
