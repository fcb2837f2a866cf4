"""Private keys as PEM: from BEGIN to END, on one line (JSON, urlencoded) or on many, each with a pilot's header or not.

Certificates stay, so that a proxy keeps what it is. Lines that can't be of a key stay too, as other output may come
between; after some of them, or ``swallow.MAX_BYTES``, a key that has no end counts as ended.
"""

from __future__ import annotations

import dataclasses
import re

from .swallow import KEY, Opened, Secret

RULE = b"private-key"

_BLANK = rb"(?: |\+|%20)"
_BEGIN = rb"-----BEGIN" + _BLANK + rb"(?:[A-Z0-9]+" + _BLANK + rb")*PRIVATE" + _BLANK + rb"KEY"
#: How the base64 of RSA, PKCS #8, EC and OpenSSH keys begins, for keys that have lost their first line.
_BODY = rb"MI[A-Za-z0-9+/]{3,5}IBA(?:AK[BC]|DANBgkqhki)|MIG[A-Z]AgEAMB|MHcCAQEE|b3BlbnNzaC1rZXktdjE"
ANCHOR = _BEGIN + rb"|" + _BODY

_MAX_OTHER_LINES = 16
#: Where the text of before ended: in the line of BEGIN, in a line of the key, in another line, which is in the log.
_IN_FIRST_LINE, _IN_LINE, _IN_OTHER_LINE = b"1", b"2", b"3"

_END = re.compile(rb"-----END[^\n-]{0,64}-----")
_END_BEGUN = re.compile(rb"-{1,5}(?:E(?:N(?:D[^\n-]{0,64}-{0,4})?)?)?\Z")
_END_BYTES = 80
#: Of a header's year some digits may have been taken for the key's, where a message ended in them.
_HEADER = rb"(?P<header>(?:\d{0,4}-\d\d-\d\dT[\d:]{8}[.,]\d{1,9}Z [A-Z]{1,10} {1,8})?(?:\[[^\]\n]{1,64}\] )?)"
_LINE = re.compile(
    _HEADER + rb"""[\s>|"',]{0,16}(?P<body>[A-Za-z0-9+/=]*+|Proc-Type: [^\n]{1,40}|DEK-Info: [^\n]{1,80})"""
    rb"""(?:\\[nr]|["',\s])*+-{0,5}\Z"""
)  # fmt: skip


def find(text: bytes, start: int, end: int) -> Secret:
    """The key that begins at the hit."""
    return Secret(start, Opened(RULE, KEY, _IN_FIRST_LINE if text[start : start + 1] == b"-" else b""))


def swallow(opened: Opened, text: bytes, at: int, context: bytes = b"") -> tuple[int, Opened | None]:
    """Up to the key's end, or to a line that is none of the key's, where it is still open.

    ``context`` is what of the present line stands in the log.
    """
    begun, in_first = at, opened.stop == _IN_FIRST_LINE
    context = context if goes_on(opened) else b""
    while at < len(text):
        behind = text.find(b"\n", at) + 1 or len(text)
        found = _END.search(text, at, behind)
        if found:
            return found.end(), None
        if at - begun > opened.left:
            return at, None
        if not in_first and not _is_of_key(context + text[at:behind]):
            return at, _interrupted(opened, at - begun, text[behind - 1 : behind] == b"\n")
        in_first = in_first and text[behind - 1 : behind] != b"\n"
        at, context = behind, b""
    return at, _unfinished(opened, text, begun, in_first)


def goes_on(opened: Opened) -> bool:
    """Whether the text of before ended in a line of something else, so that the next text goes on with it."""
    return opened.stop == _IN_OTHER_LINE


def _is_of_key(line: bytes) -> bool:
    """Whether a line may be of a key; a header alone is not, until what is behind it has come."""
    match = _LINE.match(line)
    return match is not None and (bool(match["body"]) or not match["header"] or line.endswith(b"\n"))


def _interrupted(opened: Opened, size: int, is_whole: bool) -> Opened | None:
    left, lines = opened.left - size, opened.count + is_whole
    if left <= 0 or lines > _MAX_OTHER_LINES:
        return None
    return dataclasses.replace(opened, stop=b"" if is_whole else _IN_OTHER_LINE, tail=b"", left=left, count=lines)


def _unfinished(opened: Opened, text: bytes, begun: int, in_first: bool) -> Opened | None:
    left = opened.left - (len(text) - begun)
    tail = _END_BEGUN.search(text, max(begun, len(text) - _END_BYTES))
    stop = _IN_FIRST_LINE if in_first else b"" if text.endswith(b"\n") else _IN_LINE
    return dataclasses.replace(opened, stop=stop, tail=tail.group() if tail else b"", left=left) if left > 0 else None
