"""Public keys of an issuer, read from its JWKS (RFC 7517), by their id; only those that can verify a signature."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from ..errors import KeysUnavailable

Key = RSAKey | ECKey | OKPKey

_MAX_KEYS = 100
_MIN_RSA_BITS, _MAX_RSA_BITS = 2048, 8192
#: Fields of private or shared keys; a key with one of them is not accepted.
_SECRET = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})


def read_keys(content: bytes) -> dict[str, Key]:
    """Return the keys of a JWKS by ``kid``; keys for other uses, of unknown kinds, or too weak are left out.

    Two keys with one id are both left out. Raise KeysUnavailable for what is no JWKS, and where no key is left.
    """
    try:
        found = json.loads(content)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise KeysUnavailable("The answer is no JWKS") from None
    if not isinstance(found, list) or len(found) > _MAX_KEYS:
        raise KeysUnavailable(f"The answer is no list of up to {_MAX_KEYS} keys")
    named = [(entry["kid"], key) for entry in found if (key := _key(entry))]
    names = [name for name, _ in named]
    keys = {name: key for name, key in named if names.count(name) == 1}
    if not keys:
        raise KeysUnavailable("The JWKS has no key that can be used")
    return keys


def _key(entry: Any) -> Key | None:
    try:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("kid"), str) or _SECRET & entry.keys():
            return None
        if entry.get("use", "sig") != "sig" or "verify" not in entry.get("key_ops", ["verify"]):
            return None
        key = import_key(dict(entry))
        return key if isinstance(key, Key) and _is_strong(key) else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def _is_strong(key: Key) -> bool:
    """Return True for a key that is long enough, and not so long that verifying is slow."""
    return not isinstance(key, RSAKey) or _MIN_RSA_BITS <= key.public_key.key_size <= _MAX_RSA_BITS
