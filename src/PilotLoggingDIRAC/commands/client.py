"""The client of a collector of pilot logs, over whichever protocol one is registered."""

from __future__ import annotations

from DIRAC.Core.Base.Client import Client, createClient

from PilotLoggingDIRAC.commands.installation.collector_urls import service_name


@createClient("WorkloadManagement/PilotLogging")
class CollectorClient(Client):
    """The client of a collector. Like every DIRAC client it belongs to one thread."""

    def __init__(self, url=None, **kwargs):
        """Create the client; ``url`` is a URL or a service's full name, by default that of a collector in the CS."""
        super().__init__(**kwargs)
        self.serverURL = url or service_name()
