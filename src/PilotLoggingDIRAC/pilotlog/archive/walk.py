"""A walk over many logs, a page in each step, which goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..model import Log


@dataclass(frozen=True, slots=True, order=True)
class LogPosition:
    """A log's position in the order of ``last_seen``, then of the id."""

    last_seen: datetime
    log_id: int

    @classmethod
    def of(cls, log: Log) -> LogPosition:
        """Return the position of a log."""
        return cls(log.last_seen, log.id)


@dataclass(slots=True)
class Walk:
    """A walk's last position, None at its beginning; the next cycle goes on from there."""

    after: LogPosition | None = None

    def move(self, page: Sequence[Log], limit: int) -> bool:
        """Move after a page; after the last page move to the beginning and return False."""
        self.after = LogPosition.of(page[-1]) if len(page) == limit else None
        return self.after is not None
