"""The holder of a token: a user and a group that DIRAC's Registry knows, and the user's membership in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from ..errors import TokenRefused
from .issuer import Issuer
from .signature import Claims


class Registry(Protocol):
    """DIRAC's Registry, as each request reads it."""

    def vo(self, group: str) -> str:
        """Return the VO of a group; empty where there is none."""

    def members(self, group: str) -> Collection[str]:
        """Return the users of a group."""

    def subjects(self, user: str) -> Collection[str]:
        """Return the subjects that a user has at issuers of tokens."""

    def name(self, user: str) -> str:
        """Return the name (DN) by which DIRAC knows a user; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a token until it ``ends``, in seconds since 1970; ``properties`` is None for those of the group."""

    user: str
    dn: str
    group: str
    vo: str
    issuer: str
    ends: float
    properties: frozenset[str] | None


def holder(
    claims: Claims, issuer: Issuer, registry: Registry, ends: float, properties: frozenset[str] | None
) -> Holder:
    """Return the one user and group that a token names. Raise TokenRefused."""
    group = claims.get("dirac_group")
    if not isinstance(group, str) or not _is_name(group):
        raise TokenRefused("The token names no group")
    vo = registry.vo(group)
    if vo not in issuer.vos or (issuer.groups and group not in issuer.groups) or claims.get("vo", vo) != vo:
        raise TokenRefused("The group is none that the issuer speaks for")
    user = _user(claims.get(issuer.user_claim), issuer, registry, group)
    dn = registry.name(user)
    if not dn:
        raise TokenRefused("The user has no DN in the Registry")
    return Holder(user, dn, group, vo, issuer.name, ends, properties)


def _user(value: object, issuer: Issuer, registry: Registry, group: str) -> str:
    """Return the user; a user outside the group is refused with the same words as an unknown one."""
    if not isinstance(value, str) or not value:
        raise TokenRefused("The token names no user")
    members = set(registry.members(group))
    by_name = issuer.user_claim != "sub"
    found = [user for user in members if (user == value if by_name else value in registry.subjects(user))]
    if len(found) != 1:
        raise TokenRefused("The user is not one of the group")
    return found[0]


def _is_name(group: str) -> bool:
    """Return True for one step of a path in the Registry; ``hosts`` is no group of users."""
    return bool(group) and group != "hosts" and "/" not in group and group.isprintable()
