"""The output of a job's pilots, for callers of this package's services."""

from __future__ import annotations

import functools

from PilotLoggingDIRAC.adapters import job_pilot_output as delegating
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.settings import JobOutputSettings


def job_pilot_output(job_id: int, credentials: dict) -> dict[str, str]:
    """Return the output as in ``adapters.job_pilot_output``, for the caller with these verified credentials."""
    return delegating.job_pilot_output(job_id, delegating.delegation(credentials), _settings())


@functools.cache
def _settings() -> JobOutputSettings:
    return options.fill(JobOutputSettings, options.section(options.SHARED))
