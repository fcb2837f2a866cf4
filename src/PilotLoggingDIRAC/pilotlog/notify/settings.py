"""Bounds and intervals of notices. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import DAY, HOUR


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """The agent's looks for problems, and the delivery of digests; ``notice_seconds`` 0 is never."""

    notice_seconds: float = 60.0
    notice_load_percent: float = 10.0
    notice_lease_seconds: float = 120.0
    notice_logs: int = 200_000
    notice_problems: int = 100
    notice_send_seconds: float = 30.0
    notice_senders: int = 4
    notice_waiting: int = 200
    notice_retry_seconds: float = 60.0
    notice_max_retry_seconds: float = 1 * HOUR
    notice_forget_seconds: float = 7 * DAY

    @property
    def delivery_seconds(self) -> float:
        """Return the time for which a digest is one agent's: longer than sending takes with a worker's start."""
        return 2 * self.notice_send_seconds + 120.0


@dataclass(frozen=True, slots=True)
class SubscriptionSettings:
    """The limits of one subscription."""

    percent: float = 50.0
    least_pilots: int = 5
    period_seconds: float = 4 * HOUR
    silent_seconds: float = 6 * HOUR
    window_seconds: float = 1 * HOUR
