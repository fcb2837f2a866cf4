"""Private keys as PEM: from BEGIN to END, on one line (JSON, urlencoded) or on many, each with a pilot's header or not.

Certificates stay, so that a proxy keeps what it is. Lines that can't be of a key stay too, as other output may come
between; after some of them, or ``swallow.MAX_BYTES``, a key that has no end counts as ended.
"""

from __future__ import annotations

import re

from ..swallow import KEY, Opened, Secret

RULE = b"private-key"

_BLANK = rb"(?: |\+|%20)"
_BEGIN = (
    rb"----(?:- ?|-| )BEGIN"
    + _BLANK
    + rb"(?:(?:[A-Z0-9]+"
    + _BLANK
    + rb")*PRIVATE"
    + _BLANK
    + rb"KEY|SEALED"
    + _BLANK
    + rb"(?:CIPHER|ENVELOPE)|DIRACX|OpenVPN Static key)"
)
#: How the base64 of RSA, PKCS #8, EC and OpenSSH keys begins, for keys that have lost their first line.
_BODY = rb"MI[A-Za-z0-9+/]{3,5}IBA(?:AK[BC]|DANBgkqhki)|MIG[A-Z]AgEAMB|MHcCAQEE|b3BlbnNzaC1rZXktdjE"
BODY = re.compile(_BODY)
_PUTTY = rb"Private-Lines: [0-9]"
_END_ANCHOR = rb"----- ?END (?:[A-Z0-9]+ )*PRIVATE KEY"
ANCHOR = _BEGIN + rb"|" + _BODY + rb"|" + _PUTTY + rb"|" + _END_ANCHOR

_MAX_OTHER_LINES = 16
#: Where the text before ended: at a line's start, in the line of BEGIN, in a line of the key, or in another line, which
#: is in the log. After it stands what the lines of the key begin with.
_AT_LINE, _IN_FIRST_LINE, _IN_LINE, _IN_OTHER_LINE = b"0", b"1", b"2", b"3"
_MAX_PREFIX = 100

_END = re.compile(rb"-{4,5} ?END[^\n-]{0,64}-{4,5}|Private-MAC: [0-9a-f]{0,64}")
_END_BEGUN = re.compile(
    rb"(?:-{1,5}(?: ?E(?:N(?:D[^\n-]{0,64}-{0,4})?)?)?|P(?:ri?|riv[ateMC: -]{0,9}[0-9a-f]{0,63})?)\Z"
)
_END_BYTES = 80
#: Of a header's year some digits may have been taken for the key's, where a message ended in them.
HEADER = rb"(?P<header>(?:\d{0,4}-\d\d-\d\dT[\d:]{8}[.,]\d{1,9}Z [A-Z]{1,10} {1,8})?(?:\[[^\]\n]{1,64}\] )?)"
_BODY_LINE = (
    rb"""(?P<body>[A-Za-z0-9+/=]*+|(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\n]{1,80})"""
    rb"""(?:\\[nr]|[\"',\s|$]|\^M|\x1b\[[\d;]{0,8}[mK]|)*+-{0,5}\Z"""
)
_LINE = re.compile(HEADER + rb"""(?:[\s>|\"',]|\x1b\[[\d;]{0,8}[mK]){0,16}(?:\d{1,6}[\t:|-] ?)?""" + _BODY_LINE)
_BEHIND_PREFIX = re.compile(rb"""[\s>|\"',]{0,16}""" + _BODY_LINE)
#: A whole line of a key, whatever stands before it.
_LONG = re.compile(
    rb"""[^\n]{0,120}?(?:^|[\s:|>\])"'-]|\x1b\[[\d;]{0,8}[mK])[A-Za-z0-9+/_-]{60,76}={0,2}(?:[\s|$"',]|\\[nr]|\^M|\x1b\[[\d;]{0,8}m){0,8}\Z"""
)
_MAX_LINES_BACK = 128
_MAX_LINE = 256
_BEHIND_HEADER = re.compile(HEADER)
_WHOLE_LINE = re.compile(HEADER + rb"[ \t>|]{0,8}[A-Za-z0-9+/]{48,76}[ \t|]{0,8}\r?\n")
_LAST_LINE = re.compile(HEADER + rb"[ \t>|]{0,8}[A-Za-z0-9+/]{4,76}={0,2}[ \t|]{0,8}\r?\n")
_DIGITS = re.compile(rb"\d+")


def find(text: bytes, start: int, end: int) -> Secret | None:
    """Return the key that begins at the hit, or that ends there and has lost its first line."""
    if text.startswith((b"END", b" END"), start + 5):
        return _without_begin(text, start)
    if text[start : start + 1] not in (b"-", b"P"):
        return Secret(start, Opened(RULE, KEY, _AT_LINE))
    prefix = _shape(text[text.rfind(b"\n", 0, start) + 1 : start][-_MAX_PREFIX:])
    return Secret(start, Opened(RULE, KEY, _IN_FIRST_LINE + prefix))


def _without_begin(text: bytes, start: int) -> Secret | None:
    """Return the lines before an END that are a key's."""
    at = first = text.rfind(b"\n", 0, start) + 1
    for _ in range(_MAX_LINES_BACK):
        line_begin = text.rfind(b"\n", max(0, first - _MAX_LINE), max(0, first - 1)) + 1
        line = (_LAST_LINE if first == at else _WHOLE_LINE).fullmatch(text, line_begin, first)
        if not line:
            break
        first = line_begin
    begin = _BEHIND_HEADER.match(text, first)
    return Secret(begin.end() if begin else first, Opened(RULE, KEY, _AT_LINE)) if first < at else None


def _shape(prefix: bytes) -> bytes:
    """Return a line's beginning without its numbers, and with the signs of ``grep -n`` made equal."""
    return _DIGITS.sub(b"0", prefix).replace(b"-", b":")


def swallow(opened: Opened, text: bytes, at: int, context: bytes = b"") -> tuple[int, Opened | None]:
    """Return the key's end, or the place of a line that is not the key's, where it is still open.

    ``context`` is the part of the present line that stands in the log.
    """
    begun, in_first = at, opened.stop[:1] == _IN_FIRST_LINE
    context = context if goes_on(opened) else b""
    while at < len(text):
        behind = text.find(b"\n", at) + 1 or len(text)
        found = _END.search(text, at, behind)
        if found:
            return found.end(), None
        if at - begun > opened.left:
            return at, None
        if not in_first and not _is_of_key(context + text[at:behind], opened.stop[1:]):
            return at, _interrupted(opened, at - begun, text[behind - 1 : behind] == b"\n")
        in_first = in_first and text[behind - 1 : behind] != b"\n"
        at, context = behind, b""
    return at, _unfinished(opened, text, begun, in_first)


def goes_on(opened: Opened) -> bool:
    """Tell if the text before ended in a line of something else, which the next text continues."""
    return opened.stop[:1] == _IN_OTHER_LINE


def _is_of_key(line: bytes, prefix: bytes) -> bool:
    """Tell if a line may be of a key; a header is not, until the text after it has come."""
    match = _LINE.match(line)
    if match is not None:
        return bool(match["body"]) or not match["header"] or line.endswith(b"\n")
    return _LONG.match(line) is not None or (bool(prefix) and _is_behind(prefix, line))


def _is_behind(prefix: bytes, line: bytes) -> bool:
    """Tell if a line has the prefix of the line of BEGIN, and the key's letters after it."""
    shape = _shape(line[: 2 * _MAX_PREFIX])
    return shape.startswith(prefix) and _BEHIND_PREFIX.match(line[_length(prefix, line) :]) is not None


def _length(prefix: bytes, line: bytes) -> int:
    """Return the length of a prefix in a line; its numbers may differ."""
    at, numbers = 0, [match.group() for match in _DIGITS.finditer(line)]
    for number, part in enumerate(prefix.split(b"0")):
        at += len(part) + (len(numbers[number - 1]) if 0 < number <= len(numbers) else 0)
    return at


def _interrupted(opened: Opened, size: int, is_whole: bool) -> Opened | None:
    left, lines = opened.left - size, opened.number + is_whole
    if left <= 0 or lines > _MAX_OTHER_LINES:
        return None
    return opened._replace(
        stop=(_AT_LINE if is_whole else _IN_OTHER_LINE) + opened.stop[1:], tail=b"", left=left, number=lines
    )


def _unfinished(opened: Opened, text: bytes, begun: int, in_first: bool) -> Opened | None:
    left = opened.left - (len(text) - begun)
    tail = _END_BEGUN.search(text, max(begun, len(text) - _END_BYTES))
    state = _IN_FIRST_LINE if in_first else _AT_LINE if text.endswith(b"\n") else _IN_LINE
    return (
        opened._replace(stop=state + opened.stop[1:], tail=tail.group() if tail else b"", left=left)
        if left > 0
        else None
    )
