"""The extent of a secret once it has begun, also over messages: an ``Opened`` secret, and where it ends.

Each kind of secret has an end of its own: a quote, a blank, a character that no token has. All are found by patterns
that never go back, so that time is linear; all but keys and base64 blocks end at the end of the line at the latest.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: A secret without an end is closed after this many bytes: a key has 13 kB at most, twice that with a header a line.
MAX_BYTES = 64 * 1024

#: Unquoted text, to a blank, a quote, or a line break that is written as an escape.
BARE = b"b"
#: The same inside a URL or an urlencoded form, where ``&`` ends it too.
QUERY = b"u"
#: To the quote in ``stop``: plain, after backslashes, or ``%22``.
QUOTED = b"q"
#: A list of quoted text, to the bracket after a quote.
LISTED = b"l"
#: Letters that tokens are made of.
TOKEN = b"t"
#: To the last ``@`` of a URL's authority, or its end.
AUTHORITY = b"a"
#: The same, urlencoded: to ``%40``.
ENCODED_AUTHORITY = b"e"
#: To the end of the line, also one that is written as an escape.
LINE = b"n"
#: Lines of hexadecimal digits, with colons and blanks.
HEX_LINES = b"h"
#: A hash of a password, with its salt.
HASH = b"c"
#: Text between tags, or of a form, to the next tag.
MARKUP = b"x"
#: The two parts of a key of AWS.
PAIR = b"w"
#: A token that may go on in the lines after it.
WRAPPED = b"j"
#: The lines of a table, in which as many signs as ``number`` stand that are ``stop``.
ROWS = b"r"
#: To a quote that is written as HTML or JSON write it: ``&quot;``, ``\u0022``.
ESCAPED = b"s"
#: Lines that stand deeper, each a user, a colon and a password.
USERS = b"o"
#: An item of a list of pairs: as unquoted text, to the sign in ``stop`` if another name stands after it.
ITEM = b"i"
#: A part of a URL's path, to the next slash.
SEGMENT = b"g"
#: Two secrets, the second after the first and ``to``.
CHANGED = b"d"
#: The rest of a URL's path.
PATH_OF_URL = b"p"
#: A block scalar of YAML, ``number`` blanks deeper than its name: ``scalars.swallow``.
SCALAR = b"y"
#: A private key: ``pem.swallow``.
KEY = b"k"
#: A block of base64, wrapped or not: ``encoded.swallow``.
BLOCK = b"6"
#: A block of text with more places than are looked at: ``budget.swallow``.
MANY = b"m"


class Opened(NamedTuple):
    """A secret whose end has not been seen.

    ``tail`` is the beginning of what may be its end, a few characters that are no part of the secret. ``left`` bytes
    more are swallowed at most. ``number`` is the kind's own.
    """

    rule: bytes
    kind: bytes
    stop: bytes = b""
    tail: bytes = b""
    left: int = MAX_BYTES
    number: int = 0


class Secret(NamedTuple):
    """The place where a secret begins, and the way it goes on."""

    start: int
    opened: Opened


_HEADER = rb"(?:\d{4}-\d\d-\d\dT[\d:]{8}[.,]\d{1,9}Z [A-Z]{1,10} {1,8})?(?:\[[^\]\n]{1,64}\])?"
_ENDS = {
    BARE: re.compile(
        rb"""(?:[^\s"'\\\x00\x1b^<|]++|\\(?!["'\\nrtux0\r\n]|\Z)|\\x(?=[2-9A-Fa-f][0-9A-Fa-f])|\^(?!@|\Z)|<(?!/|\Z)|\|(?!\s|\Z)|["'](?=[\w!#$%&@*+~-])"""
        rb"""|\\\r?\n[ \t]{1,16}(?=[^\s"'\\=:-][^\s"'\\=]{3,256}[ \t]{0,16}(?:\r?\n|\Z))|)*+"""
    ),
    QUERY: re.compile(rb"""(?:[^\s"'\\&%\x00\x1b<;]++|\\(?![nrtux0"'\\]|\Z)|%(?!2[267]|0[AaDd]|2?\Z)|<(?!/|\Z)|)*+"""),
    LINE: re.compile(rb"""(?:[^\r\n\\\x00]++|\\(?![nr]|\Z)|)*+"""),
    HASH: re.compile(rb"[A-Za-z0-9./$=,+_{}-]*+"),
    MARKUP: re.compile(rb"[^<\r\n]*+"),
    PATH_OF_URL: re.compile(rb"[A-Za-z0-9_:/@.%+=~-]*+"),
    HEX_LINES: re.compile(rb"(?:\n" + _HEADER + rb"(?=[ \t][ \t\r]*[0-9A-Fa-f]{2}:|[ \t]*\Z)|[0-9A-Fa-f: \t\r]++|)*+"),
    LISTED: re.compile(rb"(?:[^\]\n]++|(?<![\"'\s])\]|)*+"),
    ESCAPED: re.compile(rb"(?:[^&\\\n]++|&(?!quot;|apos;|#0?3[49];)|\\(?!u002[27])|)*+"),
    USERS: re.compile(
        rb"(?:[^\r\n]++|\r?\n"
        + _HEADER
        + rb"(?:[ \t-]{1,32}(?=[\w.-]{1,64}:[^\s])|(?=[\w.-]{1,64}:[^\s:/]{8,64}[ ]{0,8}\r?\n))|)*+"
    ),
    TOKEN: re.compile(rb"[A-Za-z0-9_.~+/=%-]*+"),
    SEGMENT: re.compile(rb"[A-Za-z0-9_.~+=%:-]*+"),
    CHANGED: re.compile(rb"[^\s\"'`]++(?>[\"'`]? (?:to|->|=>) [\"'`]?[^\s\"'`]*+|)"),
    PAIR: re.compile(rb"[A-Z0-9]*+(?>[\"']?(?: ?[/:,;|] ?|[ \t])[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])|)"),
    WRAPPED: re.compile(
        rb"[A-Za-z0-9_.~+/=%-]*+(?:(?:(?<=[A-Za-z0-9_.+/-]{52})|(?<=[A-Za-z0-9_.-]{19}-))\r?\n[ \t]{0,16}"
        rb"(?=[A-Za-z.-]{0,64}(?:[0-9_+=]|[a-z][A-Z]))"
        rb"(?=[A-Za-z0-9_.+/=-]{6,512}[ \t]{0,16}(?:\r?\n|\Z))[A-Za-z0-9_.+/=-]*+|)*+"
    ),
    ENCODED_AUTHORITY: re.compile(rb"(?:[^\s&%]++|%(?!40|4?\Z)|)*+"),
}
_ITEMS = {
    sign: re.compile(
        rb"""(?:[^\s"'\\\x00\x1b<,;]++|[,;](?!(?<=%s) ?[A-Za-z_][\w.-]{0,40}(?: \w{1,20})? ?=[^=\s,;])"""
        rb"""|\\(?!["'\\nrt0]|\Z)|<(?!/|\Z)"""
        rb"""|["'](?=[\w!#$%%&@*+~-])|)*+""" % sign
    )
    for sign in (b",", b";")
}
_AUTHORITY = re.compile(rb"""[^\s/"'<>?#\\]*+""")
#: The rest of a text that ends where the end of a secret may have begun.
_TAIL = re.compile(rb"\\{1,8}|%[0-4]?")
_BARE_TAIL = re.compile(rb"""\\{1,8}(?:x[2-9A-Fa-f]?)?|["'<^|]""")


def quoted(quote: bytes) -> re.Pattern[bytes]:
    """Return the pattern of quoted text: up to the same quote after as many backslashes, or the end of the line."""
    if quote.startswith(b"%"):
        return re.compile(rb"(?:[^%\s]++|%(?!" + quote[1:] + rb"|2?\Z)|)*+")
    depth, mark = len(quote) - 1, quote[-1:]
    if not depth:
        return re.compile(rb"(?:[^\\\n" + mark + rb"]++|\\[^\n]|)*+")
    end = rb"\\{%d}" % depth + mark
    return re.compile(rb"(?:[^\\\n]++|(?!" + end + rb"|\\{1,8}\Z)\\++" + mark + rb"?+|)*+")


_QUOTED = {quote: quoted(quote) for quote in (b'"', b"'", b"`", b'\\"', b"\\'", b'\\\\\\"', b"\\\\\\'", b"%22", b"%27")}
for _mark in (b'"', b"'"):
    _QUOTED[_mark * 3] = re.compile(
        rb"(?:[^\\" + _mark + rb"]++|\\[\s\S]|" + _mark + rb"(?!" + _mark * 2 + rb"|" + _mark + rb"?\Z)|)*+"
    )

#: The quotes that are known, for patterns.
QUOTES = rb"""(?:\\{3}|\\)?["']|%2[27]"""


def swallow(opened: Opened, text: bytes, at: int) -> tuple[int, Opened | None]:
    """Return where the secret at ``at`` ends, and what of it is still open: nothing, or all that the text has."""
    if opened.kind == ROWS:
        return _rows(opened, text, at)
    if opened.kind == AUTHORITY:
        end = _authority(text, at)
    else:
        pattern = _ENDS.get(opened.kind) or (_QUOTED if opened.kind == QUOTED else _ITEMS)[opened.stop]
        end = end_of(pattern, text, at)
    return settle(opened, text, at, end)


_OF_RULES = b"\r\n+-=|: "
_RULE_OF_TABLE = re.compile(rb"[+|][-=][-+=|: ]*\r?\Z")


def end_of(pattern: re.Pattern[bytes], text: bytes, at: int) -> int:
    """Return where the match of a pattern ends that begins at a place; the place itself where nothing matches."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _rows(opened: Opened, text: bytes, at: int) -> tuple[int, Opened | None]:
    """Go up to the break before a line that is not the table's; ``stop``: the sign, and how many the line had."""
    begun, sign, before = at, opened.stop[:1], opened.stop[1:2]
    seen = before[0] if before else 0
    while at < len(text):
        found = text.find(b"\n", at + (not before))
        line_end = len(text) if found < 0 else found
        is_rule = _RULE_OF_TABLE.search(text, max(at, line_end - 256), line_end) or not text[at:line_end].strip(
            _OF_RULES
        )
        seen += text.count(sign, at, line_end)
        if (
            not is_rule and (seen != opened.number if found >= 0 else seen > opened.number)
        ) or line_end - begun > opened.left:
            return at, None
        at, before, seen = line_end, b"", 0 if found >= 0 else seen
    return at, opened._replace(stop=sign + bytes([min(seen, 255)]), left=opened.left - (at - begun))


def _authority(text: bytes, at: int) -> int:
    end = end_of(_AUTHORITY, text, at)
    last = text.rfind(b"@", at, end)
    return end if last < 0 else last


def settle(opened: Opened, text: bytes, at: int, end: int) -> tuple[int, Opened | None]:
    """Return the end, and the secret with what it may still swallow where the text ends before it."""
    rest = text[end : end + 9]
    if rest and not (
        len(text) - end == len(rest) and (_BARE_TAIL if opened.kind in (BARE, ITEM) else _TAIL).fullmatch(rest)
    ):
        return end, None
    left = opened.left - (len(text) - at)
    return len(text), opened._replace(tail=rest, left=left) if left > 0 else None
