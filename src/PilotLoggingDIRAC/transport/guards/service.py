"""Guards for services of either protocol: group membership, and log records of one line."""

from __future__ import annotations

from PilotLoggingDIRAC.transport.guards.log_lines import guard_log
from PilotLoggingDIRAC.transport.guards.membership import guard_membership


def guard_service() -> None:
    """Guard this process; safe to call repeatedly."""
    guard_membership()
    guard_log()
