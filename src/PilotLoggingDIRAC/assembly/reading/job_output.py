"""The output of a job's pilots, for callers of this package's services."""

from __future__ import annotations

import functools

from PilotLoggingDIRAC.adapters.job_pilots import DelegatedJobPilots, delegation
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.read.job_output import JobOutput
from PilotLoggingDIRAC.pilotlog.settings import JobOutputSettings


def job_output(credentials: dict) -> JobOutput:
    """Return the output of jobs for the caller with these verified credentials. Raise NotAllowed for one without a DN
    and a group.
    """
    return JobOutput(DelegatedJobPilots(delegation(credentials)), _settings())


@functools.cache
def _settings() -> JobOutputSettings:
    return options.fill(JobOutputSettings, options.section(options.SHARED))
