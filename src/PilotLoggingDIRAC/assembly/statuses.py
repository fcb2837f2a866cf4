"""DIRAC's word on pilots whose logs have no end, made from the options of a component."""

from __future__ import annotations

import dataclasses

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.database import utc_now
from PilotLoggingDIRAC.adapters.pilot_agents import PilotAgents
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.read.pilot_statuses import LogFates, OpenLogs, PilotStatuses
from PilotLoggingDIRAC.pilotlog.settings import StatusSettings, StoreSettings

#: One query reads the whole table, and no request waits for its end.
_READ_SECONDS = 60
_log = gLogger.getSubLogger("PilotLogging")


def log_fates(option: options.Getter, open_logs: OpenLogs, store: StoreSettings) -> LogFates:
    """Return the fates of logs by the options of a component's section; nothing connects before the first question."""
    settings = options.fill(StatusSettings, option)
    store = dataclasses.replace(store, read_seconds=_READ_SECONDS, max_connections=1)
    pilots = PilotAgents(store, stamps_per_query=max(settings.status_pilots, 1))
    return LogFates(PilotStatuses(pilots.by_stamp, settings, _report), open_logs, utc_now)


def problem(store: StoreSettings) -> str:
    """Return why PilotAgentsDB can't be asked at this moment; empty if it can."""
    pilots = PilotAgents(dataclasses.replace(store, max_connections=1))
    try:
        pilots.ask()
    except PilotLogError as error:
        return str(error)
    finally:
        pilots.close()
    return ""


def _report(error: Exception) -> None:
    _log.warn("PilotAgentsDB can't be asked which pilots have ended", str(error))
