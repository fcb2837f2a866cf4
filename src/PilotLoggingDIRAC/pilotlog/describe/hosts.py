"""Hosts of pilots, as their logs tell at the beginning."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cachetools import LRUCache

from ..diagnose import facts
from ..errors import StoreUnavailable
from ..model import Log

#: The host's name stands in the first messages, or nowhere.
_CHUNKS = 20
#: At most this many logs are remembered; one that was forgotten is read again.
_MAX_LOGS = 100_000
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?", re.ASCII)

Beginnings = Callable[[Sequence[int], int], Mapping[int, bytes]]
"""See ``UnsettledLogs.beginnings``."""


@dataclass(slots=True)
class HostFinder:
    """The finder of hosts. It reads the beginning of a log again only when that has grown, at most ``limit`` logs
    until ``begin`` is called again.
    """

    beginnings: Beginnings
    limit: int
    _looked_at: LRUCache[int, int] = field(default_factory=lambda: LRUCache(_MAX_LOGS))
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin anew to count logs whose beginning is read."""
        self._left = self.limit

    def of(self, logs: Sequence[Log]) -> dict[int, str]:
        """Return the hosts that can be told among logs without one, by the logs' ids.

        Raise StoreUnavailable; after any other error these logs count as looked at, so that others have their turn.
        """
        due = [log for log in logs if not log.host and self._has_grown(log)][: self._left]
        if not due:
            return {}
        self._left -= len(due)
        try:
            texts = self.beginnings([log.id for log in due], _CHUNKS)
            found = {log_id: host_in(text) for log_id, text in texts.items()}
        except StoreUnavailable:
            raise
        except Exception:
            self._note(due)
            raise
        self._note([log for log in due if log.id in texts])
        return {log_id: host for log_id, host in found.items() if host}

    def forget(self, ids: Sequence[int]) -> None:
        """Forget logs that are not looked at any more, or whose hosts could not be written."""
        for log_id in ids:
            self._looked_at.pop(log_id, None)

    def _note(self, logs: Sequence[Log]) -> None:
        self._looked_at.update({log.id: log.next_sequence for log in logs})

    def _has_grown(self, log: Log) -> bool:
        before = self._looked_at.get(log.id, 0)
        return before < min(log.next_sequence, _CHUNKS)


def host_in(text: bytes) -> str:
    """Return the name of the host that a log's text tells, empty if it tells none that can be a name."""
    name = facts.find("host", text)
    return name if _NAME.fullmatch(name) else ""
