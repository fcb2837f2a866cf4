"""DIRAC's client of its collector, under DIRAC's name; it finds our collector whatever name the installer
registered.
"""

from __future__ import annotations

from DIRAC.Core.Base.Client import createClient

from PilotLoggingDIRAC.commands.client import CollectorClient


@createClient("WorkloadManagement/TornadoPilotLogging")
class TornadoPilotLoggingClient(CollectorClient):
    """The same client for callers that use DIRAC's name."""
