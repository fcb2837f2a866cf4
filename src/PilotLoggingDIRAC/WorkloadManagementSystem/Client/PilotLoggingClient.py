"""The client of a collector of pilot logs, under the name that DIRAC looks up."""

from __future__ import annotations

from PilotLoggingDIRAC.commands import client


class PilotLoggingClient(client.CollectorClient):
    """The class of ``commands.client``; a subclass, as DIRAC checks the module that a class was made in."""
