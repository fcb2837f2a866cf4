"""Checks of a verified token's claims: time, audience, scopes and properties."""

from __future__ import annotations

from typing import Any

from ..errors import TokenRefused
from .issuer import Issuer
from .signature import Claims

#: A float has every whole number below it.
_MAX_TIME = 2**53


def end(claims: Claims, now: float, leeway: float) -> float:
    """Return the time until which the token is accepted: ``exp`` and the leeway, in seconds since 1970.

    Raise TokenRefused unless it has begun and ends later; it must say when it ends.
    """
    if "exp" not in claims:
        raise TokenRefused("The token never expires")
    ends = _time(claims["exp"]) + leeway
    if ends <= now:
        raise TokenRefused("The token has expired")
    if any(_time(claims[name]) - leeway > now for name in ("nbf", "iat") if name in claims):
        raise TokenRefused("The token is not valid yet")
    return ends


def _time(value: Any) -> float:
    # infinity and no number are out of it, too; a whole number of JSON may be larger than any float
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MAX_TIME:
        raise TokenRefused("A time in the token is none")
    return value


def require_audience(claims: Claims, issuer: Issuer) -> None:
    """Raise TokenRefused for a token whose audience is not this service; one without audience passes only where
    ``audience_needed`` is off.
    """
    if "aud" not in claims and not issuer.audience_needed:
        return
    if not issuer.audiences & frozenset(words(claims.get("aud"))):
        raise TokenRefused("The token is not for this service")


def properties(claims: Claims, issuer: Issuer) -> frozenset[str] | None:
    """Return the properties that the token is limited to, None for those of its group.

    Raise TokenRefused where a scope is missing that the issuer's tokens need, or ``dirac_properties`` where they need
    none: a token that says nothing of rights gives none, and so does one with an empty list.
    """
    scopes = claims.get("scope", "")
    given = scopes.split() if isinstance(scopes, str) else words(scopes)
    if not issuer.scopes <= frozenset(given):
        raise TokenRefused("The token lacks a scope")
    if "dirac_properties" not in claims and issuer.scopes:
        return None
    if not (found := words(claims.get("dirac_properties"))):
        raise TokenRefused("The token has no properties")
    return frozenset(found)


def words(value: Any) -> list[str]:
    """Return one text or a list of texts as a list; anything else is empty."""
    if isinstance(value, str):
        return [value]
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
