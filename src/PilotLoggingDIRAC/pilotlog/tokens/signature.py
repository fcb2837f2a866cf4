"""The content of a token, once its signature is verified (RFC 7515, 7519, 8725)."""

from __future__ import annotations

import base64
import json
import re
import warnings
from collections.abc import Collection
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning

from ..errors import TokenRefused
from .issuer import Issuer
from .keyring import Keyring

Claims = dict[str, Any]

_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
#: Kinds of tokens, in lower case without ``application/``: access tokens (RFC 9068), or none in particular.
_TYPES = frozenset({"", "jwt", "at+jwt"})

# joserfc warns of the algorithm's former name at each use; the issuers decide which algorithms are accepted
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


def verified(token: str, issuers: Collection[Issuer], keyring: Keyring, max_bytes: int) -> tuple[Issuer, Claims]:
    """Return the issuer of a token, and what is signed in it. Raise TokenRefused.

    Of what is not verified yet, nothing counts but the issuer's name, the algorithm and the key's id, and each of them
    only to choose among what administrators or the issuer's own key server have named.
    """
    if len(token) > max_bytes:
        raise TokenRefused("The token is too long")
    if not _COMPACT.fullmatch(token):
        raise TokenRefused("The token is no signed JWT")
    header, payload = (_object(part) for part in token.split(".")[:2])
    issuer = _issuer(payload.get("iss"), issuers)
    algorithm, name = _header(header, issuer)
    key = keyring.key(issuer, name)
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = registry.max_signature_length = max_bytes
    try:
        signed = jws.deserialize_compact(token, key, registry=registry).payload
    except (JoseError, ValueError, TypeError):  # also a key of another kind, or for another algorithm
        raise TokenRefused("The signature is wrong") from None
    return issuer, _parsed(signed or b"")


def _issuer(url: Any, issuers: Collection[Issuer]) -> Issuer:
    for issuer in issuers:
        if issuer.url == url:
            return issuer
    raise TokenRefused("The issuer is not on the list")


def _header(header: Claims, issuer: Issuer) -> tuple[str, str]:
    algorithm, name, kind = header.get("alg"), header.get("kid"), header.get("typ", "")
    if not isinstance(algorithm, str) or algorithm not in issuer.algorithms:
        raise TokenRefused("The algorithm is not on the issuer's list")
    if not isinstance(name, str):
        raise TokenRefused("The token does not name its key")
    if "crit" in header or "b64" in header:
        raise TokenRefused("The token asks for an extension of signatures")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
        raise TokenRefused("The token is of another kind")
    return algorithm, name


def _object(part: str) -> Claims:
    try:
        return _parsed(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        raise TokenRefused("The token is no signed JWT") from None


def _parsed(content: bytes) -> Claims:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise TokenRefused("The token is no signed JWT") from None
    if not isinstance(found, dict):
        raise TokenRefused("The token is no signed JWT")
    return found
