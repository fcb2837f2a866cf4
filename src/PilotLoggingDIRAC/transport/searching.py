"""RPC methods of a collector for the last lines of a log, and for searching many logs."""

from __future__ import annotations

from PilotLoggingDIRAC.assembly.access.callers import policy
from PilotLoggingDIRAC.assembly.collector import Collector
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.model import Log, Selection
from PilotLoggingDIRAC.pilotlog.outcome import Fate
from PilotLoggingDIRAC.pilotlog.read.reader import LogPage
from PilotLoggingDIRAC.pilotlog.read.searching import CallersSearch, SearchRequest
from PilotLoggingDIRAC.pilotlog.read.source_chain import COLLECTOR
from PilotLoggingDIRAC.pilotlog.search import search
from PilotLoggingDIRAC.pilotlog.search.line_finder import Hit
from PilotLoggingDIRAC.pilotlog.search.shown_line import shown, shown_beside
from PilotLoggingDIRAC.transport.edge import exported

_MAX_TAIL_LINES = 100_000


class SearchingMixin:
    """Mixin for the collector's handler, whose ``collector``, ``who``, ``audit``, ``_asks`` and ``_parts`` it uses."""

    collector: Collector

    types_getLogTail: list = []

    @exported
    def export_getLogTail(self, vo, stamp, lines):
        """Return the last lines of a pilot's log from the database, at most MaxPageBytes of them.

        :return: S_OK(dict) as of getLog; getLog with its Cursor returns later text
        """
        number = validation.number(lines, "lines", 1, _MAX_TAIL_LINES)
        query, pilot = self.collector.query, self._asks(vo, stamp)
        parts = self._parts(pilot)
        page = query.tail(parts, number, query.settings.max_page_bytes)
        self.audit.page(self.who, "getLogTail", log=pilot, source=COLLECTOR)
        return self._page(page, parts)

    def _page(self, page: LogPage, parts: list[Log]) -> dict:
        answer = {"Text": page.text, "Cursor": page.cursor, "AtEnd": page.at_end, "Final": page.final}
        fate = self.collector.fates.of_log(parts) if page.at_end and not page.final else Fate()
        return answer | {"PilotStatus": fate.status, "SilentSeconds": round(fate.silent_seconds), "Over": fate.over}

    types_searchLogs: list = []

    @exported
    def export_searchLogs(self, selection, pattern, options, cursor=""):
        """Return lines with a pattern in the selected logs that the caller may read, the newest log first.

        Each call does a bounded amount of work; repeat it with the Cursor of the answer until that is empty. When too
        many searches run, a call is refused; try again.

        :param dict selection: see ``pilotlog.read.selection``
        :param str pattern: text, or a regular expression of RE2; it is found within a line
        :param dict options: any of Regex, IgnoreCase, Archive (True or False), Context (lines before and after), and
                             Source: OpenSearch, for the search engines that hold all lines of VOs' logs
        :param str cursor: where to go on, from the call before; "" is the start
        :return: S_OK({"Hits", "Cursor", "Logs", "Bytes", "Unreadable", "Extent"}). Hits are dictionaries with VO,
                 PilotStamp, Part, PilotReference, Site, CE, Host (or the sender's address), Line, Text, Before and
                 After. Logs and Bytes are amounts searched by this call; in engines, Logs is the number of those with
                 hits in this answer. Extent, in the first answer only, has (number, bytes) of the selected logs:
                 ``here`` in the database, ``archived`` only, ``gone``
        """
        search = self.collector.search
        searching = CallersSearch(search, self._resolved, self.audit)
        request = SearchRequest(selection, pattern, options, "searchLogs")
        found = searching.step(self.who, policy(self.who.vo), request, cursor)
        return _answer(found, search.settings.shown_line_bytes)

    def _resolved(self, scope: Scope, wanted: Selection) -> Selection:
        return self.collector.query.every_named(scope, self.collector.fates.resolved(wanted))


def _answer(found: search.SearchResult, limit: int) -> dict:
    return {
        "Hits": [_hit(log, hit, limit) for log, hit in found.hits],
        "Cursor": found.cursor,
        "Logs": found.logs,
        "Bytes": found.bytes,
        "Unreadable": [_pilot(log) | {"Reason": reason} for log, reason in found.unreadable],
        "Extent": {name: list(value) for name, value in (found.extent or {}).items()},
    }


def _hit(log: Log, hit: Hit, limit: int) -> dict:
    return _pilot(log) | {
        "Line": hit.line,
        "Text": shown(hit.text, hit.match, limit),
        "Before": [shown_beside(line, limit) for line in hit.before],
        "After": [shown_beside(line, limit) for line in hit.after],
    }


def _pilot(log: Log) -> dict:
    pilot = {"VO": log.pilot.vo, "PilotStamp": log.pilot.stamp, "Part": log.part}
    return pilot | {"PilotReference": log.reference, "Site": log.site, "CE": log.ce, "Host": search.host_of(log)}
