"""DIRAC's word on pilots whose logs have no end, made from the options of a component."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

from DIRAC import gLogger
from DIRAC.Core.Utilities.ReturnValues import SErrorException

from PilotLoggingDIRAC.adapters.database import utc_now
from PilotLoggingDIRAC.adapters.pilot_records import PilotRecords
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId, PilotInfo
from PilotLoggingDIRAC.pilotlog.read.pilot_statuses import LogFates, OpenLogs, PilotStatuses
from PilotLoggingDIRAC.pilotlog.settings import StatusSettings, StoreSettings

#: One query reads the whole table, and no request waits for its end.
_READ_SECONDS = 60
_log = gLogger.getSubLogger("PilotLogging")


class _Records:
    """PilotAgentsDB, connected at the first look-up: a host may lack its options."""

    def __init__(self, store: StoreSettings):
        self._store = dataclasses.replace(store, read_seconds=_READ_SECONDS, max_connections=1)

    @functools.cached_property
    def _records(self) -> PilotRecords:
        return PilotRecords(settings=self._store)

    def infos(self, pilots: Sequence[PilotId]) -> Mapping[PilotId, PilotInfo]:
        """Return DIRAC's word on pilots. Raise StoreUnavailable."""
        try:
            return self._records.infos(pilots)
        except SErrorException as error:
            raise StoreUnavailable(f"The CS does not say where PilotAgentsDB is: {error.result['Message']}") from error


def log_fates(option: options.Getter, open_logs: OpenLogs, store: StoreSettings) -> LogFates:
    """Return the fates of logs by the options of a component's section; nothing connects before the first question."""
    settings = options.fill(StatusSettings, option)
    return LogFates(PilotStatuses(_Records(store).infos, settings, _report), open_logs, utc_now)


def _report(error: Exception) -> None:
    _log.warn("PilotAgentsDB can't be asked which pilots have ended", str(error))
