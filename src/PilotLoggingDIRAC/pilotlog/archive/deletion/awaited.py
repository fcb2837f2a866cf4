"""Destinations that logs wait for: no text leaves the database before each has it, for a stated time at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ...model import Log
from ..tally import Tally


class UnsentLogs(Protocol):
    """The store as ``Awaited`` needs it."""

    def unsent(self, destinations: Sequence[str], ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        """Return those of the destinations that lack something of logs, by the logs' ids; others are absent.

        A destination lacks nothing of a log that was heard of last before it began. Raise StoreUnavailable.
        """


@dataclass(frozen=True, slots=True)
class Awaited:
    """The destinations of one VO's logs."""

    vo: str
    destinations: Sequence[str]
    store: UnsentLogs
    tally: Tally

    def ready(self, logs: Sequence[Log], given_up_before: datetime) -> list[Log]:
        """Return logs that wait for no destination, or were heard of last before then; tell of those that do wait."""
        if not self.destinations or not logs:
            return list(logs)
        unsent = self.store.unsent(self.destinations, [log.id for log in logs])
        overdue = {log.id for log in logs if log.last_seen <= given_up_before}
        self._tell("wait for", "is not purged yet", unsent, unsent.keys() - overdue)
        self._tell("given up for", "leaves the database without having been sent", unsent, unsent.keys() & overdue)
        return [log for log in logs if log.id not in unsent or log.id in overdue]

    def _tell(self, what: str, became: str, unsent: Mapping[int, Sequence[str]], ids: set[int]) -> None:
        for name, number in sorted(Counter(name for log_id in ids for name in unsent[log_id]).items()):
            self.tally.add(f"logs {what} {name}", number)
            self.tally.problem(f"logs {what} {name} of {self.vo}", f"text that {name} lacks {became}")
