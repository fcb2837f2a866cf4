"""Who calls, and what administrators decided about reading: from the Registry and Operations, read at each request."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.Helpers.Registry import getPropertiesForGroup, getPropertiesForHost

from DIRAC.Core.DISET.RequestHandler import RequestHandler

from PilotLoggingDIRAC.pilotlog.access import NOBODY, Caller, Policy
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed

_HOSTS = "hosts"
_TORNADO = "DIRAC.Core.Tornado.Server.private.BaseRequestHandler"
_SECTION = "/Systems/WorkloadManagement/PilotLogging"


def caller(credentials: dict, address: str = "") -> Caller:
    """The caller of a request, from the credentials that DIRAC's AuthManager has verified and completed.

    The VO is what ``Registry/Groups/<group>/VO`` says, with no fallback; sites are the group's, or else the user's.
    Whom AuthManager let pass without knowing them is nobody, whatever their group is called.
    """
    user, group = credentials.get("username") or NOBODY.user, credentials.get("group") or ""
    if user == NOBODY.user or not group:
        return dataclasses.replace(NOBODY, address=address)
    is_host = group == _HOSTS
    return Caller(
        user=user,
        group=group,
        vo="" if is_host else gConfig.getValue(f"/Registry/Groups/{group}/VO", ""),
        properties=frozenset(_properties(user, group)),
        is_host=is_host,
        sites=frozenset() if is_host else _sites(user, group),
        address=address,
    )


def caller_of(handler: Any) -> Caller:
    """The caller of the request that a handler of DIRAC's, of either protocol, is serving."""
    return caller(handler.getRemoteCredentials(), str(handler.getRemoteAddress()[0]))


def served() -> Caller:
    """The caller of the request that this thread is serving, for code that DIRAC's handlers call without saying for whom.

    It is that of the nearest handler among the callers of this function. Raises NotAllowed outside of any request.
    """
    kinds, frame = _handlers(), sys._getframe(1)  # noqa: SLF001  DIRAC has no other seam
    while frame is not None:
        found = frame.f_locals.get("self")
        if isinstance(found, kinds):
            return caller_of(found)
        frame = frame.f_back
    raise NotAllowed("Nobody can tell who asks")


def _handlers() -> tuple[type, ...]:
    """DISET's handlers, and Tornado's in a process that has them: importing them elsewhere needs DIRAC's Tornado."""
    tornado = sys.modules.get(_TORNADO)
    return (RequestHandler, tornado.BaseRequestHandler) if tornado else (RequestHandler,)


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
    groups = frozenset(gConfig.getValue(f"{_SECTION}/CrossVOGroups", []))
    hosts = frozenset(gConfig.getValue(f"{_SECTION}/HostsMayRead", []))
    members = bool(vo) and Operations(vo=vo).getValue("PilotLogging/VOMembersMayRead", False)
    return Policy(groups, frozenset({vo}) if members else frozenset(), hosts)
