"""DIRAC's client of its collector, under its name: finds ours wherever the installer registered it."""

from __future__ import annotations

from DIRAC.Core.Base.Client import createClient

from PilotLoggingDIRAC.commands.client import PilotLoggingClient


@createClient("WorkloadManagement/TornadoPilotLogging")
class TornadoPilotLoggingClient(PilotLoggingClient):
    """See ``PilotLoggingClient``; this one is here for callers that know DIRAC's name."""
