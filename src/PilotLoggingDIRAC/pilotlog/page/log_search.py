"""The search over many logs on the page, step by step, as plain dictionaries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .. import access
from ..model import Log
from ..read.reader import LogReader
from ..read.searching import CallersSearch, SearchRequest
from ..search.line_finder import Hit
from ..search.search import SearchResult, host_of
from ..search.shown_line import shown
from .viewer import Asked, PageCaller, words

_METHOD = "page"
_OPTIONS = ("Regex", "IgnoreCase", "Archive")
_APART = ("Pattern", "Cursor", "Context", *_OPTIONS)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
#: How near a line's own time has to be to the times of its log, which are the database's, for it to count.
_NEAR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SearcherSettings:
    """Bounds of searches over many logs on the page, besides those of their steps."""

    max_searchers: int = 20
    max_searchers_of_user: int = 2
    search_stream_seconds: float = 120.0
    search_stream_hits: int = 20_000
    found_line_bytes: int = 512


@dataclass(frozen=True, slots=True)
class PageSearch:
    """The answers to a search on the page. Raise the errors of ``CallersSearch``."""

    searching: CallersSearch
    query: LogReader
    settings: SearcherSettings

    def step(self, reader: PageCaller, asked: Asked, cursor: str) -> dict[str, Any]:
        """Return the next hits, with amounts searched by this step: ``logs``, ``bytes``; ``extent``, in the first step
        only, is (number, bytes) of the selected logs by place. ``cursor`` is where to go on, "" at the end.
        """
        found = self.searching.step(reader.caller, reader.policy, _request(asked), cursor)
        scope = access.scope(reader.caller, reader.policy)
        before = self.query.lines_before(scope, [log for log, _ in found.hits])
        return {
            "hits": [self._hit(log, hit, before.get(log.id, 0)) for log, hit in found.hits],
            "cursor": found.cursor,
            "logs": found.logs,
            "bytes": found.bytes,
            "extent": found.extent,
            "unreadable": _unreadable(found),
        }

    def _hit(self, log: Log, hit: Hit, before: int) -> dict[str, Any]:
        text = shown(hit.text, hit.match, self.settings.found_line_bytes)
        return _place(log) | {"line": before + hit.line, "text": text, "time": _time(text, log).isoformat() + "Z"}


def _request(asked: Asked) -> SearchRequest:
    """Return the request in the words of a query string; of several patterns the last counts."""
    selected = {name: words(values) for name, values in asked.items() if name not in _APART}
    options = {name: asked[name][-1] == "true" for name in _OPTIONS if asked.get(name)}
    return SearchRequest(selected, asked.get("Pattern", [""])[-1], options, _METHOD)


def _place(log: Log) -> dict[str, Any]:
    """Return the pilot, and where it ran; the host as its log tells, else the address that its messages came from."""
    return {"vo": log.pilot.vo, "stamp": log.pilot.stamp, "site": log.site, "ce": log.ce, "host": host_of(log)}


def _unreadable(found: SearchResult) -> list[Mapping[str, str]]:
    return [{"vo": log.pilot.vo, "stamp": log.pilot.stamp, "reason": reason} for log, reason in found.unreadable]


def _time(text: str, log: Log) -> datetime:
    """Return the time in a line's header, or that of the last message of its log."""
    match = _TIME.match(text)
    try:
        time = datetime.fromisoformat(match.group()) if match else log.last_seen
    except ValueError:  # the digits are no time
        return log.last_seen
    return time if log.first_seen - _NEAR <= time <= log.last_seen + _NEAR else log.last_seen
