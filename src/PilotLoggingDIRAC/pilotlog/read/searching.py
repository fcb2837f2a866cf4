"""The search as callers may use it: by command and page alike, within their reach, with audit lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .. import access
from ..access import Caller, Policy, Scope
from ..model import Selection
from ..search.engine_search import EngineSearch
from ..search.search import LogSearch, SearchQuery, SearchResult
from ..settings import SearchSettings
from . import selection
from .audit import Audit

Resolve = Callable[[Scope, Selection], Selection]
"""Return a selection with what has to be looked up first, such as which pilots have ended.

Raise InvalidInput for one that can't be looked up as a whole: a search tells of all selected logs.
"""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as a caller asks for it; nothing of it was checked. ``method`` is the caller's way in."""

    selection: object
    pattern: object
    options: object
    method: str


@dataclass(frozen=True, slots=True)
class Searches:
    """The searches of a collector: of the database, and of the search engines that hold all lines."""

    database: LogSearch
    engines: EngineSearch

    @property
    def settings(self) -> SearchSettings:
        """Return the limits of a call, which are the same for both."""
        return self.database.settings

    def of(self, query: SearchQuery) -> LogSearch | EngineSearch:
        """Return the search that a query is for."""
        return self.engines if query.engine else self.database


@dataclass(frozen=True, slots=True)
class CallersSearch:
    """The search of many logs, for callers."""

    search: Searches
    resolve: Resolve
    audit: Audit

    def step(self, who: Caller, policy: Policy, request: SearchRequest, cursor: object = "") -> SearchResult:
        """Return the next hits in the selected logs that the caller may read.

        Raise InvalidInput; NothingToRead for a caller without any right; Overloaded when too many search;
        CursorOutdated.
        """
        wanted = selection.selection(request.selection)
        scope = access.require_scope(who, policy)
        context = self.search.settings.search_context_lines
        query = selection.search_query(request.pattern, request.options, context)
        found = self.search.of(query).search(scope, self.resolve(scope, wanted), query, cursor)
        for pilot in {log.pilot for log, _ in found.hits}:
            self.audit.page(who, request.method, log=pilot)
        return found
