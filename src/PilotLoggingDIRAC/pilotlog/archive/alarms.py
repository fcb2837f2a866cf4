"""Alarms about problems that last."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


class Alarms:
    """The alarms of one component: each problem is reported once when it begins, and once when it is over."""

    def __init__(
        self,
        began: Callable[[str, str], None],
        ended: Callable[[str], None],
        quiet_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        updated: Callable[[], None] = lambda: None,
    ):
        """Create alarms. A problem is over after ``quiet_seconds`` of absence; until then it is the same problem.

        ``updated`` is called at the end of each ``update``, also when there is nothing to report.
        """
        self._began = began
        self._ended = ended
        self._quiet_seconds = quiet_seconds
        self._monotonic = monotonic
        self._updated = updated
        self._seen: dict[str, float] = {}

    def update(self, problems: Mapping[str, str], open_question: Callable[[str], bool] = lambda subject: False) -> None:
        """Report those of all present problems that are new, and earlier ones that are over.

        A subject for which ``open_question`` returns True was not looked at: its alarm stays as it was.
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
        self._updated()
