"""Marked lines: lines of our own in a pilot's log."""

from __future__ import annotations

from datetime import datetime


def marked_line(now: datetime, what: str) -> bytes:
    """Return a marked line; it begins with a line break, as the text before may end mid-line."""
    return f"\n{now:%Y-%m-%dT%H:%M:%S.%fZ} WARN [PilotLogging] {what}\n".encode()
