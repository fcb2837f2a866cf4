"""The caller of a request and the policy of reading, from Registry and Operations as this process has them now."""

from __future__ import annotations

import dataclasses
import sys
import time
from types import FrameType
from typing import Any

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.Helpers.Registry import getPropertiesForGroup, getPropertiesForHost
from DIRAC.Core.DISET.RequestHandler import RequestHandler

from PilotLoggingDIRAC.adapters.registry import members, per_configuration
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.access import NOBODY, Caller, Policy
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed

_HOSTS = "hosts"
_NEVER = float("inf")
_TORNADO = "DIRAC.Core.Tornado.Server.private.BaseRequestHandler"


def caller(credentials: dict, address: str = "") -> Caller:
    """Return the caller of a request, from the credentials that DIRAC's AuthManager has verified and completed.

    The VO is that of ``Registry/Groups/<group>/VO``, without a fallback; sites are the group's, or else the user's.
    The caller is ``NOBODY`` when AuthManager did not know them, when their certificate or token has expired, and when
    the Registry does not list them now: users must be in the group and not suspended for its VO, hosts must exist, and
    the DN must be one of the name's DNs. A token that names properties restricts the caller to these.
    """
    user, group = credentials.get("username") or NOBODY.user, credentials.get("group") or ""
    is_host = group == _HOSTS
    found = _host if is_host else _user
    ends = min(credentials.get(name, _NEVER) for name in ("certificateEnds", "tokenEnds"))
    is_nobody = user == NOBODY.user or not group or time.time() >= ends
    who = None if is_nobody else found(user, group, credentials.get("DN") or "")
    if who and "tokenProperties" in credentials:
        who = dataclasses.replace(who, properties=who.properties & frozenset(credentials["tokenProperties"]))
    return dataclasses.replace(who or NOBODY, address=address)


@per_configuration
def _user(user: str, group: str, dn: str) -> Caller | None:
    """Return a member of a group, None for others; ``dn`` is theirs, or empty for a connection without certificate."""
    vo = gConfig.getValue(f"/Registry/Groups/{group}/VO", "")
    section = f"/Registry/Users/{user}"
    if (
        user not in members(group)
        or not _has(f"{section}/DN", dn)
        or (vo and vo in gConfig.getValue(f"{section}/Suspended", []))
    ):
        return None
    properties = frozenset(getPropertiesForGroup(group, []))
    return Caller(user, group, vo, properties, sites=_sites(user, group))


@per_configuration
def _host(host: str, group: str, dn: str) -> Caller | None:
    if not _has(f"/Registry/Hosts/{host}/DN", dn):
        return None
    return Caller(host, group, "", frozenset(getPropertiesForHost(host, [])), is_host=True)


def _has(option: str, dn: str) -> bool:
    """Return whether the option has DNs, and exactly this one among them; DIRAC itself overlooks blanks at its ends."""
    names = gConfig.getValue(option, [])
    return bool(names) and (not dn or dn in names)


def caller_of(handler: Any) -> Caller:
    """Return the caller of the request that a DIRAC handler, of either protocol, is serving."""
    return caller(handler.getRemoteCredentials(), str(handler.getRemoteAddress()[0]))


def served() -> Caller:
    """Return the caller of the request that this thread serves, for code that DIRAC's handlers call without a caller.

    It is that of the nearest handler on the stack. Raise NotAllowed outside of any request.
    """
    kinds = _handlers()
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        found = frame.f_locals.get("self")
        if isinstance(found, kinds):
            return caller_of(found)
        frame = frame.f_back
    raise NotAllowed("Nobody can tell who asks")


def _handlers() -> tuple[type, ...]:
    """Return DISET's handlers, and Tornado's if this process has imported them: other processes may lack Tornado."""
    tornado = sys.modules.get(_TORNADO)
    return (RequestHandler, tornado.BaseRequestHandler) if tornado else (RequestHandler,)


def _sites(user: str, group: str) -> frozenset[str]:
    sites = gConfig.getValue(f"/Registry/Groups/{group}/Sites", []) or gConfig.getValue(
        f"/Registry/Users/{user}/Sites", []
    )
    return frozenset(sites)


def policy(vo: str = "") -> Policy:
    """Return the policy of reading for a member of a VO."""
    groups = frozenset(gConfig.getValue(f"{options.SHARED}/CrossVOGroups", []))
    hosts = frozenset(gConfig.getValue(f"{options.SHARED}/HostsMayRead", []))
    members = bool(vo) and Operations(vo=vo).getValue("PilotLogging/VOMembersMayRead", False)
    return Policy(groups, frozenset({vo}) if members else frozenset(), hosts)
