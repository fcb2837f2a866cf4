"""A search over many logs, call by call; hits are shown as they come."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.search_counts import SearchCounts, group
from PilotLoggingDIRAC.commands.terminal import colours, console, switches
from PilotLoggingDIRAC.commands.terminal.answers import patiently
from PilotLoggingDIRAC.commands.terminal.known_names import tell_unknown
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.read.source_chain import OPENSEARCH
from PilotLoggingDIRAC.pilotlog.text import humanize

FOUND, NOTHING = 0, 2

_DEFAULT_SINCE = "1d"
_MAX_CONTEXT = 20
_DEFAULT_HITS = 1000
_MAX_HITS = 10**9
_PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class Search:
    """One search; its figures grow while ``hits`` are taken."""

    client: CollectorClient
    selection: dict
    pattern: str
    options: dict
    tell: Callable[[str], Any]
    extent: dict = field(default_factory=dict)
    bytes: int = 0
    found: int = 0
    unreadable: list = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _searched: int = 0
    _with_hits: set[tuple[str, str, int]] = field(default_factory=set)

    @property
    def logs(self) -> int:
        """Return the number of logs searched; of engines, which tell only lines, that of the logs with hits."""
        return len(self._with_hits) if self._is_in_engines else self._searched

    @property
    def _is_in_engines(self) -> bool:
        return "Source" in self.options

    def hits(self) -> Iterator[dict | None]:
        """Yield the hits, and None after each call, when the figures have changed."""
        cursor, patience = "", 0.0
        while True:
            answer = patiently(functools.partial(self._call, cursor), patience, self.tell)
            patience = _PATIENCE_SECONDS  # of a search that has begun
            self.extent = answer["Extent"] or self.extent
            self.bytes += answer["Bytes"]
            if not self._is_in_engines:
                self._searched += answer["Logs"]
            self.unreadable += answer["Unreadable"]
            for hit in answer["Hits"]:
                self.found += 1
                if self._is_in_engines:
                    self._with_hits.add((hit["VO"], hit["PilotStamp"], hit["Part"]))
                yield hit
            yield None
            cursor = answer["Cursor"]
            if not cursor:
                return

    def _call(self, cursor: str) -> dict:
        return self.client.searchLogs(self.selection, self.pattern, self.options, cursor)

    def progress(self) -> str:
        """Return the progress in words."""
        places = ("here", "archived") if self.options["Archive"] else ("here",)
        total = sum(self.extent.get(place, (0, 0))[1] for place in places)
        share = f"{min(100 * self.bytes / total, 100):.0f} %, " if total else ""
        hits = humanize.count(self.found, "hit")
        return f"{share}{humanize.size(self.bytes)} of {humanize.size(total)}, {hits}, {self._rate()}"

    def summary(self) -> str:
        """Return the figures of the whole search in words."""
        hits, logs = humanize.count(self.found, "hit"), humanize.count(self.logs, "log")
        return f"{hits} in {logs}, {humanize.size(self.bytes)}, {self._rate()}"

    def left_out(self) -> Iterator[str]:
        """Yield a line for each group of logs that was not searched, with the reason and the remedy."""
        archived, gone = (self.extent.get(place, (0, 0))[0] for place in ("archived", "gone"))
        if archived and not self.options["Archive"]:
            yield f"{humanize.count(archived, 'log')} only in the archive: --Archive searches there too"
        if gone:
            yield f"{humanize.count(gone, 'log')} no longer kept"
        for log in self.unreadable:
            yield f"Not searched: {log['VO']}/{log['PilotStamp']}: {log['Reason']}"

    def _rate(self) -> str:
        seconds = max(time.monotonic() - self.began, 0.001)
        return f"{humanize.span(seconds)} ({humanize.size(self.bytes / seconds)}/s)"


def search(options: Mapping[str, str], pattern: str) -> int:
    """Search as the switches say, show the hits, and return the exit code."""
    context = switches.number(options, "Context", switches.number(options, "C", 0, 0, _MAX_CONTEXT), 0, _MAX_CONTEXT)
    by = group(options)
    most = switches.number(options, "Limit", _MAX_HITS if by else _DEFAULT_HITS, 1, _MAX_HITS)
    asked: dict[str, Any] = {"Context": context}
    asked |= {name: name in options for name in ("Regex", "IgnoreCase", "Archive")}
    if "Source" in options:
        asked["Source"] = _source(options["Source"])
    selection = switches.selection(options, since="" if switches.names_pilots(options) else _DEFAULT_SINCE)
    client = CollectorClient(url=options.get("URL"))
    job = Search(client, selection, pattern, asked, console.remark)
    show = SearchCounts(by, "JSON" in options) if by else _Objects() if "JSON" in options else _Lines(context > 0)
    try:
        complete = _run(job, show, most)
    except KeyboardInterrupt:
        show.end()
        _end(job, "Interrupted: ")
        raise
    show.end()
    _end(job, "" if complete or job.found < most else f"The first of them (--Limit {most}): ")
    if not job.logs:
        tell_unknown(options)
    return FOUND if job.found else NOTHING


def _source(name: str) -> str:
    """Return the source that --Source names, in any case of letters. Raise InvalidInput."""
    if name.lower() != OPENSEARCH.lower():
        raise InvalidInput(f"--Source takes {OPENSEARCH}")
    return OPENSEARCH


def _run(job: Search, show: _Lines | _Objects | SearchCounts, most: int) -> bool:
    """Show hits as they come; return False if there were too many."""
    try:
        for hit in job.hits():
            if hit is None:
                show.flush()
                console.progress(job.progress())
                continue
            console.clear_progress()
            show(hit)
            if job.found >= most or not console.is_read():
                return False
        return True
    finally:
        show.flush()


def _end(job: Search, how: str) -> None:
    console.remark(how + job.summary())
    for text in job.left_out():
        console.remark(text)


class _Lines:
    """The hits as lines under the name of their pilot; with context, hits are separated and no line comes twice."""

    def __init__(self, apart: bool):
        self._apart = apart
        self._pilot: tuple[str, str, int] | None = None
        self._last = 0
        self._after: list[tuple[int, str]] = []

    def __call__(self, hit: dict) -> None:
        """Show one hit, and the lines after the one before."""
        pilot, first = (hit["VO"], hit["PilotStamp"], hit["Part"]), hit["Line"] - len(hit["Before"])
        self.flush(hit["Line"] if pilot == self._pilot else None)
        if pilot != self._pilot:
            self._head(hit)
            self._pilot, self._last = pilot, 0
        elif self._apart and first > self._last + 1:
            console.line("     --", colours.DIM)
        self._lines(enumerate(hit["Before"], first))
        console.line(f"{hit['Line']:>7}: {hit['Text']}")
        self._last = hit["Line"]
        self._after = list(enumerate(hit["After"], hit["Line"] + 1))

    def flush(self, before: int | None = None) -> None:
        """Show the lines after the last hit, up to the next one."""
        self._lines(pair for pair in self._after if before is None or pair[0] < before)
        self._after = []

    def end(self) -> None:
        """Do nothing, as all is shown."""

    def _lines(self, lines) -> None:
        for number, text in lines:
            if number > self._last:
                console.line(f"{number:>7}- {text}", colours.DIM)
                self._last = number

    def _head(self, hit: dict) -> None:
        part = f" part {hit['Part']}" if hit["Part"] != 1 else ""
        where = ", ".join(filter(None, (hit["Site"], hit["PilotReference"])))
        console.line(f"{hit['VO']}/{hit['PilotStamp']}{part}{f' ({where})' if where else ''}", colours.BOLD)


class _Objects:
    """The hits as JSON objects, one per line."""

    def __call__(self, hit: dict) -> None:
        """Show one hit."""
        console.as_json(hit, indent=None)

    def flush(self) -> None:
        """Do nothing, as no line is held back."""

    def end(self) -> None:
        """Do nothing, as all is shown."""
