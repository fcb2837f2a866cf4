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
_LATE = timedelta(seconds=10)


class LogFinder:
    """The finder; it goes on where the look before stopped, once what that found was sent.

    A round of looks begins a little before the round before did, the first one before the moment up to which all was
    sent. It ends at the present, with one look or, after an outage, with many.
    """

    def __init__(self, store: ForwardedLogs, settings: ForwardSettings, clock: Clock):
        self._store, self._settings, self._clock = store, settings, clock
        self._since: datetime | None = None
        self._next: datetime | None = None
        self._round: datetime | None = None
        self._began = clock()
        self._state = 0
        self._walked: deque[int] = deque()
        self._taken: list[int] = []
        self._after: LogPosition | None = None
        #: The moment at which the round began that the last look ended, None if what that found was not sent.
        self.looked_at: datetime | None = None

    def look(self, wanted: WantedLogs) -> list[int]:
        """Return the ids of some logs that have something to send, those heard of lately first."""
        limit, self.looked_at = self._settings.forward_logs, None
        self._began = self._round or self._clock()
        if self._since is None:
            self._since = (wanted.caught_up_at or wanted.began) - _LATE
        found, self._next = self._store.recent(wanted, self._since, limit)
        if not self._walked:
            self._walk(wanted)
        self._taken = [self._walked.popleft() for _ in range(min(len(self._walked), limit))]
        return list(dict.fromkeys((*found, *self._taken)))

    def confirm(self) -> None:
        """Go on behind the last look: what it found was sent."""
        if self._next is None:
            self.looked_at, self._since, self._round = self._began, self._began - _LATE, None
        else:
            self._since, self._round = self._next, self._began

    def put_back(self) -> None:
        """Let the next look find what the last one did: nothing is known of its logs, and a destination that is down
        must not look healthy where nothing else is to be sent.
        """
        self._walked.extendleft(reversed(self._taken))

    def _walk(self, wanted: WantedLogs) -> None:
        page, self._after = self._store.walk(wanted, WALKED[self._state], self._after, self._settings.forward_walk_logs)
        self._walked.extend(page)
        if self._after is None:
            self._state = (self._state + 1) % len(WALKED)

    @property
    def has_more(self) -> bool:
        """Return whether the last look left something to the next one."""
        return self._next is not None or bool(self._walked)
