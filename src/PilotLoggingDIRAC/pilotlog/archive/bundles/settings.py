"""Bounds of bundles. Sizes in units of 2²⁰ bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BundleSettings:
    """Conditions that close a bundle, and bounds of one cycle's work on bundles; ``bundle_logs`` 1 makes no bundles."""

    bundle_logs: int = 1
    bundle_mb: int = 64
    bundle_seconds: float = 3600.0
    bundles_rewritten: int = 20
    bundles_removed: int = 100
    bundles_looked_at: int = 1000


@dataclass(frozen=True, slots=True)
class BundleReadSettings:
    """Whole bundles that a reading process keeps on its disk, and after how many reads of one it is fetched whole."""

    bundle_cache_mb: int = 512
    bundle_ranged_reads: int = 4
