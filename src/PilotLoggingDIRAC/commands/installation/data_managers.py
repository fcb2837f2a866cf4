"""The data managers of the VOs that have an archive, and until when ProxyManager has their proxies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.Core.Base.Client import Client
from DIRAC.Core.Security.ProxyInfo import getProxyInfo

from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class DataManager:
    """The user and group whose proxy handles a VO's files; ``expires`` is in UTC, None without a proxy."""

    vo: str
    user: str
    group: str
    expires: datetime | None = None

    def __str__(self) -> str:
        return f"{self.user}@{self.group}"


def data_managers() -> list[DataManager]:
    """Return the data managers of all VOs with an ``UploadSE``. Raise NotAllowed unless the caller may see their
    proxies, and what ``value`` raises.
    """
    _require_proxy_management()
    found = []
    for vo in sorted(value(Registry.getVOs())):
        option = Operations(vo=vo)
        if option.getValue("Pilot/UploadSE", ""):
            user = option.getValue("Shifter/DataManager/User", "")
            found.append(DataManager(vo, user, option.getValue("Shifter/DataManager/Group", ""), _expires(user)))
    return found


def _require_proxy_management() -> None:
    """Raise NotAllowed without the property ProxyManagement: ProxyManager hides other users' proxies then.

    In commands DIRAC's summary of a proxy may lack its group; the chain itself has it.
    """
    if gConfig.useServerCertificate():
        return
    group = value(value(getProxyInfo(disableVOMS=True))["chain"].getDIRACGroup(ignoreDefault=True))
    if "ProxyManagement" not in Registry.getPropertiesForGroup(group or "", []):
        raise NotAllowed("ProxyManagement is needed to see them")


def _expires(user: str) -> datetime | None:
    """Return the time when the last of a user's proxies expires."""
    if not user:
        return None
    answer = value(Client(url="Framework/ProxyManager", timeout=20).getContents({"UserName": [user]}, [], 0, 0))
    column = answer["ParameterNames"].index("ExpirationTime")
    return max((record[column] for record in answer["Records"]), default=None)
