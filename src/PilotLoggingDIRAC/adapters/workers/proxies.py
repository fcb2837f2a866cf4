"""Users' proxies for workers: fetched with the server's certificate into a private file."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

#: A proxy for a worker must have this much time left; it is requested with as much again.
_LEFT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a worker. Without a user it is the server itself, with its host certificate."""

    user: str = ""
    group: str = ""
    vo: str = ""

    @property
    def is_host(self) -> bool:
        """Return whether it is the server itself."""
        return not self.user

    def __str__(self) -> str:
        return "host" if self.is_host else f"{self.user}@{self.group}"


HOST = Identity()


def download(identity: Identity, path: Path) -> float:
    """Write the identity's proxy, mode 0600, with VOMS extensions where its group has them.

    Return the time of its expiry (seconds since 1970). The environment and other proxies stay unchanged. Raise
    ArchiveError with the reason when there is no proxy.
    """
    from DIRAC.ConfigurationSystem.Client.Helpers import Registry

    found = Registry.getDNForUsername(identity.user)
    if not found["OK"]:
        raise ArchiveError(f"No DN of {identity.user}: {found['Message']}")
    reasons = []
    for dn in found["Value"]:
        answer = _chain(dn, identity.group)
        if answer["OK"]:
            return _write(answer["Value"], identity.group, path)
        reasons.append(answer["Message"])
    raise ArchiveError(f"No proxy of {identity}: {'; '.join(reasons)}")


def _chain(dn: str, group: str) -> dict[str, Any]:
    from DIRAC.ConfigurationSystem.Client.Helpers import Registry
    from DIRAC.FrameworkSystem.Client.ProxyManagerClient import gProxyManager

    times = {"requiredTimeLeft": _LEFT_SECONDS, "cacheTime": _LEFT_SECONDS}
    attribute = Registry.getVOMSAttributeForGroup(group)
    if attribute:
        return gProxyManager.downloadVOMSProxy(dn, group, requiredVOMSAttribute=attribute, **times)
    return gProxyManager.downloadProxy(dn, group, **times)


def _write(chain: Any, group: str, path: Path) -> float:
    """Write a proxy; the manager's own ``dumpProxyToFile`` would return the file of an earlier caller."""
    from DIRAC.Core.Security.DiracX import addTokenToPEM
    from DIRAC.Core.Utilities.ReturnValues import SErrorException, returnValueOrRaise

    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        returnValueOrRaise(chain.dumpAllToFile(str(path)))
        path.chmod(0o600)
        addTokenToPEM(str(path), group)
        return time.time() + returnValueOrRaise(chain.getRemainingSecs())
    except (SErrorException, OSError) as error:
        raise ArchiveError(f"The proxy could not be written: {error}") from error
