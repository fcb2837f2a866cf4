"""The metrics of this process: of its collectors and pages, and of the database that all processes share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from cachetools import TTLCache, cached

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.collector import collectors
from PilotLoggingDIRAC.assembly.page import pages
from PilotLoggingDIRAC.pilotlog.admin.metrics import (
    Metric,
    clock_metrics,
    collector_metrics,
    labelled,
    merged,
    page_metrics,
    store_metrics,
)
from PilotLoggingDIRAC.pilotlog.admin.site_metrics import MetricStoreSettings, SiteMetrics, SiteMetricSettings
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings, StatusSettings

SECTION = "/Systems/WorkloadManagement/APIs/PilotLogMetrics"

#: The store counts its logs by state for a second where there are millions: too long for each scrape.
_STORE_SECONDS = 30.0


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        option = options.section(SECTION)
        settings, status = options.fill(SiteMetricSettings, option), options.fill(StatusSettings, option)
        db = LogDatabase(settings=options.fill(MetricStoreSettings, option))
        self._query = LogReader(db.reader, ReadSettings())
        self._sites = SiteMetrics(db.reader, settings, Fates(status, db.clock), db.clock)
        self._store = cached(TTLCache(1, _STORE_SECONDS), lock=threading.Lock())(self._read)
        self._of_sites = cached(TTLCache(1, settings.site_refresh_seconds), lock=threading.Lock())(self._read_sites)

    def gather(self) -> list[Metric]:
        """Return all metrics; those of the database are at most 30 s old, those of sites ``SiteRefreshSeconds``."""
        return merged(self._all())

    def _all(self) -> Iterator[Metric]:
        for name, collector in collectors().items():
            found = [
                *collector_metrics(collector.receiver.status(), collector.receiver.histograms()),
                *clock_metrics(collector.db.clock.difference),
            ]
            yield from (labelled(metric, "collector", name) for metric in found)
        for page in pages():
            yield from page_metrics(page.watcher.number, page.copies.bytes)
        yield from store_metrics(self._store())
        yield from self._of_sites()

    def _read(self) -> dict[str, Any] | None:
        try:
            return self._query.status()
        except StoreUnavailable:
            return None

    def _read_sites(self) -> list[Metric]:
        try:
            return self._sites.read()
        except StoreUnavailable:
            return []


_lock = threading.Lock()
_metrics: list[Metrics] = []


def metrics() -> Metrics:
    """Return the metrics of this process, which are made at the first call."""
    with _lock:
        if not _metrics:
            _metrics.append(Metrics())
        return _metrics[0]
