"""Bounds and intervals of forwarding. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..settings import DAY


class SentContent(StrEnum):
    """Content that a destination is sent: all lines, or those that tell of warnings, errors and phases; with either
    the events of logs.
    """

    ALL = "all"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class ForwardSettings:
    """The agent's looks for what is to be sent, every ``forward_seconds`` if they take less, and the sending.

    A step takes ``forward_logs`` logs at most, reads about ``forward_bytes`` of text at a time, and sends
    ``forward_records`` at once. Each look also looks at ``forward_walk_logs`` logs again, whether or not they
    were heard of lately. A log that an agent works on is free again ``forward_lease_seconds`` later if it dies.
    Requests to send logs again are looked for every ``forward_replay_seconds``. An archived copy is fetched within
    ``forward_fetch_seconds``; a log that can't be read is left out after ``forward_replay_tries``.
    """

    forward_seconds: float = 0.5
    forward_logs: int = 200
    forward_walk_logs: int = 2000
    forward_bytes: int = 2 * 1024 * 1024
    forward_records: int = 1000
    forward_lease_seconds: float = 120.0
    forward_retry_seconds: float = 1.0
    forward_max_retry_seconds: float = 60.0
    forward_alarm_seconds: float = 600.0
    forward_forget_seconds: float = 7 * DAY
    forward_replay_seconds: float = 2.0
    forward_replay_tries: int = 3
    forward_fetch_seconds: float = 60.0
