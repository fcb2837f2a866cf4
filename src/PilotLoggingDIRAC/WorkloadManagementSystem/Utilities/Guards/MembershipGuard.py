"""A user is in a group when the Registry says so now, whatever the same certificate asked for before.

``AuthManager`` remembers what it found for a DN. The answer depends on the group as well: what is remembered of one
request must neither let in nor keep out the next one, which may name another group.
"""

from __future__ import annotations

import functools

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.Core.DISET.AuthManager import AuthManager


def guard_membership() -> None:
    """Let every AuthManager of this process, of either protocol, look up the user by DN and group at each request."""
    if not hasattr(AuthManager.getUsername, "__wrapped__"):
        AuthManager.getUsername = functools.wraps(AuthManager.getUsername)(_complete)


def _complete(self: AuthManager, credentials: dict) -> bool:
    """Complete credentials with user and properties; whether the Registry knows the DN as one of a member of the group.

    Without a group they get the user's default one.
    """
    dn = credentials.get("DN")
    if "DN" not in credentials:
        return True
    if "group" not in credentials:
        default = Registry.findDefaultGroupForDN(dn)
        if not default["OK"]:
            return False
        credentials["group"] = default["Value"]
    group = credentials["group"]
    credentials["properties"] = Registry.getPropertiesForGroup(group, [])
    user = member(dn, Registry.getUsersInGroup(group, []))
    if user:
        credentials["username"] = user
    return bool(user)


def member(dn: str, users: list[str]) -> str:
    """Who of the users has this DN, "" for nobody.

    The Registry's helper remembers for some minutes who had a DN among just these users; whether that is still so is
    looked up here.
    """
    found = Registry.getUsernameForDN(dn, users) if users else {"OK": False}
    if not found["OK"] or dn.strip() not in gConfig.getValue(f"/Registry/Users/{found['Value']}/DN", []):
        return ""
    return found["Value"]
