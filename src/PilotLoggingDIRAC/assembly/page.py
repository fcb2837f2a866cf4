"""The web page of one process, made at the first request, with connections, copies and threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from DIRAC import gLogger
from DIRAC.ConfigurationSystem.Client.Helpers import Registry

from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool, look_after
from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder, remove_abandoned
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.access import audit
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.assembly.reading.search import searches
from PilotLoggingDIRAC.assembly.reading.statuses import fates
from PilotLoggingDIRAC.pilotlog import access
from PilotLoggingDIRAC.pilotlog.access import Caller
from PilotLoggingDIRAC.pilotlog.bounded_executor import BoundedExecutor
from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.model import Log, Selection
from PilotLoggingDIRAC.pilotlog.page.archived_copies import ArchivedCopies
from PilotLoggingDIRAC.pilotlog.page.document import Documents
from PilotLoggingDIRAC.pilotlog.page.figures import Figures, FigureSettings
from PilotLoggingDIRAC.pilotlog.page.live_tail import LiveTail
from PilotLoggingDIRAC.pilotlog.page.log_search import PageSearch, SearcherSettings
from PilotLoggingDIRAC.pilotlog.page.part_text import DatabaseText, text_of
from PilotLoggingDIRAC.pilotlog.page.user_places import UserPlaces
from PilotLoggingDIRAC.pilotlog.page.viewer import Viewer
from PilotLoggingDIRAC.pilotlog.page.watcher import Watcher
from PilotLoggingDIRAC.pilotlog.ports import Archive
from PilotLoggingDIRAC.pilotlog.read.database_watch import DatabaseWatch
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.read.searching import CallersSearch
from PilotLoggingDIRAC.pilotlog.settings import MiB, PageSettings, ReadSettings, SourceSettings, StoreSettings

_MAX_WAITING_FETCHES = 32
_log = gLogger.getSubLogger("PilotLogging")

#: The section of the options of APIs.
_SECTION = "/Systems/{}/APIs/{}"


class WebPage:
    """The parts of the web page: readers, copies, watchers, searchers, threads."""

    def __init__(self, option: options.Getter):
        self.settings = options.fill(PageSettings, option)
        self.contact = option("Contact", "")
        self.portal = _portal(option)
        self.frame_ancestors = option("FrameAncestors", ["'self'"])
        self._db = LogDatabase(settings=options.fill(StoreSettings, option))
        self._fetch_seconds = options.fill(SourceSettings, option).source_seconds
        self._workers, self._bundles = WorkerPool(self.settings.fetches), archives.bundle_cache(option)
        self._folder: PrivateFolder | None = None
        self._making_folder = threading.Lock()
        fetching = BoundedExecutor("fetch", self.settings.fetches, _MAX_WAITING_FETCHES)
        bounds = self.settings.copies_mb * MiB, self.settings.max_copies
        self.copies = ArchivedCopies(self._copies_folder, *bounds, self._archive_for, fetching.submit, _unexpected)
        documents = Documents(lambda log: text_of(log, self._in_database, self.copies.get), self.settings)
        cursors = Cursors(lambda: self._db.identity.look().name, self.settings.identity_seconds)
        query = LogReader(self._db.reader, options.fill(ReadSettings, option), cursors)
        look = DatabaseWatch(self._db.identity.look, self._forget, self.settings.identity_seconds)
        views, diagnoses, jobs = self._db.views, self._db.diagnoses, self._db.pilot_jobs.of
        present = fates(option)
        told = (audit.audit(), present, look, diagnoses.of, jobs, diagnoses.details)
        self.viewer = Viewer(query, views, documents, self.settings, utc_now, *told)
        self.figures = Figures(views, options.fill(FigureSettings, option), utc_now, present, audit.audit())
        self.live_tail = LiveTail(self.viewer)
        self._documents = documents
        self.watcher = Watcher(self._db.views.heads, self.settings, _report)
        self.reading = BoundedExecutor("page", self.settings.threads, self.settings.max_waiting_reads)
        self._make_search(option, query, cursors, present.resolved)
        look_after("page-workers", self._workers, self._searched_copies)

    def _make_search(
        self, option: options.Getter, query: LogReader, cursors: Cursors, resolved: Callable[[Selection], Selection]
    ) -> None:
        """Make the search over many logs, with threads and places of its own: it keeps no reader waiting."""
        bounds = options.fill(SearcherSettings, option)
        search, self._searched_copies = searches(self._db, option, cursors)
        searching = CallersSearch(
            search, lambda scope, wanted: query.every_named(scope, resolved(wanted)), audit.audit()
        )
        self.search = PageSearch(searching, query, bounds)
        self.searching = BoundedExecutor("page-search", search.settings.searches, bounds.max_searchers)
        self.searchers = UserPlaces("searches", bounds.max_searchers, bounds.max_searchers_of_user)

    def _forget(self) -> None:
        """Forget what was read of another database than the present one."""
        _log.warn("The database is another one than before: what was read of it is forgotten")
        self._documents.clear()
        self.live_tail.clear()
        self.copies.clear()

    def _in_database(self, log: Log) -> DatabaseText:
        return DatabaseText(log, self._db.views.sizes, self._db.reader.step)

    def _archive_for(self, log: Log) -> Archive:
        return archives.archive(log.pilot.vo, self._workers, self._fetch_seconds, self._bundles)

    def _copies_folder(self) -> Path:
        with self._making_folder:
            if self._folder is None:
                remove_abandoned()
                self._folder = PrivateFolder("page")
            return self._folder.existing()


def _unexpected(error: Exception) -> None:
    _log.exception("Unexpected error while a copy was fetched", lException=error)


def _report(error: Exception) -> None:
    _log.warn("A look at watched logs failed", f"{type(error).__name__}: {error}")


def _portal(option: options.Getter) -> dict[str, str]:
    """Return the addresses of the portal's applications that are set, by what they show."""
    found = {what: option(name, "") for what, name in (("job", "JobMonitorURL"), ("pilot", "PilotMonitorURL"))}
    for address in filter(None, found.values()):
        if not address.startswith(("https://", "http://")):
            _log.error("Not an address of the portal, it is left out", address)
    return {what: address for what, address in found.items() if address.startswith(("https://", "http://"))}


def whoami(who: Caller, portal: dict[str, str]) -> dict[str, Any]:
    """Return the caller's user name, group, the groups they may change to, and the portal's addresses.

    Raise NotAllowed for ``NOBODY``.
    """
    access.require_known(who)
    groups = Registry.getGroupsForUser(who.user)
    return {"user": who.user, "group": who.group, "groups": groups.get("Value", []), "portal": portal}


_lock = threading.Lock()
_pages: dict[str, WebPage] = {}


def page(full_name: str) -> WebPage:
    """Return this process's page for ``<System>/<API>``; the first call makes it, without a connection."""
    with _lock:
        if full_name not in _pages:
            _pages[full_name] = WebPage(options.section(_SECTION.format(*full_name.split("/"))))
        return _pages[full_name]


def pages() -> list[WebPage]:
    """Return the pages of this process."""
    with _lock:
        return list(_pages.values())
