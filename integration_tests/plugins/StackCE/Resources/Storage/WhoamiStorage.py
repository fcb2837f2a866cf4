"""A storage element whose every file says who reads it: DN, group and VO as DIRAC sees them, or ``host``."""

from pathlib import Path

from DIRAC import S_OK
from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.Core.Security.ProxyInfo import getProxyInfo
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise
from DIRAC.Resources.Storage.FileStorage import FileStorage


def who():
    """Return who this process is at this moment."""
    if gConfigurationData.useServerCertificate():
        return "host"
    proxy = returnValueOrRaise(getProxyInfo(disableVOMS=True))
    return f"{proxy['identity']} {proxy['group']} {Registry.getVOForGroup(proxy['group'])}"


class WhoamiStorage(FileStorage):
    """Gives files, and nothing else."""

    def getFile(self, path, localPath=False):
        """Return S_OK as DIRAC's plugins do."""
        sizes = {}
        for url in path:
            sizes[url] = (Path(localPath or ".") / Path(url).name).write_text(who())
        return S_OK({"Successful": sizes, "Failed": {}})
