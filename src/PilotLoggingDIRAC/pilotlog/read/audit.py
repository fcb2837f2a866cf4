"""Audit lines in the service's log: who read which log, and who was refused, without text of a log or of a caller.

A line has only known words: names of the Registry, names that ``validation`` accepted, an error's class. They are
reduced to printable characters all the same, so that nobody forges a line.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Hashable

from cachetools import LRUCache

from ..access import Caller
from ..errors import PilotLogError
from ..model import Selection
from ..settings import AuditSettings

_UNSAFE = re.compile(r"[^A-Za-z0-9_.:/@,+*#()\[\]-]")
_MAX_CHARACTERS = 255

READ = "Read"
LISTED = "Listed"
REFUSED = "Refused"


class Audit:
    """The writer of audit lines, by ``write(event, facts)``. Of lines that repeat, one is written per period, with a
    count.
    """

    def __init__(
        self,
        write: Callable[[str, str], None],
        settings: AuditSettings,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._write = write
        self._quiet = _Quiet(settings.audit_quiet_seconds, settings.audit_max_remembered, monotonic)

    def read(self, who: Caller, method: str, **facts: object) -> None:
        """Write that a whole log was read."""
        self._line(READ, who, method, facts)

    def page(self, who: Caller, method: str, **facts: object) -> None:
        """Write that a page of a log was read: the first one by this caller, then one line per period."""
        self._seldom(READ, who, method, facts)

    def listed(self, who: Caller, method: str, wanted: Selection, records: int) -> None:
        """Write that logs were listed, with the names of the selected fields, not their values."""
        self._line(LISTED, who, method, {"keys": ",".join(wanted.given), "records": records})

    def refused(self, who: Caller, method: str, error: PilotLogError, **facts: object) -> None:
        """Write that a call was refused, with only the error's name."""
        self._seldom(REFUSED, who, method, {"error": type(error).__name__} | facts)

    def _seldom(self, event: str, who: Caller, method: str, facts: dict[str, object]) -> None:
        number = self._quiet.number((event, who.user, who.group, who.address, method, *facts.values()))
        if number:
            self._line(event, who, method, facts | ({"times": number} if number > 1 else {}))

    def _line(self, event: str, who: Caller, method: str, facts: dict[str, object]) -> None:
        known = {"by": f"{who.user}@{who.group}", "from": who.address, "method": method}
        named = [*known.items(), *((name, value) for name, value in facts.items() if value != "")]
        self._write(event, " ".join(f"{name}={_plain(value)}" for name, value in named))


def _plain(value: object) -> str:
    return _UNSAFE.sub("?", str(value)[:_MAX_CHARACTERS])


class _Quiet:
    """A limiter for repeated events: the first is reported, then one per period with the count of all."""

    def __init__(self, seconds: float, max_remembered: int, monotonic: Callable[[], float]):
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._told: LRUCache[Hashable, tuple[float, int]] = LRUCache(max(max_remembered, 1))

    def number(self, thing: Hashable) -> int:
        """Return the number of these events since the last report, this one included; 0: do not report now."""
        now = self._monotonic()
        with self._lock:
            since, number = self._told.get(thing, (now - self._seconds, 0))
            due = now - since >= self._seconds
            self._told[thing] = (now, 0) if due else (since, number + 1)
        return number + 1 if due else 0
