"""The search of one collector, in the database and in archived copies."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.adapters.sources.archive import archived_text
from PilotLoggingDIRAC.adapters.storage.bundle_cache import BundleCache
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.assembly.reading.engines import Engines
from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.model import Log
from PilotLoggingDIRAC.pilotlog.read.searching import Searches
from PilotLoggingDIRAC.pilotlog.search.engine_search import EngineSearch
from PilotLoggingDIRAC.pilotlog.search.search import LogSearch
from PilotLoggingDIRAC.pilotlog.settings import SearchSettings


class ArchivedTexts:
    """The text of archived copies, fetched by workers with each VO's own identity."""

    def __init__(self, workers: int, seconds: float, bundles: BundleCache):
        self._workers = WorkerPool(workers)
        self._seconds = seconds
        self._bundles = bundles

    def __call__(self, log: Log) -> Iterator[bytes]:
        """Yield a copy's text in blocks that are the same each time. Raise ArchiveError."""
        self._workers.drop_idle()
        archive = archives.archive(log.pilot.vo, self._workers, self._seconds, self._bundles)
        with tempfile.TemporaryDirectory(prefix="pilotlog-search-") as folder:  # mode 0700
            yield from archived_text(archive, log, Path(folder) / "copy.gz")

    def drop_idle(self) -> None:
        """End worker processes that have had nothing to do for a while."""
        self._workers.drop_idle()

    def close(self) -> None:
        """End the worker processes, and remove what they fetched."""
        self._workers.close()
        self._bundles.close()


def searches(db: LogDatabase, option: options.Getter, cursors: Cursors) -> tuple[Searches, ArchivedTexts]:
    """Return the searches of a collector, and the archived texts that the collector has to close."""
    settings = options.fill(SearchSettings, option)
    archived = ArchivedTexts(settings.searches, settings.search_fetch_seconds, archives.bundle_cache(option))
    engines = Engines(settings.search_fetch_seconds)
    of_engines = EngineSearch(engines.places, db.searcher, settings, cursors)
    return Searches(LogSearch(db.searcher, settings, archived, cursors=cursors), of_engines), archived
