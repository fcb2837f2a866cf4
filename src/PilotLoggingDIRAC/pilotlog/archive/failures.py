"""Failures of storage elements in one cycle, so that one that is down costs little and keeps nobody waiting."""

from __future__ import annotations

from collections import Counter

#: Failures in a row after which a storage element gets no more tries in a cycle.
MAX_FAILURES = 3


class Failures:
    """The failures in a row of each storage element; ``hopeless`` are those that get no more tries."""

    def __init__(self) -> None:
        self._in_a_row: Counter[str] = Counter()
        self.hopeless: set[str] = set()

    def note(self, se: str, succeeded: bool) -> None:
        """Note what came of a try."""
        self._in_a_row[se] = 0 if succeeded else self._in_a_row[se] + 1
        if self._in_a_row[se] >= MAX_FAILURES:
            self.hopeless.add(se)
