"""The client of a collector of pilot logs, under the name that DIRAC looks up."""

from __future__ import annotations

from PilotLoggingDIRAC.commands import client


class PilotLoggingClient(client.PilotLoggingClient):
    """See ``commands.client``; a class of its own, as DIRAC asks in which module a class was made."""
