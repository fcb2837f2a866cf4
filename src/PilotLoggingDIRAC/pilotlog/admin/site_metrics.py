"""Metrics of pilots by site and outcome, with a bounded number of sites.

Prometheus keeps a series for each value of a label. So only the sites with most pilots have series of their own; the
others are together under ``other``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from ..access import Scope
from ..model import Outcome, Selection
from ..outcome import Fates
from ..ports import Clock
from ..settings import StoreSettings
from .metrics import Metric

OTHER = "other"
#: The site of pilots whose site nobody knows, or not yet.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SiteMetricSettings:
    """Bounds of the metrics by site: the time that they are of, sites of their own, logs that are counted."""

    site_period_seconds: float = 3600.0
    site_refresh_seconds: float = 60.0
    sites: int = 100
    site_logs: int = 100_000


@dataclass(frozen=True, slots=True)
class MetricStoreSettings(StoreSettings):
    """One connection for all scrapes of a process; counting pilots takes longer than a collector's steps."""

    read_seconds: int = 5
    max_connections: int = 1


class SiteNumbers(Protocol):
    """The store as these metrics need it."""

    def by_site(self, scope: Scope, wanted: Selection, most: int) -> Mapping[tuple[str, Outcome], int]:
        """See ``SqlReader.by_site``. Raise StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class SiteMetrics:
    """The figures of pilots of all VOs, read anew at each call."""

    store: SiteNumbers
    settings: SiteMetricSettings
    fates: Fates
    clock: Clock

    def read(self) -> list[Metric]:
        """Return the metrics of this moment. Raise StoreUnavailable."""
        since = self.clock() - timedelta(seconds=self.settings.site_period_seconds)
        wanted = Selection(since=since, silent_before=self.fates.silent_before(), without_checks=True)
        found = self.store.by_site(Scope(everything=True), wanted, self.settings.site_logs)
        return list(site_metrics(found, self.settings.sites))


def site_metrics(found: Mapping[tuple[str, Outcome], int], most: int) -> Iterator[Metric]:
    """Yield the metrics of numbers of pilots by site and outcome; at most ``most`` sites have series of their own.

    A site that is there has all outcomes, so that rates can be made of them.
    """
    own = _largest(found, most)
    numbers = {(site, outcome): 0 for site in _labels(found, own) for outcome in Outcome}
    for (site, outcome), number in found.items():
        numbers[_label(site, own), outcome] += number
    samples: dict[tuple[tuple[str, str], ...], float] = {
        (("site", site), ("outcome", str(outcome))): float(number) for (site, outcome), number in numbers.items()
    }
    text = "Pilots that were heard of within SitePeriodSeconds, an hour, by site and outcome"
    yield Metric("gauge", "pilots", text, samples)


def _largest(found: Mapping[tuple[str, Outcome], int], most: int) -> frozenset[str]:
    """Return the sites with most pilots."""
    totals: Counter[str] = Counter()
    for (site, _), number in found.items():
        totals[site] += number
    ranked = sorted(totals, key=lambda site: (-totals[site], site))
    return frozenset(ranked[:most])


def _labels(found: Iterable[tuple[str, Outcome]], own: frozenset[str]) -> set[str]:
    return {_label(site, own) for site, _ in found}


def _label(site: str, own: frozenset[str]) -> str:
    return (site or UNKNOWN) if site in own else OTHER
