"""Issuers of tokens as administrators configure them, and the limits for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..settings import DAY, HOUR

#: Signatures by a key pair. Neither ``none`` nor a shared secret is ever accepted.
ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
)
OptionList = Callable[[str], Iterable[str]]
"""``option(name)`` gives the values of an option, none where it is not set."""


class InvalidIssuer(ValueError):
    """The options of an issuer are incomplete or contradictory; none of its tokens is accepted."""


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Limits for checking tokens, and for fetching and holding the keys of issuers."""

    leeway_seconds: float = 60
    max_token_bytes: int = 16 * 1024
    keys_refresh_seconds: float = 1 * HOUR
    keys_retry_seconds: float = 60
    keys_max_age_seconds: float = 1 * DAY
    keys_fetch_seconds: float = 10
    keys_max_bytes: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer whose tokens are accepted. ``url`` equals the claim ``iss`` exactly; ``vos`` are those it may speak
    for.

    ``jwks`` is where its keys are; empty: its metadata tell. ``ca`` is a file or folder of authorities; empty: the
    system's. ``groups`` empty: all groups of the VOs. ``scopes`` empty: ``dirac_properties`` are needed.
    ``user_claim`` other than ``sub`` names the user as the Registry does.
    """

    name: str
    url: str
    vos: frozenset[str]
    audiences: frozenset[str]
    audience_needed: bool = True
    algorithms: frozenset[str] = ALGORITHMS
    groups: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    user_claim: str = "sub"
    jwks: str = ""
    ca: str = ""


def issuer(name: str, option: OptionList, audiences: Iterable[str]) -> Issuer:
    """Return the issuer that options describe; ``audiences`` are those that hold where it names none.

    Raise InvalidIssuer.
    """
    found = Issuer(
        name=name,
        url=_one(option, "Issuer"),
        vos=frozenset(option("VOs")),
        audiences=frozenset(option("Audience")) or frozenset(audiences),
        audience_needed=_one(option, "AudienceNeeded").lower() not in ("false", "no", "n", "0"),
        algorithms=frozenset(option("Algorithms")) or ALGORITHMS,
        groups=frozenset(option("Groups")),
        scopes=frozenset(option("Scopes")),
        user_claim=_one(option, "UserClaim") or "sub",
        jwks=_one(option, "JWKS"),
        ca=_one(option, "CA"),
    )
    _require(found)
    return found


def _one(option: OptionList, name: str) -> str:
    values = list(option(name))
    if len(values) > 1:
        raise InvalidIssuer(f"{name} is one value")
    return values[0] if values else ""


def _require(found: Issuer) -> None:
    if not is_https(found.url) or (found.jwks and not is_https(found.jwks)):
        raise InvalidIssuer("Issuer and JWKS are URLs that begin with https://")
    if not found.vos:
        raise InvalidIssuer("VOs are needed: those that the issuer speaks for")
    if not found.audiences:
        raise InvalidIssuer("Audience is needed, as no URL of the collector is known")
    if unknown := found.algorithms - ALGORITHMS:
        raise InvalidIssuer(f"Algorithms may not be {', '.join(sorted(unknown))}")


def is_https(url: str) -> bool:
    """Return True for a URL of https with a host and without a user."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
