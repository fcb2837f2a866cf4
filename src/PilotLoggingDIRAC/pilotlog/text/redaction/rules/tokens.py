"""Tokens and keys that are known by how they begin: JWTs, bearer tokens, keys of clouds and forges, macaroons."""

from __future__ import annotations

import re

from ..swallow import PAIR, TOKEN, WRAPPED, Opened, Secret, end_of

_JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{5,}+(?:\.\.?[A-Za-z0-9_-]|\.{0,2}\Z)|eyJ[A-Za-z0-9_-]*+\Z")
_BEARER = re.compile(rb"(?i:bearer)(?:[ \t]|%20|\+)+")
#: An opaque token has a digit, and more letters than a word; one that the text ends in may have.
_OPAQUE = re.compile(
    rb"(?=[A-Za-z._~+/=-]{0,64}\d)[A-Za-z0-9._~+/%-]{16,}+={0,2}(?=[\s\"'\\,;)&\]}>]|\Z)"
    rb"|[A-Za-z0-9._~+/%-]{1,512}+={0,2}\Z"
)

#: Kinds of keys: their beginning, a character after it, the least number of these. Order counts.
_KEYS = (
    (rb"(?:A[KSB]IA|ACCA|A3T[A-Z0-9])", rb"[A-Z0-9]", 16),
    (rb"ABSK", rb"[A-Za-z0-9+/=]", 60),
    (rb"LTAI", rb"[A-Za-z0-9]", 16),
    (rb"gh[oprsu]_", rb"[A-Za-z0-9]", 20),
    (rb"github_pat_", rb"[A-Za-z0-9_]", 20),
    (rb"gl(?:pat|rt|cbt|dt|ptt|soat|ft|ffct|imt|agent|oas|rtr)-", rb"[A-Za-z0-9_.-]", 16),
    (rb"GR1348941", rb"[A-Za-z0-9_-]", 16),
    (rb"xox(?:[abeoprs]|e\.xox[bp])-", rb"[A-Za-z0-9-]", 10),
    (rb"xapp-[0-9]-", rb"[A-Za-z0-9-]", 16),
    (rb"AIza", rb"[A-Za-z0-9_-]", 30),
    (rb"ya29\.", rb"[A-Za-z0-9_.-]", 20),
    (rb"1//0", rb"[A-Za-z0-9_-]", 20),
    (rb"GOCSPX-", rb"[A-Za-z0-9_-]", 16),
    (rb"hv[sbr]\.", rb"[A-Za-z0-9_-]", 20),
    (rb"npm_", rb"[A-Za-z0-9]", 20),
    (rb"pypi-AgE", rb"[A-Za-z0-9_-]", 20),
    (rb"hf_", rb"[A-Za-z0-9]", 30),
    (rb"do[por]_v1_", rb"[a-f0-9]", 30),
    (rb"(?:[rs]k|rzp)_(?:live|test|prod)_", rb"[A-Za-z0-9]", 10),
    (rb"sk-(?:ant-|proj-|svcacct-|admin-)?", rb"[A-Za-z0-9_]", 20),
    (rb"sk-(?:ant|proj|svcacct|admin)-", rb"[A-Za-z0-9_-]", 20),
    (rb"sq[pau]_", rb"[a-f0-9]", 30),
    (rb"bk[a-z]{2}_", rb"[a-f0-9]", 30),
    (rb"oy2[a-p]", rb"[a-z0-9]", 38),
    (
        rb"(?:gsk|r8|figd|fo1|tfp|ntn|phc|rdme|pnu|lin_api|lin_oauth|duffel_(?:test|live)|shippo_"
        rb"(?:test|live)|sm_[aps]at|pscale_(?:tkn|pw|oauth)|clojars|CLOJARS|rubygems|dckr_(?:pat|oat)|sgp"
        rb"|sntry[su]|snyk_uat|vcp|cfut|glsa|glc)_|(?:pplx|nvapi|xai)-",
        rb"[A-Za-z0-9_.=/+-]",
        20,
    ),
    (rb"(?:ST|TGT|PGT|PT)-[0-9]{1,6}-", rb"[A-Za-z0-9.-]", 20),
    (rb"ops_eyJ", rb"[A-Za-z0-9_.=-]", 20),
    (rb"fm[12][ar]?_", rb"[A-Za-z0-9+/=]", 60),
    (rb"shp(?:at|ca|pa|ss)_", rb"[a-fA-F0-9]", 20),
    (rb"dapi", rb"[a-f0-9]", 32),
    (rb"dp\.(?:pt|st|ct|sa|scim|audit)\.", rb"[A-Za-z0-9_.-]", 30),
    (rb"dt0[a-z]01\.", rb"[A-Za-z0-9.]", 30),
    (rb"SG\.", rb"[A-Za-z0-9_.-]", 40),
    (rb"sl\.", rb"[A-Za-z0-9_-]", 60),
    (rb"sq0[a-z]{3}-", rb"[A-Za-z0-9_-]", 20),
    (rb"EAA[A-Z]", rb"[A-Za-z0-9]", 60),
    (rb"EZ[AT]K", rb"[A-Za-z0-9]", 40),
    (rb"AKC[a-z]", rb"[A-Za-z0-9]", 30),
    (rb"cmVmd", rb"[A-Za-z0-9]", 50),
    (rb"ATATT3x", rb"[A-Za-z0-9_=-]", 20),
    (rb"ATCTT3x", rb"[A-Za-z0-9_=-]", 20),
    (rb"PMAK-", rb"[a-f0-9-]", 30),
    (rb"NR(?:AK|JS|II|BR|SP)-", rb"[A-Za-z0-9-]", 16),
    (rb"pul-", rb"[a-f0-9]", 30),
    (rb"key-", rb"[a-f0-9]", 32),
    (rb"xkeysib-", rb"[a-zA-Z0-9-]", 40),
    (rb"xsmtpsib-", rb"[a-zA-Z0-9-]", 40),
    (rb"tskey-(?:auth|api|client|scim|webhook)-", rb"[A-Za-z0-9-]", 16),
    (rb"sha256~", rb"[A-Za-z0-9_-]", 40),
    (rb"API-", rb"[A-Z0-9]", 26),
    (rb"FLWSECK(?:_TEST)?-", rb"[A-Za-z0-9-]", 12),
    (rb"p8e-", rb"[a-z0-9]", 30),
    (rb"A3-[A-Z0-9]{6}-", rb"[A-Z0-9-]", 20),
    (rb"v1\.0-[a-f0-9]{24}-", rb"[a-f0-9]", 60),
    (rb"dnkey-", rb"[a-z0-9=_-]", 40),
    (rb"fio-u-", rb"[A-Za-z0-9_=-]", 40),
    (rb"t1\.[A-Z0-9a-z_-]{8}", rb"[A-Za-z0-9_.=-]", 60),
    (rb"AQVN", rb"[A-Za-z0-9_-]", 34),
    (rb"bedrock-api-key-", rb"[A-Za-z0-9+/=]", 30),
    (rb"AGE-(?:SECRET-KEY|PLUGIN-[A-Z0-9]{2,16})-1", rb"[A-Z0-9]", 20),
    (rb"gAAAAAB", rb"[A-Za-z0-9_=-]", 80),
    (rb"(?:CCIPAT|KGAT|aio|apify_api|figp|jina|nfp|pcsk|pnb|rnd|sbp|tgp_v1|vck|whsec|wandb_v1)_", rb"[A-Za-z0-9]", 26),
    (rb"(?:lsv2_(?:pt|sk)|ory_(?:at|rt|ac)|ph[xs]|api_org|rootly)_", rb"[A-Za-z0-9_-]", 32),
    (rb"pat-(?:eu|na)[0-9]-", rb"[a-f0-9-]", 34),
    (rb"(?:CFPAT|BBDC)-", rb"[A-Za-z0-9_-]", 40),
    (rb"HRKU-AA", rb"[A-Za-z0-9_-]", 40),
    (rb"RGAPI-|amzn\.mws\.", rb"[a-f0-9-]", 34),
    (rb"amzn1\.oa2-cs\.v1\.", rb"[a-f0-9]", 40),
    (rb"sk-or-v1-", rb"[a-f0-9]", 40),
    (rb"v[1-4]\.local\.", rb"[A-Za-z0-9_.-]", 60),
    (rb"GOOG1E", rb"[A-Z0-9]", 50),
    (rb"3MVG9", rb"[A-Za-z0-9_.+/=]", 70),
    (rb"00D[A-Za-z0-9]{12}!", rb"[A-Za-z0-9_.]", 60),
    (rb"eyJrIjoi", rb"[A-Za-z0-9=]", 60),
    (rb"xprv", rb"[A-Za-z0-9]", 100),
    (rb"SWMTKN-1-", rb"[a-z0-9-]", 50),
    (rb"APA91b", rb"[A-Za-z0-9_-]", 100),
    (rb"AUTH_tk", rb"[a-f0-9]", 32),
    (rb"ATBB", rb"[A-Za-z0-9]", 28),
)
_CLOUD = re.compile(rb"|".join(rb"%s(?:%s{%d,}+|%s*+\Z)" % (begin, more, least, more) for begin, more, least in _KEYS))
_LEAST = 4
#: base64 of ``0018location ...``, the first packet of a macaroon.
_MACAROON = re.compile(rb"MDA[A-Za-z0-9+/_-]{3}xvY2F0aW9u")

_ESCAPED = re.compile(rb"%[0-9A-Fa-f]{2}")

JWT_ANCHOR = rb"eyJ"
BEARER_ANCHOR = rb"(?i:bearer)(?:[ \t]|%20|\+)+"
#: With some letters more, so that the scan stops at few places; what is shorter where the text ends may be one, too.
CLOUD_ANCHOR = rb"|".join(rb"%s(?:%s{%d}|%s*\z)" % (begin, more, _LEAST, more) for begin, more, _ in _KEYS)
#: From the first dot on: a pattern of the part before it would be in the midst of something at most places of base64,
#: and each of them be a state of the scan's own.
DISCORD_ANCHOR = rb"\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{20}"
_DISCORD_USER = re.compile(rb"[MNO][DTjz][A-Za-z0-9_-]{21,25}\Z")
_MAX_DISCORD_USER = 27
MACAROON_ANCHOR = rb"MDA[A-Za-z0-9+/_-]{3}xvY2F0aW9u"


def jwt(text: bytes, start: int, end: int) -> Secret | None:
    """Return a JSON web token: a header that ``eyJ`` begins, and a dot with more after it, as far as the text goes."""
    return _token(b"jwt", _JWT, text, start, WRAPPED)


def cloud_key(text: bytes, start: int, end: int) -> Secret | None:
    """Return a key with a beginning of its own, as long as such a key is, as far as the text goes."""
    kind = PAIR if text[start : start + 4] in (b"AKIA", b"ASIA") else TOKEN
    if text[max(0, start - 1) : start] == b"_":
        return None
    return _token(b"cloud-key", _CLOUD, text, start, kind)


def macaroon(text: bytes, start: int, end: int) -> Secret | None:
    """Return a macaroon in base64."""
    return _token(b"macaroon", _MACAROON, text, start)


def discord(text: bytes, start: int, end: int) -> Secret | None:
    """Find the token of a bot around its first dot."""
    user = _DISCORD_USER.search(text, max(0, start - _MAX_DISCORD_USER), start)
    return Secret(user.start(), Opened(b"secret", TOKEN)) if user else None


def bearer(text: bytes, start: int, end: int) -> Secret | None:
    """Find a token after the word Bearer."""
    at = end_of(_BEARER, text, start)
    return Secret(at, Opened(b"bearer", TOKEN)) if _OPAQUE.match(text, at) else None


def _token(rule: bytes, pattern: re.Pattern[bytes], text: bytes, start: int, kind: bytes = TOKEN) -> Secret | None:
    if _is_within_word(text, start) or not pattern.match(text, start):
        return None
    return Secret(start, Opened(rule, kind))


def _is_within_word(text: bytes, start: int) -> bool:
    before = text[max(0, start - 3) : start]
    return before[-1:].isalnum() and not _ESCAPED.fullmatch(before)
