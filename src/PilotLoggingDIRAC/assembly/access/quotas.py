"""The quotas of VOs from ``Operations``, looked up in a thread of their own so that no request waits."""

from __future__ import annotations

import threading
import time

from cachetools import LRUCache
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
    """The quotas by VO: ``quotas(vo)`` returns the last known settings, or the defaults, at once.

    Settings older than a minute are looked up again meanwhile.
    """

    def __init__(self) -> None:
        self._known: LRUCache[str, tuple[QuotaSettings, float]] = LRUCache(_MAX_VOS)
        self._lock = threading.Lock()
        self._looking = BoundedExecutor("options", 1, _MAX_WAITING)

    def __call__(self, vo: str) -> QuotaSettings:
        now = time.monotonic()
        with self._lock:
            found, until = self._known.get(vo, (QuotaSettings(), now))
            if now < until:
                return found
            self._known[vo] = (found, now + _FRESH_SECONDS)
        try:
            self._looking.submit(self._look, (vo,))
        except Overloaded:
            _log.warn("Too many quotas to look up", vo)
        return found

    def _look(self, vo: str) -> None:
        try:
            settings = options.fill(QuotaSettings, options.operations(vo))
        except Exception as error:  # DIRAC's helpers raise anything; the last settings stay
            _log.exception("Could not look up the quota", vo, lException=error)
            return
        with self._lock:
            self._known[vo] = (settings, time.monotonic() + _FRESH_SECONDS)
