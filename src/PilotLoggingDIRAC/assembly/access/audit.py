"""The audit of this process: lines in the service's log, with the options that all services share."""

from __future__ import annotations

import functools

from DIRAC import gLogger

from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.settings import AuditSettings

_log = gLogger.getSubLogger("PilotLogging/Audit")


@functools.cache
def audit() -> Audit:
    """Return the audit; its options are read at the first call."""
    return Audit(_log.notice, options.fill(AuditSettings, options.section(options.SHARED)))
