"""The output of a job's pilots, for those who call a service of ours."""

from __future__ import annotations

from PilotLoggingDIRAC.adapters import job_pilot_output as delegating


def job_pilot_output(job_id: int, credentials: dict) -> dict[str, str]:
    """See ``adapters.job_pilot_output.job_pilot_output``; in the name of the caller with these verified credentials."""
    return delegating.job_pilot_output(job_id, delegating.delegation(credentials))
