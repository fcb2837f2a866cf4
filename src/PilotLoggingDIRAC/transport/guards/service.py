"""What holds for services of either protocol: who a caller is, and that nobody forges a line of the log."""

from __future__ import annotations

from PilotLoggingDIRAC.transport.guards.log_lines import guard_log
from PilotLoggingDIRAC.transport.guards.membership import guard_membership


def guard_service() -> None:
    """Guard this process; once is enough, and more does no harm."""
    guard_membership()
    guard_log()
