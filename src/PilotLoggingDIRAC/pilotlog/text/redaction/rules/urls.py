"""Passwords in URLs: ``https://user:password@host``, the same escaped or urlencoded, and tokens in the user's place."""

from __future__ import annotations

import re

from ..swallow import AUTHORITY, ENCODED_AUTHORITY, Opened, Secret, end_of

RULE = b"url-password"

_LETTERS = rb"""[^\s/"'<>?#\\@]"""
#: With the ``@`` that tells a password from a port, or where the text ends before it.
ANCHOR = (
    rb":(?://|\\/\\/)(?:" + _LETTERS + rb"*@|[^\s/\"'<>?#\\@:\[]*:" + _LETTERS + rb"*\z|[A-Za-z0-9_~-]{20,}\z)"
    rb"|(?i:%3A%2F%2F)[^\s&%/]+(?i:%3A)(?:[^\s&%]|%[0-35-9A-Fa-f]|%4[1-9A-Fa-f])*(?:%40|%?4?\z)"
)
_USER = re.compile(rb"""://(?:[^\s/"'<>?#\\@:]*+)|:\\/\\/(?:[^\s/"'<>?#\\@:]*+)""")
_ENCODED_USER = re.compile(rb"(?i:%3A%2F%2F)[^\s&%/]+(?i:%3A)")
_PLAIN = re.compile(rb"""(?:\[redacted:[\w-]{1,64}\]|\*+|\$\{?\w+\}?|<[^<>]{0,64}>|[xX]+)?(?:@|%40|\Z)""")
_PORT = re.compile(rb"\d{0,5}\Z")
_MARKED = re.compile(rb"[:/%\\23AFaf]{3,9}\[redacted:")
_MARKER_BEGUN = re.compile(rb"\[[redact]{0,8}:?[\w-]{0,64}\]?\Z")
#: A user that is as long as a token is taken for one.
_TOKEN = re.compile(
    rb"(?:https?://|:\\/\\/|://)(?=[0-9a-f]{32}:[^\s/@]|[^\s/@:]*(?:[:@]|\Z))([A-Za-z0-9_.~%-]{20,256})(?::"
    rb"(?:[0-9a-f]{32}|x-oauth-basic|x-access-token|x[a-z-]{0,13}(?=\Z))?)?(?:@|\Z)"
)


def find(text: bytes, start: int, end: int) -> Secret | None:
    """Return the password of a URL's authority. Up to five digits that the text ends in are taken for a port."""
    if _MARKED.match(text, start):
        return None
    if text[start : start + 1] == b"%":
        at, kind = end_of(_ENCODED_USER, text, start), ENCODED_AUTHORITY
    else:
        at, kind = end_of(_USER, text, start), AUTHORITY
        if text[at : at + 1] != b":":
            token = _TOKEN.match(text, start)
            return Secret(token.start(1), Opened(RULE, kind)) if token else None
        at += 1
        if token := _TOKEN.match(text, start):
            return Secret(token.start(1), Opened(RULE, kind))
    if _PLAIN.match(text, at) or _PORT.match(text, at) or _MARKER_BEGUN.match(text, at):
        return None
    return Secret(at, Opened(RULE, kind))
