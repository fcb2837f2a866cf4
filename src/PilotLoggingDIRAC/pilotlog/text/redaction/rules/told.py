"""Secrets apart from the word that tells of them: after words and a colon, on the line below, in a comparison."""

from __future__ import annotations

import re

from ..swallow import BARE, QUOTED, WRAPPED, Opened, Secret
from ..values import plain
from ..values.leads import LINE_HEADER, QUOTE, secret_behind

RULE = b"secret"
_MAX_WORDS = 64
_MAX_LITERAL = 256

_WORD = rb"(?i:oken|cret|assword|ass ?phrase|dential)s?"
#: Words that say that an identifier, or what is public, follows.
_ABOUT = re.compile(
    rb"(?i)\b(?:ids?|uuid|guid|jti|sub|subject|serial|fingerprint|sha\d*|md5|hash|digest|checksum|commit|public|issuer"
    rb"|audience|accessor|thumbprint|type|error|request|trace|failed|invalid|kid|client|url|host|cert|user|name|size)\b"
)
#: The same before the word: ``SHA-256 of the token: …``.
_OF = re.compile(rb"(?i)\b(?:ids?|fingerprint|sha-?\d*|md5|hash|digest|checksum|public) (?:\w{1,12} ){0,3}\w?\Z")
_MAX_BEFORE = 48
_TOKEN = rb"[A-Za-z0-9][A-Za-z0-9_+/=.~-]"

SENTENCE_ANCHOR = _WORD + rb" (?:[^\n:=\"',;]|://|:[0-9]+/)*: ?" + QUOTE + _TOKEN + rb"{19}"
_SENTENCE = re.compile(_WORD + rb"(?P<words> (?:[^\n:=\"',;]|://|:\d{1,5}/){1,%d}): ?" % _MAX_WORDS + QUOTE)

_ALONE = rb"[^\s\"'|>=:,@(][^\s\"'|>:,]{7}[^\s\"'|>:,]*[ \t]*\r?\n"
_ASSIGNS = re.compile(rb"[A-Za-z_]\w{2,40}=[^=\s]|[a-z_]{1,40}(?:\.[a-z_]{1,40})*\(")
BELOW_ANCHOR = (
    _WORD + rb"[^\n:=]*(?::| is| below)[ ]*\r?\n" + LINE_HEADER + rb"(?:\r?\n" + LINE_HEADER + rb")?[ \t]*" + _ALONE
)
_BELOW = re.compile(
    _WORD + rb"(?P<words>[^\n:=]{0,%d}?)(?::| is| below)[ ]*\r?\n" % _MAX_WORDS
    + LINE_HEADER + rb"(?:\r?\n" + LINE_HEADER + rb")?[ \t]*(?=" + _ALONE + rb")"
)  # fmt: skip

#: A token that may go on in the next line, and one that has a rule of its own.
_LONG = re.compile(rb"[A-Za-z0-9_.~+/=-]{52,}+\r?\n")
_JWT = b"eyJ"

COMPARISON_ANCHOR = rb"[\"'] ?[!=]==? ?[A-Za-z_.]*(?i:token|passw|secret|api_?key)"
_LITERAL = re.compile(rb"[^\"'\s\\]{6,%d}\Z" % _MAX_LITERAL)


def _is_mixed(look: bytes) -> bool:
    """Tell if a value looks like a token, and has capitals, as sums of files have none."""
    return plain.is_opaque(look) and any(65 <= letter < 91 for letter in look[:24])


def _is_password(look: bytes) -> bool:
    """Tell if a value looks like a password, which a dash may begin."""
    return plain.is_passwordlike(look[1:] if look[:1] == b"-" else look)


def _is_about(text: bytes, start: int, words: bytes) -> bool:
    """Tell if words after a secret's name, or before it, say that no secret follows."""
    return _ABOUT.search(words) is not None or _OF.search(text[max(0, start - _MAX_BEFORE) : start]) is not None


def sentence(text: bytes, start: int, end: int) -> Secret | None:
    """Find the token after a colon and some words: ``Stored token in /tmp/x: …``."""
    match = _SENTENCE.match(text, start)
    if not match or _is_about(text, start, match["words"]):
        return None
    return secret_behind(text, match.end(), Opened(RULE, BARE), _is_mixed)


def below(text: bytes, start: int, end: int) -> Secret | None:
    """Find the one word on the line below a sentence: ``Your new token is:``."""
    match = _BELOW.match(text, start)
    if not match or _is_about(text, start, match["words"]) or text.startswith(_JWT, match.end()):
        return None
    kind = WRAPPED if _LONG.match(text, match.end()) else BARE
    if _ASSIGNS.match(text, match.end()):
        return None
    is_token = text[start : start + 1] in b"oOdD" or text[start : start + 4].lower() == b"cret"
    return secret_behind(text, match.end(), Opened(RULE, kind), _is_mixed if is_token else _is_password)


def comparison(text: bytes, start: int, end: int) -> Secret | None:
    """Find the literal that a secret is compared with: ``"…" == token``."""
    quote = text[start : start + 1]
    begin = text.rfind(quote, max(0, start - _MAX_LITERAL), start)
    if begin < 0 or not _LITERAL.match(text[begin + 1 : start]):
        return None
    look = text[begin + 1 : start + 1]
    is_secret = plain.is_opaque(look) or plain.is_passwordlike(look)
    return Secret(begin + 1, Opened(RULE, QUOTED, quote)) if is_secret else None
