"""Copying what DIRAC knows of pilots into their logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..errors import StoreUnavailable
from ..model import Log, PilotId, PilotInfo
from ..ports import Clock, Pilots
from .custody import UndescribedLogs
from .tally import Tally
from .walk import Walk

#: Time for which a log waits for PilotAgentsDB, so that it is not archived without its reference.
_PATIENCE_SECONDS = 48 * 3600


@dataclass(frozen=True, slots=True)
class Describer:
    """The writer of reference, site, CE and status into logs, before DIRAC forgets their pilots."""

    store: UndescribedLogs
    pilots: Pilots
    tally: Tally

    def known(self, logs: Sequence[Log]) -> Mapping[PilotId, PilotInfo]:
        """Return what DIRAC knows of the logs' pilots, and fill it in where a log lacks it. Raise StoreUnavailable."""
        infos = self.pilots.by_stamp([log.pilot for log in logs]) if logs else {}
        lacking = {log.id: infos[log.pilot] for log in logs if log.pilot in infos and _lacks(log, infos[log.pilot])}
        if lacking:
            self.tally.add("described", self.store.describe(lacking))
        return infos

    def describe(self, logs: Sequence[Log]) -> bool:
        """Look up the pilots of logs that lack a reference. Return False when PilotAgentsDB is unavailable."""
        try:
            self.known([log for log in logs if not log.reference])
        except StoreUnavailable as error:
            self.tally.problem("PilotAgentsDB", str(error))
            return False
        return True

    def walk(self, walk: Walk, limit: int) -> None:
        """Look up one page of the sealed logs that lack a reference: they may wait for their archive for long."""
        page = self.store.undescribed(walk.after, limit)
        self.describe(page)
        walk.move(page, limit)


def _lacks(log: Log, info: PilotInfo) -> bool:
    """Return whether a log lacks its pilot's reference, or has a status that has changed."""
    return not log.reference or (info.status != "" and info.status != log.pilot_status)


def patient_since(clock: Clock) -> datetime:
    """Return the time since when a log must have been heard of to wait for PilotAgentsDB."""
    return clock() - timedelta(seconds=_PATIENCE_SECONDS)
