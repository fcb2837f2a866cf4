"""A line of our own in a pilot's log."""

from __future__ import annotations

from datetime import datetime


def marked_line(now: datetime, what: str) -> bytes:
    """Return a line of our own in a pilot's log, behind whatever the log ended in."""
    return f"\n{now:%Y-%m-%dT%H:%M:%S.%fZ} WARN [PilotLogging] {what}\n".encode()
