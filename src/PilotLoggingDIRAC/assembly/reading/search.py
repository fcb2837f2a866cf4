"""The searches of one process, in the database, in archived copies and in engines."""

from __future__ import annotations

from collections.abc import Iterator

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.adapters.sources.archive import archived_text
from PilotLoggingDIRAC.adapters.storage.bundle_cache import BundleCache
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.assembly.reading.engines import Engines
from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.errors import storing
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
        with storing("an archived copy"), PrivateFolder("search") as folder:
            yield from archived_text(archive, log, folder / "copy.gz")

    def drop_idle(self) -> None:
        """End worker processes that have had nothing to do for a while."""
        self._workers.drop_idle()

    def close(self) -> None:
        """End the worker processes, and remove what they fetched."""
        self._workers.close()
        self._bundles.close()


def searches(db: LogDatabase, option: options.Getter, cursors: Cursors) -> tuple[Searches, ArchivedTexts]:
    """Return the searches, and the archived texts, which their owner has to close."""
    settings = options.fill(SearchSettings, option)
    archived = ArchivedTexts(settings.searches, settings.search_fetch_seconds, archives.bundle_cache(option))
    engines = Engines(settings.search_fetch_seconds)
    of_engines = EngineSearch(engines.places, db.searcher, settings, cursors)
    return Searches(LogSearch(db.searcher, settings, archived, cursors=cursors), of_engines), archived
