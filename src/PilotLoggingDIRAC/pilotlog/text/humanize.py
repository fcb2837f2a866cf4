"""Words for people: sizes, spans of time, moments, numbers of things, and the name that may be meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta

from ..errors import InvalidInput

_SPAN = re.compile(r"(\d{1,6})\s*([smhdw])", re.ASCII)
_DAY = re.compile(r"(today|yesterday)? *(\d{1,2}:\d\d(?::\d\d)?)?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SIZES = ("kB", "MB", "GB", "TB", "PB")


def moment(text: str, now: datetime) -> datetime:
    """Return a time in UTC from ISO 8601 text, a span before now (``90s``, ``30m``, ``2h``, ``7d``, ``1w``), or words:
    ``today``, ``yesterday 08:00``. ``08:00`` alone is the last time that it was 8 o'clock.

    Raise InvalidInput.
    """
    ago, day = _SPAN.fullmatch(text.strip()), _DAY.fullmatch(text.strip().lower())
    try:
        if day and any(day.groups()):
            return _on_day(day[1] or "", day[2] or "00:00", now)
        if ago:
            return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
        found = datetime.fromisoformat(text.strip())
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except OverflowError:
        raise InvalidInput(f"{text} is too long ago") from None
    except ValueError:
        raise InvalidInput(
            f"{text} is neither a time (2026-11-21T08:00, 08:00, yesterday) nor how long ago (2h, 7d)"
        ) from None


def _on_day(name: str, clock: str, now: datetime) -> datetime:
    """Return a time of the named day; without a name, of the last day on which it is not later than now."""
    found = datetime.combine(
        now.date(), time.fromisoformat(clock.zfill(5) if clock.count(":") == 1 else clock.zfill(8))
    )
    if name == "yesterday" or (not name and found > now):
        found -= timedelta(days=1)
    return found


def size(number: float) -> str:
    """Return bytes in decimal units: ``812 B``, ``4.3 kB``, ``12 GB``."""
    if number < 1000:
        return f"{number:.0f} B"
    for unit in _SIZES:
        number /= 1000
        if number < 999.5 or unit == _SIZES[-1]:
            return f"{number:.1f} {unit}" if number < 9.95 else f"{number:.0f} {unit}"
    raise AssertionError("unreachable")


def span(seconds: float) -> str:
    """Return a length of time by its largest unit: ``45 s``, ``12 min``, ``5 h``, ``3 days``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * 86400:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} days"


def count(number: int, what: str) -> str:
    """Return a number of things: ``1 log``, ``1,234 logs``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def meant(name: str, known: Collection[str]) -> str:
    """Return ``; there is <name>`` with the known name that is most like one that nobody knows, empty without any."""
    near = difflib.get_close_matches(name, known, 1)
    return f"; there is {near[0]}" if near else ""
