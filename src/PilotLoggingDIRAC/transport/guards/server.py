"""Guards of a Tornado: every handler of ours calls ``guard_server`` before it serves."""

from __future__ import annotations

from PilotLoggingDIRAC.transport.guards.gc_pauses import avoid_pauses
from PilotLoggingDIRAC.transport.guards.http_lengths import guard_http
from PilotLoggingDIRAC.transport.guards.json_classes import guard_json
from PilotLoggingDIRAC.transport.guards.service import guard_service
from PilotLoggingDIRAC.transport.guards.tls_contexts import share_tls_contexts
from PilotLoggingDIRAC.transport.guards.tls_errors import guard_tls


def guard_server() -> None:
    """Guard this process's Tornado; safe to call repeatedly."""
    guard_service()
    guard_tls()
    guard_http()
    guard_json()
    share_tls_contexts()
    avoid_pauses()
