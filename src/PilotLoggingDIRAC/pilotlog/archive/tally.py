"""The tally of a cycle: counts and named problems, for the component's log and for alarms."""

from __future__ import annotations

import threading
from collections import Counter


class Tally:
    """The counts and problems of one run; several threads may add to them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._problems: dict[str, str] = {}

    def add(self, thing: str, number: int = 1) -> None:
        """Count a thing that happened."""
        with self._lock:
            self._counts[thing] += number

    def problem(self, subject: str, text: str) -> None:
        """Note a problem of a subject (a VO, a database); a later one replaces it."""
        with self._lock:
            self._problems[subject] = text

    def merge(self, other: Tally) -> None:
        """Add another run's counts and problems."""
        for what, number in other.counts.items():
            self.add(what, number)
        for subject, text in other.problems.items():
            self.problem(subject, text)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of times that each thing happened; things that did not happen are absent."""
        with self._lock:
            return {what: number for what, number in sorted(self._counts.items()) if number}

    @property
    def problems(self) -> dict[str, str]:
        """Return the problems by subject."""
        with self._lock:
            return dict(self._problems)
