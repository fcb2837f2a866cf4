"""One token, checked from its first to its last claim."""

from __future__ import annotations

from collections.abc import Collection

from .claims import end, properties, require_audience
from .holder import Holder, Registry, holder
from .issuer import Issuer, TokenSettings
from .keyring import Keyring
from .signature import verified


def check(
    token: str, issuers: Collection[Issuer], keyring: Keyring, registry: Registry, settings: TokenSettings, now: float
) -> Holder:
    """Return the holder of a token at a time, in seconds since 1970. Raise TokenRefused; never waits."""
    issuer, claims = verified(token, issuers, keyring, settings.max_token_bytes)
    ends = end(claims, now, settings.leeway_seconds)
    require_audience(claims, issuer)
    return holder(claims, issuer, registry, ends, properties(claims, issuer))
