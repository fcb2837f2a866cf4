"""The new text of one pilot's log, call by call, up to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from PilotLoggingDIRAC.commands.logs import listing
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound

#: How long to wait for more text after the end of a log: from another node, or from a pilot that runs again.
_LINGER_SECONDS = 10.0
#: The most that ``getLogTail`` takes. The log of a pilot that runs again may have no start, as its text was purged.
ALL_LINES = 100_000


@dataclass(slots=True)
class Following:
    """The reading of one log from its start, or from its last ``lines`` on. ``ask`` calls a method of a collector.

    ``waits``: all that is there was read. ``over``: nothing follows, as the log has ended, or as DIRAC says that the
    pilot has ended and no more text has come for a while.
    """

    ask: Callable[..., dict[str, Any]]
    vo: str
    stamp: str
    lines: int | None = None
    waits: bool = False
    over: bool = False
    _cursor: str | None = None
    _quiet_seconds: float = 0.0

    def read(self, since_seconds: float) -> str:
        """Return the text that comes next, "" if there is none now. ``since_seconds``: the time since the last call.

        Raise what ``ask`` raises.
        """
        page = self._page()
        self._cursor, self.waits = page["Cursor"], page["AtEnd"]
        is_quiet = page["Final"] and not page["Text"]
        self._quiet_seconds = self._quiet_seconds + since_seconds if is_quiet else 0.0
        self.over = bool(page.get("Over")) or (page["Final"] and self._quiet_seconds >= _LINGER_SECONDS)
        return page["Text"]

    def _page(self) -> dict[str, Any]:
        if self._cursor is not None:
            return self.ask("getLog", self.vo, self.stamp, self._cursor)
        if self.lines is None:
            return self.ask("getLog", self.vo, self.stamp, "")
        try:
            return self._tail(self.lines)
        except LogNotFound:
            stored = self._stored_lines()
        try:
            return self._tail(min(self.lines, stored + 1))  # the last line may have no end
        except LogNotFound:
            return self._tail(min(self.lines, max(stored, 1)))

    def _tail(self, lines: int) -> dict[str, Any]:
        return self.ask("getLogTail", self.vo, self.stamp, lines)

    def _stored_lines(self) -> int:
        """Return the number of lines after the last part whose text has left the database.

        Of a log that has ended, and whose earlier text has left, a collector does not give fewer lines than asked for.
        """
        last_first = reversed(listing.parts_of(self.ask, self.vo, self.stamp))
        return sum(part["NumberOfLines"] for part in takewhile(lambda part: part["State"] != "Purged", last_first))
