"""Our sources as a plugin of DIRAC's own Monitoring/WebApp, for servers whose extension has a WebAppHandler of its own.

Set ``DownloadPlugin = PilotLoggingDownloadPlugin`` in that service's section. Who may read is up to that handler.
"""

from __future__ import annotations

from DIRAC.WorkloadManagementSystem.Client.PilotLoggingPlugins.DownloadPlugin import DownloadPlugin

from PilotLoggingDIRAC.pilotlog import sources
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Assembly.sources import source_chain
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Edge import exported


class PilotLoggingDownloadPlugin(DownloadPlugin):
    """A pilot's log from the collector's database, or from the archive."""

    @exported
    def getRemotePilotLogs(self, pilotStamp, vo=""):
        """A pilot's log.

        :return: S_OK({"StdOut": str, "StdErr": "", "LogSource": str, "LogComplete": bool})
        """
        if not pilotStamp or not vo:
            raise LogNotFound("A pilot without a stamp or VO has no log")
        found = source_chain().output(PilotId(vo, pilotStamp), "", (sources.COLLECTOR, sources.ARCHIVE))
        return {
            "StdOut": found.stdout,
            "StdErr": found.stderr,
            "LogSource": found.source,
            "LogComplete": found.complete,
        }
