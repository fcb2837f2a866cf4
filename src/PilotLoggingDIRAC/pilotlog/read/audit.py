"""Who read which log, and who was refused: one line each for the service's log, without text of a log or of a caller.

What goes into a line is known before: names of the Registry, names that ``validation`` let pass, an error's class. It is
reduced to printable characters all the same, so that nobody forges a line.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

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
    """Writes the lines, ``write(event, facts)``; of those that would come in floods one in a while, with a count."""

    def __init__(
        self,
        write: Callable[[str, str], None],
        settings: AuditSettings,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._write = write
        self._quiet = _Quiet(settings.audit_quiet_seconds, settings.audit_max_remembered, monotonic)

    def read(self, who: Caller, method: str, **facts: object) -> None:
        """A log was read as a whole."""
        self._line(READ, who, method, facts)

    def page(self, who: Caller, method: str, **facts: object) -> None:
        """A page of a log was read: a line for the first one by this caller, then one in a while."""
        self._seldom(READ, who, method, facts)

    def listed(self, who: Caller, method: str, wanted: Selection, records: int) -> None:
        """Logs were listed: the line has which fields were selected by, not the values."""
        self._line(LISTED, who, method, {"keys": ",".join(wanted.given), "records": records})

    def refused(self, who: Caller, method: str, error: PilotLogError, **facts: object) -> None:
        """A call was refused; the line has the error's name alone."""
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
    """Which of the same things to tell of: the first, and one a while later for all that came meanwhile."""

    def __init__(self, seconds: float, max_remembered: int, monotonic: Callable[[], float]):
        self._seconds = seconds
        self._max_remembered = max_remembered
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._told: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def number(self, thing: Hashable) -> int:
        """How many of this thing there were since it was told of last, this one included; 0: don't tell now."""
        now = self._monotonic()
        with self._lock:
            since, number = self._told.pop(thing, (now - self._seconds, 0))
            due = now - since >= self._seconds
            self._told[thing] = (now, 0) if due else (since, number + 1)
            while len(self._told) > self._max_remembered:
                self._told.popitem(last=False)
        return number + 1 if due else 0
