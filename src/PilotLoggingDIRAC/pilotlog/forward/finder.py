"""The finder of logs that have something to send to one destination.

Nothing can be missed for long: logs that were heard of lately are looked for in each look, and beside that all logs in
the store are walked, a bounded number in each look. So text that a collector stored long after it came is found, and
logs that were archived meanwhile; the order in which transactions commit does not matter, as each log has its cursor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from datetime import datetime, timedelta

from ..archive.walk import LogPosition
from ..ports import Clock
from .cursor import WALKED, ForwardedLogs, RecentLogs, WantedLogs
from .settings import ForwardSettings

#: How long after it was received a message may still be committed; the walk finds what comes later.
_LATE = timedelta(seconds=10)


class LogFinder:
    """The finder; it goes on where the look before stopped, once what that found was sent.

    A round of looks begins a little before the round before did, the first one before the moment up to which all was
    sent. It ends at the present, with one look or, after an outage, with many. Of logs that others lease nobody knows
    whether they are sent, as their holder may hang or be dead: the next round begins with the first of them.
    """

    def __init__(self, store: ForwardedLogs, settings: ForwardSettings, clock: Clock):
        self._store, self._settings, self._clock = store, settings, clock
        self._since: datetime | None = None
        self._found = RecentLogs(())
        self._round: datetime | None = None
        self._leased: datetime | None = None
        self._began = clock()
        self._state = 0
        self._walked: deque[int] = deque()
        self._taken: list[int] = []
        self._after: LogPosition | None = None
        #: The moment at which the round began that the last look ended, None if what that found was not all sent.
        self.looked_at: datetime | None = None

    def look(self, wanted: WantedLogs) -> list[int]:
        """Return the ids of some logs that have something to send, those heard of lately first.

        Without ``confirm`` the next look finds what this one did: nothing is known of its logs, and a destination that
        is down must not look healthy where nothing else is to be sent.
        """
        limit, self.looked_at = self._settings.forward_logs, None
        self._began = self._round or self._clock()
        if self._since is None:
            self._since = (wanted.caught_up_at or wanted.began) - _LATE
        self._found = self._store.recent(wanted, self._since, limit)
        self._walked.extendleft(reversed(self._taken))
        self._taken = []
        if not self._walked:
            self._walk(wanted)
        self._taken = [self._walked.popleft() for _ in range(min(len(self._walked), limit))]
        return list(dict.fromkeys((*self._found.ids, *self._taken)))

    def confirm(self, claimed: Collection[int]) -> None:
        """Go on after the last look: what was claimed of it was sent, all else is leased by others."""
        since = self._since if set(self._found.ids).difference(claimed) else None
        self._leased = min(filter(None, (self._leased, self._found.leased_since, since)), default=None)
        self._taken = []
        if self._found.next_since is None:
            self.looked_at = None if self._leased else self._began
            self._since = min(filter(None, (self._leased, self._began - _LATE)))
            self._round = self._leased = None
        else:
            self._since, self._round = self._found.next_since, self._began

    @property
    def has_leased(self) -> bool:
        """Return whether others lease logs that have something to send, as far as the last look tells."""
        return self._found.leased_since is not None

    def _walk(self, wanted: WantedLogs) -> None:
        page, self._after = self._store.walk(wanted, WALKED[self._state], self._after, self._settings.forward_walk_logs)
        self._walked.extend(page)
        if self._after is None:
            self._state = (self._state + 1) % len(WALKED)

    @property
    def has_more(self) -> bool:
        """Return whether the last look left something to the next one."""
        return self._found.next_since is not None or bool(self._walked)
