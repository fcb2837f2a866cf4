"""Our plugin under the name that DIRAC's WebAppHandler looks for by default, and finds here first.

So a WebAppHandler of another extension asks for nobody but its caller, whether or not ``DownloadPlugin`` is set.
"""

from __future__ import annotations

from PilotLoggingDIRAC.WorkloadManagementSystem.Client.PilotLoggingPlugins.PilotLoggingDownloadPlugin import (
    PilotLoggingDownloadPlugin,
)


class FileCacheDownloadPlugin(PilotLoggingDownloadPlugin):
    """A pilot's log for those who may read it, by the name of DIRAC's default."""
