"""What keeps a whole server alive, quick and honest, whichever of our handlers it serves: each puts it in place."""

from __future__ import annotations

from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Guards.HTTPGuard import guard_http
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Guards.JSONGuard import guard_json
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Guards.Pauses import avoid_pauses
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Guards.Service import guard_service
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Guards.TLSContexts import share_tls_contexts
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Guards.TLSGuard import guard_tls


def guard_server() -> None:
    """Guard this process's Tornado; once is enough, and more does no harm."""
    guard_service()
    guard_tls()
    guard_http()
    guard_json()
    share_tls_contexts()
    avoid_pauses()
