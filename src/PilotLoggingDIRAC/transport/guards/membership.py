"""Group membership as the Registry has it now, whatever the same certificate asked for before.

``AuthManager`` remembers its answer by DN alone, but the answer depends on the group as well. What it remembers of one
request must neither admit nor refuse the next one, which may name another group.
"""

from __future__ import annotations

import threading

from cachetools import LRUCache
from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.Core.DISET.AuthManager import AuthManager

from PilotLoggingDIRAC.adapters.registry import members, per_configuration
from PilotLoggingDIRAC.transport.guards.replacing import LibraryChanged, guard_of, is_guard, takes

_MAX_NAMES = 1000
#: The user who had a DN and was in a group at the last look-up.
_names: LRUCache[tuple[str, str], str] = LRUCache(_MAX_NAMES)
_lock = threading.Lock()
#: The names that ``AuthManager`` has for what it asks of credentials, and what it adds.
_KEYS = {"KW_DN": "DN", "KW_GROUP": "group", "KW_PROPERTIES": "properties", "KW_USERNAME": "username"}


def guard_membership() -> None:
    """Make every AuthManager of this process, of either protocol, look up the user by DN and group at each request.

    Raise LibraryChanged.
    """
    original, keys = getattr(AuthManager, "getUsername", None), {key: getattr(AuthManager, key, None) for key in _KEYS}
    if not takes(original, 2) or keys != _KEYS:
        raise LibraryChanged("Membership in groups can't be guarded, DIRAC has changed: AuthManager.getUsername")
    if not is_guard(original):
        AuthManager.getUsername = guard_of(original)(lambda self, credentials: _complete(self, credentials))


def _complete(self: AuthManager, credentials: dict) -> bool:
    """Add user and properties to credentials; return whether the DN belongs to a member of the group.

    Without a group they get the user's default one.
    """
    if "DN" not in credentials:
        return True
    dn = credentials["DN"]
    if "group" not in credentials:
        default = Registry.findDefaultGroupForDN(dn)
        if not default["OK"]:
            return False
        credentials["group"] = default["Value"]
    group = credentials["group"]
    credentials["properties"] = list(_properties(group))
    user = _member(dn, group)
    if user:
        credentials["username"] = user
    return bool(user)


@per_configuration
def _properties(group: str) -> tuple[str, ...]:
    return tuple(Registry.getPropertiesForGroup(group, []))


@per_configuration
def _member(dn: str, group: str) -> str:
    """Return the member of the group who has this DN, "" for nobody. A name remembered from before is tried first."""
    users = members(group)
    with _lock:
        name = _names.get((dn, group), "")
    if name in users and _has(name, dn):
        return name
    found = Registry.getUsernameForDN(dn, list(users)) if users else {"OK": False}
    if not found["OK"] or not _has(str(found["Value"]), dn):
        return ""
    name = str(found["Value"])
    with _lock:
        _names[dn, group] = name
    return name


def _has(user: str, dn: str) -> bool:
    return dn.strip() in gConfig.getValue(f"/Registry/Users/{user}/DN", [])
