"""What a cycle did and what stands in its way: counts and named problems, for the log and for alarms."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping


class Tally:
    """Counts and problems of one run; several threads may add to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._problems: dict[str, str] = {}

    def add(self, what: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self._counts[what] += number

    def problem(self, subject: str, text: str) -> None:
        """Note what is wrong with a subject (a VO, a database); of several, the last one counts."""
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
        """How often each thing happened; what did not happen is not there."""
        with self._lock:
            return {what: number for what, number in sorted(self._counts.items()) if number}

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by subject."""
        with self._lock:
            return dict(self._problems)


class Alarms:
    """Tells of problems once when they begin, and once when they are over; never each cycle."""

    def __init__(
        self,
        began: Callable[[str, str], None],
        ended: Callable[[str], None],
        quiet_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """A problem is over when it has not been seen for ``quiet_seconds``: one that comes and goes is one problem."""
        self._began = began
        self._ended = ended
        self._quiet_seconds = quiet_seconds
        self._monotonic = monotonic
        self._seen: dict[str, float] = {}

    def update(self, problems: Mapping[str, str], open_question: Callable[[str], bool] = lambda subject: False) -> None:
        """Tell of what is new among all the present problems, and of what is over.

        A subject that ``open_question`` says yes to was not looked at: it stays as it was.
        """
        now = self._monotonic()
        quiet = [subject for subject, seen in self._seen.items() if now - seen >= self._quiet_seconds]
        for subject in sorted(set(quiet) - set(problems)):
            if not open_question(subject):
                del self._seen[subject]
                self._ended(subject)
        for subject in sorted(problems):
            if subject not in self._seen:
                self._began(subject, problems[subject])
            self._seen[subject] = now
