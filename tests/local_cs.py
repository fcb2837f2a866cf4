"""A configuration in memory, where DIRAC's installer and our commands write as they do into the central one."""

from DIRAC import S_ERROR, S_OK
from DIRAC.FrameworkSystem.Client.ComponentInstaller import ComponentInstaller
from diraccfg import CFG

EXTENSIONS = ["PilotLoggingDIRAC", "DIRAC"]


class LocalCS:
    """The part of ``gConfig`` and ``CSAPI`` that is used, on a CFG; merging is that of the central configuration."""

    def __init__(self, text=""):
        self.cfg = CFG().loadFromBuffer(text)
        self.commits = 0

    def value(self, path, default=None):
        return self.cfg.getOption(path, default)

    # gConfig

    def forceRefresh(self):
        pass

    def getValue(self, path, default=None):
        return self.cfg.getOption(path, default)

    def getOptions(self, section):
        return S_OK(self.cfg[section].listOptions()) if self.cfg.isSection(section) else S_ERROR("no such section")

    # CSAPI

    def getCurrentCFG(self):
        return S_OK(self.cfg)

    def mergeFromCFG(self, cfg):
        self.cfg = self.cfg.mergeWith(cfg)
        return S_OK()

    def setOption(self, path, value):
        self.cfg.setOption(path, value)
        return S_OK()

    def delOption(self, path):
        return S_OK() if self.cfg.deleteKey(path) else S_ERROR(f"no {path}")

    def commit(self):
        self.commits += 1
        return S_OK()


class LocalInstaller(ComponentInstaller):
    """``dirac-install-component`` on one host, as far as it writes the configuration."""

    def __init__(self, cs, host="one.example.org"):
        super().__init__()
        self.host = host
        self.cs = cs

    def install(self, kind, component, **options):
        """Install a component of WorkloadManagement and return the installer's answer."""
        return self.addDefaultOptionsToCS(self.cs, kind, "WorkloadManagement", component, EXTENSIONS, options)

    def _addCfgToCS(self, cfg):
        return self.cs.mergeFromCFG(cfg)
