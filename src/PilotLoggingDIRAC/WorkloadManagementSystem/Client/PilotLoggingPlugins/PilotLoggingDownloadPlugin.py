"""Our sources as a plugin of DIRAC's own Monitoring/WebApp, for servers whose extension has a WebAppHandler of its own.

It is found by this name, and as ``FileCacheDownloadPlugin`` by default. DIRAC asks a plugin without saying for whom, so
the caller is that of the request which the thread is serving.
"""

from __future__ import annotations

from DIRAC.WorkloadManagementSystem.Client.PilotLoggingPlugins.DownloadPlugin import DownloadPlugin

from PilotLoggingDIRAC.assembly.access.audit import audit
from PilotLoggingDIRAC.assembly.access.callers import policy, served
from PilotLoggingDIRAC.assembly.reading.sources import pilot_outputs
from PilotLoggingDIRAC.pilotlog.access import NOBODY
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed, PilotLogError
from PilotLoggingDIRAC.transport.edge import exported


class PilotLoggingDownloadPlugin(DownloadPlugin):
    """A pilot's log from the collector's database, or from the archive, for those who may read it."""

    @exported
    def getRemotePilotLogs(self, pilotStamp, vo=""):
        """Return a pilot's log.

        :return: S_OK({"StdOut": str, "StdErr": "", "LogSource": str, "LogComplete": bool, "LogEnded": bool,
                 "LogMissingBytes": int})
        """
        who = served()
        pilot, found = pilot_outputs().by_stamp(who, policy(who.vo), vo, pilotStamp)
        audit().read(who, "getRemotePilotLogs", log=pilot, source=found.source)
        return {
            "StdOut": found.stdout,
            "StdErr": found.stderr,
            "LogSource": found.source,
            "LogComplete": found.complete,
            "LogEnded": found.ended or found.complete,
            "LogMissingBytes": found.missing_bytes,
        }

    def refused(self, error: PilotLogError, method: str) -> None:
        """Note a refusal; ``exported`` calls it."""
        try:
            who = served()
        except NotAllowed:
            who = NOBODY
        audit().refused(who, method, error)
