"""The credential that a test log is sent with: the VO's pilot proxy, or that of the person who runs the check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.Core.Security import Locations

from PilotLoggingDIRAC.adapters.workers import proxies
from PilotLoggingDIRAC.adapters.workers.proxies import Identity
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, PilotLogError


class NoCredential(PilotLogError):
    """No credential to send with was found."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A proxy file, or with a ``key`` a host's certificate; ``whose`` names the owner, ``why`` the reason if it is no
    pilot's.
    """

    certificate: str
    key: str | None
    whose: str
    why: str = ""


def credential(vo: str, folder: Path) -> Credential:
    """Return the VO's pilot proxy from ProxyManager, stored in ``folder``; else one's own. Raise NoCredential."""
    option = Operations(vo=vo)
    user, group = option.getValue("Pilot/GenericPilotUser", ""), option.getValue("Pilot/GenericPilotGroup", "")
    if not user or not group:
        return _own("Pilot/GenericPilotUser and GenericPilotGroup are not set")
    path = folder / "pilot.proxy"
    try:
        proxies.download(Identity(user, group, vo), path)
    except ArchiveError as error:
        return _own(str(error))
    return Credential(str(path), None, f"{user}@{group}, as its pilots")


def _own(why: str) -> Credential:
    if gConfig.useServerCertificate():
        place = Locations.getHostCertificateAndKeyLocation()
        if place:
            certificate, key = place
            return Credential(certificate, key, "this host", why)
    place = Locations.getProxyLocation()
    if not place:
        raise NoCredential(f"No proxy: neither a pilot's ({why}) nor your own")
    return Credential(place, None, "you", why)
