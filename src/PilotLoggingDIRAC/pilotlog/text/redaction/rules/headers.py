"""Headers of HTTP whose values are more than one word: ``Authorization`` with a scheme, cookies, named tokens."""

from __future__ import annotations

import re

from ..swallow import BARE, LINE, QUERY, QUOTED, WRAPPED, Opened, Secret
from ..values import plain
from ..values.entry import begin

RULE = b"secret"
_NAMES = rb"(?i:uthorization|ookie2?|ucio-auth-token)"
_SEPARATOR = rb"\\{0,3}[\"']?(?:[ \t]*(?::|=>|=)[ \t]*|,[ \t]?|[ \t]+[\"'])(?:[bru])?\\{0,3}[\"']?(?:\[\\{0,3}[\"']?)?"
ANCHOR = _NAMES + _SEPARATOR + rb"[^\s\"',]"

_LEAD = re.compile(_NAMES + _SEPARATOR)
_NAME = re.compile(_NAMES)
_QUOTE = re.compile(rb"\\{0,3}[\"']")
_LAST_QUOTE = re.compile(rb"\\{0,3}[\"']\Z")
#: Schemes with parameters: all of them are hidden.
_PARAMETERS = re.compile(
    rb"(?i:aws[\w-]*|digest|oauth|hawk|signature|mac|sharedkey(?:lite)?|http-signature|acs[\w-]*|goog4[\w-]+"
    rb"|scram-[\w-]+|eg1-[\w-]+|credential=|[\w-]+ [a-z_]{2,24}=[\"'](?=[\w/]))[ :]*"
)
_SCHEME = re.compile(rb"([A-Za-z][A-Za-z0-9_-]{1,24})(?:[ \t]+|%20|\+)(?:token=|key=|auth=)?|(?:key|token|auth)=")
_SCHEME_BEGUN = re.compile(rb"[A-Za-z][A-Za-z0-9_-]{0,24}[ \t]*")
_WORD = re.compile(rb"[\w.@/-]{1,64}")
_SECOND_WORD = re.compile(rb"[^\s\"']{1,400}")
_COOKIE = re.compile(rb"[\w.$%!~*+-]{1,128}(?:=|%3D|\Z)")
_COOKIE_NAME = re.compile(rb"[A-Za-z_][\w.-]{1,63}=(?=[^=\s;\"'])")
_NO_COOKIE = re.compile(rb"[A-Za-z_][\w.-]{0,63}=(?=;)")
_ATTRIBUTE = (
    rb"; ?(?i:path|domain|expires|max-age|secure|httponly|samesite|version|comment|priority|partitioned)"
    rb"(?>=(?:[A-Za-z]{3}, )?[^;,\r\n\"']*+|)"
)
#: The value of one cookie, and nothing but what it is set with.
_SET_COOKIE = re.compile(rb"[^\s\"'\\&%%<;]*+%s(?:%s|)*+[\"']?[ \t]*+\r?\n" % (_ATTRIBUTE, _ATTRIBUTE))
#: A value that goes on in the line after it.
_FOLDED = re.compile(rb"[A-Za-z0-9_.~+/=-]{52,}+\r?\n[ \t]+[A-Za-z0-9]")
_DN = re.compile(rb"[\w.@-]{1,64}-/[A-Z]{1,2}")


def find(text: bytes, start: int, end: int) -> Secret | None:
    """Return the secret of a header."""
    lead, match = _LEAD.match(text, start), _NAME.match(text, start)
    if lead is None or match is None:
        return None
    name, at = match.group().lower(), lead.end()
    quote = _LAST_QUOTE.search(text, max(start, at - 4), at) or _quote_before(text, start, lead)
    if name.endswith((b"ookie", b"ookie2")):
        return _cookie(text, at, quote)
    if name == b"ucio-auth-token":
        return Secret(at, _line(quote)) if _DN.match(text, at) or _WORD.fullmatch(text, at) else None
    return _authorization(text, at, quote)


def _cookie(text: bytes, at: int, quote: re.Match[bytes] | None) -> Secret | None:
    """Return the values of cookies; the first one's name stays, and what a cookie is set with."""
    if not _COOKIE.match(text, at):
        return None
    if (emptied := _NO_COOKIE.match(text, at)) and _SET_COOKIE.match(text, emptied.end()):
        return None
    name = _COOKIE_NAME.match(text, at)
    at = name.end() if name else at
    return Secret(at, Opened(RULE, QUERY) if _SET_COOKIE.match(text, at) else _line(quote))


def _quote_before(text: bytes, start: int, lead: re.Match[bytes]) -> re.Match[bytes] | None:
    """Return the quote around a whole header: ``-H 'Authorization: …'``."""
    if _QUOTE.match(text, lead.end() - 1) or b"'" in lead.group() or b'"' in lead.group():
        return None
    first = begin(text, start)
    return _LAST_QUOTE.search(text, max(0, first - 4), first)


def _line(quote: re.Match[bytes] | None) -> Opened:
    return Opened(RULE, QUOTED, quote.group()) if quote else Opened(RULE, LINE)


def _authorization(text: bytes, at: int, quote: re.Match[bytes] | None) -> Secret | None:
    if plain.is_reference(text[at : at + 200]):
        return None
    if parameters := _PARAMETERS.match(text, at):
        return Secret(parameters.end(), _line(quote)) if parameters.end() < len(text) else None
    scheme = _SCHEME.match(text, at)
    if not scheme and _SCHEME_BEGUN.fullmatch(text, at):
        return Secret(at, _line(quote))
    if not scheme:
        return None
    word = _SECOND_WORD.match(text, scheme.end())
    if not word or plain.is_reference(text[scheme.end() : scheme.end() + 200]):
        return None
    known = scheme.group(1) is None or scheme.group(1).lower() in (
        b"bearer",
        b"basic",
        b"token",
        b"negotiate",
        b"ntlm",
        b"apikey",
        b"jwt",
        b"splunk",
        b"private",
    )
    if not known and (plain.is_state(text[at : at + 40]) or plain.is_wordlike(word.group() + b" ")):
        return None
    if _FOLDED.match(text, scheme.end()):
        return Secret(scheme.end(), Opened(RULE, WRAPPED))
    return Secret(scheme.end(), Opened(RULE, QUOTED, quote.group()) if quote else Opened(RULE, BARE))
