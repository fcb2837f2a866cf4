"""How often values fell where: counts for a histogram, without a library."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Sequence


class Distribution:
    """Counts of values by upper bounds; several threads may observe."""

    def __init__(self, bounds: Sequence[float]):
        """``bounds`` grow; values above the last one are counted too."""
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0
        self._lock = threading.Lock()

    def observe(self, value: float) -> None:
        """Count a value."""
        with self._lock:
            self._counts[bisect_left(self._bounds, value)] += 1
            self._sum += value

    def snapshot(self) -> tuple[list[tuple[float, int]], float]:
        """([(upper bound, values up to it)], sum of all values); the last bound is infinite."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        found, so_far = [], 0
        for bound, number in zip((*self._bounds, float("inf")), counts, strict=True):
            so_far += number
            found.append((bound, so_far))
        return found, total
