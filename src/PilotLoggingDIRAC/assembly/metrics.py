"""The figures of this process: of the collectors and pages that it has, and of the database that all share."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from PilotLoggingDIRAC.adapters.database import PilotLoggingDB
from PilotLoggingDIRAC.assembly.collector import collectors
from PilotLoggingDIRAC.assembly.page import pages
from PilotLoggingDIRAC.pilotlog.admin import metrics as figures
from PilotLoggingDIRAC.pilotlog.admin.metrics import Figure
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings, StoreSettings

#: Logs are counted by state: of millions this takes a second, so not at each scrape.
_STORE_SECONDS = 30.0


class Metrics:
    """Gathers the figures; one for a process."""

    def __init__(self) -> None:
        self._query = LogReader(PilotLoggingDB(settings=StoreSettings(max_connections=1)).reader, ReadSettings())
        self._lock = threading.Lock()
        self._known: tuple[float, dict | None] = (-_STORE_SECONDS, None)

    def figures(self) -> list[Figure]:
        """All figures, those of the database at most half a minute old."""
        return figures.merged(self._all())

    def _all(self) -> Iterator[Figure]:
        for name, collector in collectors().items():
            found = figures.collector_figures(collector.intake.status(), collector.intake.histograms())
            yield from (figures.labelled(figure, "collector", name) for figure in found)
        for page in pages():
            yield from figures.page_figures(page.watcher.number, page.copies.bytes)
        yield from figures.store_figures(self._store())

    def _store(self) -> dict | None:
        with self._lock:
            if time.monotonic() - self._known[0] >= _STORE_SECONDS:
                self._known = (time.monotonic(), self._read())
            return self._known[1]

    def _read(self) -> dict | None:
        try:
            return self._query.status()
        except StoreUnavailable:
            return None


_lock = threading.Lock()
_metrics: list[Metrics] = []


def metrics() -> Metrics:
    """Those of this process; made at the first call."""
    with _lock:
        if not _metrics:
            _metrics.append(Metrics())
        return _metrics[0]
