"""Indexes of records in OpenSearch: one for each VO and day (or month) on which logs began.

All records of a log are in one index, and a record that is sent again is in the same one: so its identity, which is
the document's id, keeps it single. The time in a line is the pilot's word, and names no index: a broken clock would
make thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.record import Record

#: What no VO's name has: ``pilotlogs-<vo>@*`` are the indexes of that VO, and of no other.
_BEFORE_DAY = "@"
_PERIODS = {"day": "%Y.%m.%d", "month": "%Y.%m"}
_MONTH = timedelta(days=31)
_MAX_KEYWORD = 1024
#: At most this many months are named; for more of them, all indexes are asked.
_MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Indexes:
    """Names, settings and age of a destination's indexes. ``keep_days`` 0: they stay until somebody deletes them."""

    prefix: str
    period: str
    shards: int
    replicas: int
    refresh_seconds: int
    keep_days: int
    codec: str

    @classmethod
    def of(cls, options: PluginOptions, global_prefix: str) -> Indexes:
        """Return the indexes of a destination. Raise InvalidInput."""
        period = options.text("Period", "day")
        if period not in _PERIODS:
            raise InvalidInput(f"Period of indexes is {period}, and neither of {', '.join(_PERIODS)}")
        return cls(
            prefix=f"{global_prefix}{options.text('Index', 'pilotlogs').lower()}-",
            period=period,
            shards=options.number("Shards", 1),
            replicas=_count(options, "Replicas", 1),
            refresh_seconds=options.number("RefreshSeconds", 5),
            keep_days=_count(options, "KeepDays", 0),
            codec=options.text("Codec", "best_compression"),
        )

    @property
    def pattern(self) -> str:
        """Return the pattern that all of them match."""
        return f"{self.prefix}*{_BEFORE_DAY}*"

    @property
    def template_name(self) -> str:
        """Return the name of their template."""
        return f"{self.prefix}template"

    def of_vo(self, vo: str) -> str:
        """Return the pattern that a VO's indexes match, and no others."""
        return f"{self.prefix}{vo.lower()}{_BEFORE_DAY}*"

    def since(self, vo: str, began: datetime | None, now: datetime) -> list[str]:
        """Return patterns of a VO's indexes of logs that began in the month of a time or later; of all without one."""
        if began is None or (months := (now.year - began.year) * 12 + now.month - began.month) > _MOST_MONTHS:
            return [self.of_vo(vo)]
        first = began.year * 12 + began.month - 1
        named = (divmod(first + number, 12) for number in range(max(months, 0) + 1))
        return [f"{self.of_vo(vo)[:-1]}{year}.{month + 1:02}*" for year, month in named]

    def name(self, record: Record) -> str:
        """Return the index of a record."""
        began = record.began or record.time
        return f"{self.prefix}{record.pilot.vo.lower()}{_BEFORE_DAY}{began.strftime(_PERIODS[self.period])}"

    def outdated(self, names: Iterable[str], now: datetime) -> list[str]:
        """Return those whose logs all began more than ``keep_days`` ago."""
        if not self.keep_days:
            return []
        before = now - timedelta(days=self.keep_days)
        return [name for name in names if (end := self._end(name)) and end < before]

    def _end(self, name: str) -> datetime | None:
        """Return a moment by which all logs of an index had begun; None for a name that isn't ours."""
        day = name.rpartition(_BEFORE_DAY)[2] if name.startswith(self.prefix) else ""
        for period, form in _PERIODS.items():
            try:
                return datetime.strptime(day, form) + (timedelta(days=1) if period == "day" else _MONTH)
            except ValueError:
                continue
        return None

    def template(self) -> dict[str, Any]:
        """Return the template that gives each index its settings and mappings."""
        settings = {
            "number_of_shards": self.shards,
            "number_of_replicas": self.replicas,
            "refresh_interval": f"{self.refresh_seconds}s",
            "codec": self.codec,
        }
        body = {"settings": {"index": settings}, "mappings": {"dynamic": False, "properties": _FIELDS}}
        return {"index_patterns": [self.pattern], "priority": 100, "template": body}


def _count(options: PluginOptions, name: str, default: int) -> int:
    """Return a number that may be 0."""
    return 0 if options.text(name, str(default)) == "0" else options.number(name, default or 1)


_WORD = {"type": "keyword", "ignore_above": _MAX_KEYWORD}
_NUMBER = {"type": "integer"}
_BYTES = {"type": "long", "ignore_malformed": True}
_DETAILS = ("complete", "return_code", "se", "lfn", "guid", "cause", "party", "hint", "line")
_FIELDS: dict[str, Any] = {
    # searched as the document's own id
    "id": {"type": "keyword", "index": False, "doc_values": False},
    **dict.fromkeys(("kind", "vo", "stamp", "site", "ce", "level", "source", "phase"), _WORD),
    **dict.fromkeys(("part", "sequence", "line", "piece"), _NUMBER),
    # a date's milliseconds are too few for lines
    "time": {"type": "date_nanos", "ignore_malformed": True},
    "message": {"type": "text", "norms": False},
    # a flat_object would take any name, and can't be counted by one of them
    "details": {"dynamic": False, "properties": dict.fromkeys(_DETAILS, _WORD) | {"missing_bytes": _BYTES}},
}
