"""Secrets that a sentence or a comparison of a program tells: ``Stored token in /tmp/x: …``, ``'…' == token``."""

from __future__ import annotations

import re

from . import plain
from .leads import QUOTE, secret_behind
from .swallow import BARE, QUOTED, Opened, Secret

RULE = b"secret"
_MAX_WORDS = 64
_MAX_LITERAL = 256

_WORD = rb"(?i:oken|cret|assword|assphrase|[_ ]key|Key|ass phrase|dentials?)"
SENTENCE_ANCHOR = _WORD + rb"s? [^\n:=\"']*: ?" + QUOTE + rb"[A-Za-z0-9_+/=.~-]{16}"
_SENTENCE = re.compile(_WORD + rb"s?(?P<words> [^\n:=\"']{1,%d}): ?" % _MAX_WORDS + QUOTE)
#: Words that say that an identifier, or what is public, follows.
PASSWORD_ANCHOR = (
    rb"(?i:assword|assphrase|ass phrase)s?(?: [A-Za-z ]+)?(?:: ?| (?:to|is|was|still|now) )" + QUOTE
    + rb"[^\s\"'=:(]*[0-9!#$%&*+?@^_~|{}<>][^\s\"']{2}"
)  # fmt: skip
_PASSWORD = re.compile(
    rb"(?i:assword|assphrase|ass phrase)s?(?P<words>(?: [A-Za-z ]{1,%d})?)(?:: ?| (?:to|is|was|still|now) )"
    % _MAX_WORDS
    + QUOTE
)
#: A word alone on the line below, or below an empty one.
_WORD_BELOW = rb"[^\s\"'|>=:,]{6}[^\s\"'|>=:]*[ \t]*(?:\r?\n|\z)"
_LINES = rb"(?: [^\n:=]*)?(?::| is| below)[ ]*\r?\n(?:(?:%s)?[ =-]*\r?\n)?(?:%s)?[ \t>]*"
_HEADER = rb"[0-9]+-[^\n\]]*\] "
BELOW_ANCHOR = _WORD + rb"s?" + _LINES % (_HEADER, _HEADER) + _WORD_BELOW
_BELOW = re.compile(
    _WORD + rb"s?(?P<words>(?: [^\n:=]{1,%d}?)?)(?::| is| below)[ ]*\r?\n(?:(?:%s)?[ =-]*\r?\n)?(?:%s)?[ \t>]*(?=%s)"
    % (_MAX_WORDS, _HEADER, _HEADER, _WORD_BELOW.replace(rb"\z", rb"\Z"))
)  # fmt: skip
#: A word with a digit that is neither a host nor a page of a manual.
_DIGIT = re.compile(rb"(?=[^\s]{8})(?=[^\s]{0,64}?\d)(?![^\s.]{0,64}\.[^\s.]{0,64}\.)[^\s(]{8}")
AS_ANCHOR = rb" as (?:a |the )?(?:password|passphrase|token|secret)"
_ABOUT = re.compile(
    rb"(?i)\b(?:ids?|uuid|guid|jti|sub|subject|serial|fingerprint|sha\d*|md5|hash|digest|checksum|commit|public|issuer"
    rb"|audience|accessor|thumbprint|type|error|request|trace|failed|invalid|kid|client|url|hostkey|host|cert)\b"
)

COMPARISON_ANCHOR = rb"[\"'] ?[!=]==? ?[A-Za-z_.]*(?i:token|passw|secret|api_?key)"
_LITERAL = re.compile(rb"[^\"'\s\\]{6,%d}\Z" % _MAX_LITERAL)


def sentence(text: bytes, start: int, end: int) -> Secret | None:
    """The token behind a colon and some words."""
    match = _SENTENCE.match(text, start)
    before = text[max(0, start - 8) : start].lower()
    if not match or _ABOUT.search(match["words"]) or before.endswith(b"public"):
        return None
    return secret_behind(text, match.end(), Opened(RULE, BARE), plain.is_opaque)


def password(text: bytes, start: int, end: int) -> Secret | None:
    """The password behind some words: ``Password of bob set to …``."""
    match = _PASSWORD.match(text, start)
    if not match or _ABOUT.search(match["words"]):
        return None
    return secret_behind(text, match.end(), Opened(RULE, BARE), _is_password)


def _is_alone(look: bytes) -> bool:
    return plain.is_opaque(look) or (plain.is_passwordlike(look) and _DIGIT.match(look) is not None)


def _is_password(look: bytes) -> bool:
    return look[:2] != b"--" and plain.is_passwordlike(look.removeprefix(b"-"))


def below(text: bytes, start: int, end: int) -> Secret | None:
    """The one word on the line below a sentence: ``Use this token:``."""
    match = _BELOW.match(text, start)
    if not match or _ABOUT.search(match["words"]):
        return None
    return secret_behind(text, match.end(), Opened(RULE, BARE), _is_alone)


def named_behind(text: bytes, start: int, end: int) -> Secret | None:
    """The word before ``as password``."""
    begin = max(text.rfind(sign, max(0, start - _MAX_LITERAL), start) for sign in (b" ", b"\n")) + 1
    return Secret(begin, Opened(RULE, BARE)) if begin and plain.stands_out(text[begin : start + 1]) else None


def comparison(text: bytes, start: int, end: int) -> Secret | None:
    """The literal that a secret is compared with."""
    quote = text[start : start + 1]
    begin = text.rfind(quote, max(0, start - _MAX_LITERAL), start)
    if begin < 0 or not _LITERAL.match(text[begin + 1 : start]):
        return None
    look = text[begin + 1 : start + 1]
    is_secret = plain.is_opaque(look) or plain.is_passwordlike(look)
    return Secret(begin + 1, Opened(RULE, QUOTED, quote)) if is_secret else None
