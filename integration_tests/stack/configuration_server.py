"""The optional master configuration server: the same configuration, split into what is local and what is served.

With it the stack is as an installed DIRAC is: agents see changes while they run, and CSAPI can write. The passwords
stay local.
"""

from datetime import datetime

from diraccfg import CFG

from .configuration import as_cfg

NAME = "stack"
REFRESH_SECONDS = 5
LOCAL_SECTIONS = ("DIRAC", "LocalSite", "LocalInstallation")
LOCAL_SYSTEMS = ("Databases", "NoSQLDatabases")
READERS = ("getVersion", "getCompressedData", "getCompressedDataIfNewer")


def url(port):
    """Return where the server is."""
    return f"dips://localhost:{port}/Configuration/Server"


def local_part(cfg, port):
    """Return the dirac.cfg of all who ask the server."""
    systems = CFG()
    for name in LOCAL_SYSTEMS:
        systems.createNewSection(name, contents=cfg["Systems"][name])
    local = CFG()
    for name in LOCAL_SECTIONS:
        local.createNewSection(name, contents=cfg[name])
    local.createNewSection("Systems", contents=systems)
    asking = {"Servers": url(port), "RefreshTime": REFRESH_SECONDS}
    return local.mergeWith(as_cfg({"DIRAC": {"Configuration": asking}}))


def served_part(cfg, port):
    """Return what the server hands out, with a version that is newer than any before."""
    served = CFG()
    for name in cfg.listSections():
        if name not in LOCAL_SECTIONS:
            served.createNewSection(name, contents=cfg[name].clone())
    for name in LOCAL_SYSTEMS:
        served["Systems"].deleteKey(name)
    version = datetime.utcnow().strftime("%Y-%m-%d %H:%M:%S.%f")
    about = {"Name": NAME, "Version": version, "MasterServer": url(port), "Servers": url(port)}
    return served.mergeWith(as_cfg({"DIRAC": {"Configuration": about}}))


def server_part(local, port):
    """Return the dirac.cfg of the server itself, given that of the others."""
    rights = {"Default": "authenticated", "commitNewData": "CSAdministrator", "publishSlaveServer": "TrustedHost"}
    server = {
        "Port": port,
        "HandlerPath": "DIRAC/ConfigurationSystem/Service/ConfigurationHandler.py",
        "Authorization": rights | dict.fromkeys(READERS, "all"),
    }
    master = {"Master": "yes", "Name": NAME}
    own = {"DIRAC": {"Configuration": master}, "Systems": {"Configuration": {"Services": {"Server": server}}}}
    return local.mergeWith(as_cfg(own))
