"""Tokens and keys that are known by how they begin: JWTs, bearer tokens, keys of clouds and forges, macaroons."""

from __future__ import annotations

import re

from .swallow import TOKEN, Opened, Secret

_JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{5,}+(?:\.[A-Za-z0-9_-]|\.?\Z)|eyJ[A-Za-z0-9_-]*+\Z")
_BEARER = re.compile(rb"(?i:bearer)(?:[ \t]|%20|\+)+")
#: An opaque token has a digit, and more letters than a word; one that the text ends in may have.
_OPAQUE = re.compile(
    rb"(?=[A-Za-z._~+/=-]{0,64}\d)[A-Za-z0-9._~+/%-]{16,}+={0,2}(?=[\s\"'\\,;)&\]}>]|\Z)|[A-Za-z0-9._~+/%-]{1,512}+={0,2}\Z"
)

#: What keys begin with, what else they are made of, how long that is at least. Order counts.
_KEYS = (
    (rb"A[KS]IA", rb"[A-Z0-9]", 16),
    (rb"gh[oprsu]_", rb"[A-Za-z0-9]", 20),
    (rb"github_pat_", rb"[A-Za-z0-9_]", 20),
    (rb"gl(?:pat|rt|cbt|dt|ptt|soat|ft|imt|agent)-", rb"[A-Za-z0-9_.-]", 16),
    (rb"xox[abeoprs]-", rb"[A-Za-z0-9-]", 10),
    (rb"AIza", rb"[A-Za-z0-9_-]", 30),
    (rb"ya29\.", rb"[A-Za-z0-9_-]", 20),
    (rb"hv[sb]\.", rb"[A-Za-z0-9_-]", 20),
    (rb"npm_", rb"[A-Za-z0-9]", 30),
    (rb"pypi-AgE", rb"[A-Za-z0-9_-]", 20),
    (rb"hf_", rb"[A-Za-z0-9]", 30),
    (rb"dop_v1_", rb"[a-f0-9]", 30),
    (rb"[rs]k_live_", rb"[A-Za-z0-9]", 16),
    (rb"sk-(?:ant-|proj-)?", rb"[A-Za-z0-9_]", 20),
    (rb"AGE-SECRET-KEY-1", rb"[A-Z0-9]", 20),
)
_CLOUD = re.compile(rb"|".join(rb"%s(?:%s{%d,}+|%s*+\Z)" % (begin, more, least, more) for begin, more, least in _KEYS))
#: base64 of ``0018location ...``, the first packet of a macaroon.
_MACAROON = re.compile(rb"MDA[A-Za-z0-9+/_-]{3}xvY2F0aW9u")

_ESCAPED = re.compile(rb"%[0-9A-Fa-f]{2}")

JWT_ANCHOR = rb"eyJ"
BEARER_ANCHOR = rb"(?i:bearer)(?:[ \t]|%20|\+)+"
CLOUD_ANCHOR = rb"|".join(begin for begin, _, _ in _KEYS)
MACAROON_ANCHOR = rb"MDA[A-Za-z0-9+/_-]{3}xvY2F0aW9u"


def jwt(text: bytes, start: int, end: int) -> Secret | None:
    """A JSON web token: a header that ``eyJ`` begins, and a dot with more behind it, as far as the text goes."""
    return _token(b"jwt", _JWT, text, start)


def cloud_key(text: bytes, start: int, end: int) -> Secret | None:
    """A key with a beginning of its own, as long as such a key is, as far as the text goes."""
    return _token(b"cloud-key", _CLOUD, text, start)


def macaroon(text: bytes, start: int, end: int) -> Secret | None:
    """A macaroon in base64."""
    return _token(b"macaroon", _MACAROON, text, start)


def bearer(text: bytes, start: int, end: int) -> Secret | None:
    """What stands behind the word Bearer and is no word."""
    at = _BEARER.match(text, start).end()
    return Secret(at, Opened(b"bearer", TOKEN)) if _OPAQUE.match(text, at) else None


def _token(rule: bytes, pattern: re.Pattern[bytes], text: bytes, start: int) -> Secret | None:
    if _is_within_word(text, start) or not pattern.match(text, start):
        return None
    return Secret(start, Opened(rule, TOKEN))


def _is_within_word(text: bytes, start: int) -> bool:
    before = text[max(0, start - 3) : start]
    return before[-1:].isalnum() and not _ESCAPED.fullmatch(before)
