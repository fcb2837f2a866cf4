"""Names and what stands between them and their values: equals signs, colons, columns, lists."""

from __future__ import annotations

import re

from ..swallow import QUOTES
from .names import Names

_COLOURS = rb"(?:\x1b\[[0-9;]*[mK]|\\(?:x1b|033|e)\[[0-9;]*[mK])*"
_CLOSED = _COLOURS + rb"(?:" + QUOTES + rb"|`|\*\*|%5[BD])?" + _COLOURS + rb"(?:\[[0-9]*\]|\]\)?|\))?"
#: Between a name and its value.
_EQUALS = rb"(?:=>|->|\|\|=|[:?+!>~]=|===?|=|&gt;|\\u003[dDaA]|:: |:|\xef\xbc\x9a|\xe2\x86\x92|%3[AaDd])"
_LISTED = rb",[ \t]?(?:\\{3}|\\)?[\"']"
_COLUMN = rb"(?:[ \t]*(?:\||\xe2\x94\x82|;)|\t|  |[ ]?\.{3,})"
_BLANKS = rb"(?:[ \t]|%20)*"
_SEPARATOR = _CLOSED + rb"(?:" + _BLANKS + _EQUALS + rb"|" + _LISTED + rb"|" + _COLUMN + rb")"

_NAME_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
_LETTERS = frozenset(_NAME_LETTERS[at : at + 1] for at in range(len(_NAME_LETTERS))) | {b""}
MAX_NAME = 64

NAME = re.compile(rb"[A-Za-z0-9_.-]++")
ENTRY = re.compile(
    _CLOSED + rb"(?P<separator>" + _BLANKS + _EQUALS + rb"|" + _LISTED + rb"|" + _COLUMN + rb"[ .]*+(?P<colon>[:=|])?"
         rb"|[ \t]+)(?:[ \t]|%20|(?<=%3[AaDd])\+|\r(?!\n)|\x1b\[[0-9;]*[mK]|)*+"
    + _COLOURS
    + rb"(?P<type>(?i:final\[)?(?:(?i:&?(?:str|string|bytes|char|any|text|secretstr)|optional\[\w+\]))\]?"
      rb"(?: \| [A-Za-z]{1,20})*[ ]{0,2}=[ ]{0,2}(?![=>])|0x[0-9a-f]{1,16} (?=[\"'])|[A-Z][a-zA-Z.]{1,24}"
      rb"(?:\[[\w ,.\[\]|]{1,64}\])? = |"
      rb"(?:!!?[a-z]{1,12}|&\w{1,20}) (?!\|))?"
    + rb"(?:\$(?=[\"'])|@(?=[\"']))?(?:[bBrRuUfF]{1,2}(?=[\"']))?(?:'\"'\"'|'\\'')?(?P<quote>\"{3}|'{3}|" + QUOTES
    + rb"|`(?![a-z./]*[ )]))?(?:\$\{\w{1,64}:?[-=])?(?P<encoded>\{(?:AES|SSHA|SHA|cipher|crypt|noop|bcrypt|PLAIN)\}"
      rb"|base64[,:])?"
    , re.DOTALL
)  # fmt: skip
#: What needs no closer look after any name: nothing, a number, a path, a placeholder of a usage text.
PLAIN = re.compile(
    rb"(?<=[sS])[\"']?[ \t]?[:=][ \t]?\d{1,20}(?=[\s,;])"
    rb"|[ \t]{2,}[\d.]{1,12}(?:/(?:tcp|udp|sctp))?(?=\s)|;[ \t]"
    rb"|[ \t]+-{1,2}[a-z]"
    rb"|:[ ]?\w[\w.-]{0,63}=;[ ]"
    rb"|[\"']?:[ ]?(?:null|None|true|false)(?=[\s,}\]])|[ ]?[=: ][ ]?[\"']?\$\{?[A-Z_][A-Z0-9_]*\}?(?=[\s\"';,])|[ \t]"
    rb"(?:to|is|for|of|and|or|was|has|in|from)[ \t]"
    rb"|[\"']?[ \t]*[:=]?[ \t]*(?:\r?\n|\d{1,3}(?=[\s,;}\])])|[A-Z]{3,16}\]|/(?:cvmfs|etc|tmp|var|home|run|opt|usr"
    rb"|scratch|afs|eos|pool|root|srv)/"
    rb"[\w.+@%~:/-]*+(?=[\s,;])|:[ ]?[\w.-]{1,32}+:[x*!]{0,2}:\d{1,10}:\d{1,10}:)"
)
_SHORTS = rb"psk|pin|otp|wort|\xb1a"
_WEAKS = rb"auth|code|srf|mac|jwt|key|sid|sig|gnature"


def anchor(names: Names) -> bytes:
    """Return a pattern of RE2 that hits a name that may be secret, up to its separator."""
    words = rb"(?i:" + names.keywords + rb")[A-Za-z0-9_.-]*"
    opening = _BLANKS + _COLOURS + rb"(?:" + QUOTES + rb")?"
    short = rb"(?i:" + _SHORTS + rb")" + _CLOSED + _BLANKS + _EQUALS + opening + rb"[^\s\"',;]"
    weak = rb"(?i:" + _WEAKS + rb")(?:" + QUOTES + rb"|\])?" + _BLANKS + _EQUALS + opening + rb"[A-Za-z0-9+/=_.~%-]{8}"
    return (
        rb"(?:-|[_.](?i:se|cre|[tcma])?|--[A-Za-z0-9_.-]*)"
        + words
        + rb"[ \t]+|"
        + words
        + _SEPARATOR
        + rb"|"
        + short
        + rb"|"
        + weak
    )


def begin(text: bytes, start: int) -> int:
    """Return the place where the name at a place begins."""
    while text[start : start + 1] not in _LETTERS:
        start += 1
    left = text[start - MAX_NAME if start > MAX_NAME else 0 : start]
    return start - len(left) + len(left.rstrip(_NAME_LETTERS))
