"""The finder of logs that have something to send to one destination.

Nothing can be missed for long: logs that were heard of lately are looked for in each look, and beside that all logs in
the store are walked, a bounded number in each look. So text that a collector stored long after it came is found, and
logs that were archived meanwhile; the order in which transactions commit does not matter, as each log has its cursor.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from ..archive.walk import LogPosition
from ..ports import Clock
from .cursor import WALKED, ForwardedLogs, WantedLogs
from .settings import ForwardSettings

#: A message may be committed so long after the time that it was received; what comes later is found by the walk.
_LATE_SECONDS = 10.0


class LogFinder:
    """The finder; it goes on where the look before stopped."""

    def __init__(self, store: ForwardedLogs, settings: ForwardSettings, clock: Clock):
        self._store, self._settings, self._clock = store, settings, clock
        self._since: datetime | None = None
        self._state = 0
        self._walked: deque[int] = deque()
        self._after: LogPosition | None = None
        #: The moment of the last look that found all recent logs.
        self.looked_at: datetime | None = None

    def look(self, wanted: WantedLogs) -> list[int]:
        """Return the ids of some logs that have something to send, those heard of lately first."""
        now, limit = self._clock(), self._settings.forward_logs
        since = self._since or now - timedelta(seconds=_LATE_SECONDS)
        found = self._store.recent(wanted, since, limit)
        self.looked_at = now if len(found) < limit else None
        if self.looked_at:
            self._since = now - timedelta(seconds=_LATE_SECONDS)
        if not self._walked:
            self._walk(wanted)
        rest = [self._walked.popleft() for _ in range(min(len(self._walked), limit))]
        return list(dict.fromkeys((*found, *rest)))

    def _walk(self, wanted: WantedLogs) -> None:
        page, self._after = self._store.walk(wanted, WALKED[self._state], self._after, self._settings.forward_walk_logs)
        self._walked.extend(page)
        if self._after is None:
            self._state = (self._state + 1) % len(WALKED)

    @property
    def has_more(self) -> bool:
        """Return whether the last look left out something that it had found."""
        return self.looked_at is None or bool(self._walked)
