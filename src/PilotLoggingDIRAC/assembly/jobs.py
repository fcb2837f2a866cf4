"""The output of a job's pilots, for callers of this package's services."""

from __future__ import annotations

from PilotLoggingDIRAC.adapters import job_pilot_output as delegating


def job_pilot_output(job_id: int, credentials: dict) -> dict[str, str]:
    """Return the output as in ``adapters.job_pilot_output``, for the caller with these verified credentials."""
    return delegating.job_pilot_output(job_id, delegating.delegation(credentials))
