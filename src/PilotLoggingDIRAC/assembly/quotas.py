"""The quotas of VOs as ``Operations`` has them, looked up where no request waits for it."""

from __future__ import annotations

import time

from DIRAC import gLogger

from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.bounded_executor import BoundedExecutor
from PilotLoggingDIRAC.pilotlog.errors import Overloaded
from PilotLoggingDIRAC.pilotlog.settings import QuotaSettings

_FRESH_SECONDS = 60.0
_MAX_WAITING = 1000
_MAX_VOS = 1000
_log = gLogger.getSubLogger("PilotLogging")


class QuotaOptions:
    """``options(vo)`` answers at once with what is known, the defaults before anything is; a minute later it is
    looked up anew, in a thread of its own.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[QuotaSettings, float]] = {}
        self._looking = BoundedExecutor("options", 1, _MAX_WAITING)

    def __call__(self, vo: str) -> QuotaSettings:
        now = time.monotonic()
        found, until = self._known.get(vo, (QuotaSettings(), now))
        if now >= until:
            if len(self._known) >= _MAX_VOS:
                self._known.clear()
            self._known[vo] = (found, now + _FRESH_SECONDS)
            try:
                self._looking.submit(self._look, (vo,))
            except Overloaded:
                _log.warn("Too many quotas to look up", vo)
        return found

    def _look(self, vo: str) -> None:
        try:
            settings = options.fill(QuotaSettings, options.operations(vo))
        except Exception as error:  # DIRAC's helpers raise what they like; the last settings count on
            _log.exception("Could not look up the quota", vo, lException=error)
            return
        self._known[vo] = (settings, time.monotonic() + _FRESH_SECONDS)
