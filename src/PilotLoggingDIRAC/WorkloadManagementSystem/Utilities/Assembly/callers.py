"""Who calls, and what administrators decided about reading: from the Registry and Operations, read at each request."""

from __future__ import annotations

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.Helpers.Registry import getPropertiesForGroup, getPropertiesForHost

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy

_HOSTS = "hosts"
_CROSS_VO = "/Systems/WorkloadManagement/PilotLogging/CrossVOGroups"


def caller(credentials: dict) -> Caller:
    """The caller of a request, from the credentials that DIRAC's AuthManager has verified and completed.

    The VO is what ``Registry/Groups/<group>/VO`` says, with no fallback; sites are the group's, or else the user's.
    """
    user, group = credentials.get("username") or "anonymous", credentials.get("group") or ""
    is_host = group == _HOSTS
    return Caller(
        user=user,
        group=group,
        vo="" if is_host else gConfig.getValue(f"/Registry/Groups/{group}/VO", "") if group else "",
        properties=frozenset(_properties(user, group)),
        is_host=is_host,
        sites=frozenset() if is_host else _sites(user, group),
    )


def _properties(user: str, group: str) -> list[str]:
    """All of them; the credentials hold only those that the method's Authorization asked for."""
    return getPropertiesForHost(user, []) if group == _HOSTS else getPropertiesForGroup(group, [])


def _sites(user: str, group: str) -> frozenset[str]:
    sites = gConfig.getValue(f"/Registry/Groups/{group}/Sites", []) or gConfig.getValue(
        f"/Registry/Users/{user}/Sites", []
    )
    return frozenset(sites)


def policy(vo: str = "") -> Policy:
    """What holds for reading, as seen by a member of a VO."""
    groups = frozenset(gConfig.getValue(_CROSS_VO, []))
    members = bool(vo) and Operations(vo=vo).getValue("PilotLogging/VOMembersMayRead", False)
    return Policy(groups, frozenset({vo}) if members else frozenset())
