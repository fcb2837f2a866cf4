"""Secrets in base64: what base64 makes of secret names and of the beginnings of keys and tokens, at each alignment.

A hit is decoded and looked into; a block that holds a secret goes as a whole, from the hit's line to its last line.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

from ..swallow import BLOCK, Opened, Secret, end_of

RULE = b"base64"

_WORDS = (
    b"-----BEGIN",
    b"eyJhbGci",
    b"eyJ0eXAi",
    b"eyJraWQi",
    *(form(word) for word in (b"token", b"passw", b"passph", b"secret", b"credential", b"bearer ", b"authorization",
                              b"apikey", b"_key", b"-key", b"_pwd", b"_pass") for form in (bytes.lower, bytes.upper,
                                                                                          bytes.capitalize)),
    b"sql://",
    *(letter + b"Key" for letter in (b"i", b"s", b"e", b"t", b"n", b"g")),
)  # fmt: skip
_LETTERS = rb"[A-Za-z0-9+/_-]"
_RUN = re.compile(_LETTERS + rb"*+={0,2}")
_BLOCK = re.compile(rb"(?:[A-Za-z0-9+/=_-]++|\\[nr]|%(?:2[BbFf]|3[Dd]|0[AaDd])|)*+")
_NEXT_LINE = re.compile(rb"\r?\n([A-Za-z0-9+/=_-]++)(?=\r?\n|\r?\Z)")
_MAX_BACK = 512
_MAX_LOOK = 1024
#: Lines of wrapped base64 have at least this many letters, except the last one.
_WRAPPED = 60
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _fragment(word: bytes, alignment: int) -> tuple[bytes, int]:
    """Return the base64 letters that only ``word`` decides, ``alignment`` bytes into a group, and their place there."""
    first = -(-8 * alignment // 6)
    encoded = binascii.b2a_base64(bytes(alignment) + word, newline=False)
    return encoded[first : 8 * (alignment + len(word)) // 6], first


#: (letters, their place in their group of four)
FRAGMENTS = dict(_fragment(word, alignment) for word in _WORDS for alignment in range(3))
ANCHOR = rb"|".join(re.escape(letters) for letters in sorted(FRAGMENTS))


class Encoded:
    """The rule of base64."""

    def __init__(self, holds_secret: Callable[[bytes], bool]):
        """Create the rule; ``holds_secret`` tells if decoded text does."""
        self._holds_secret = holds_secret

    def find(self, text: bytes, start: int, end: int) -> Secret | None:
        """Return the block around a hit if its decoded text holds a secret, or may, as the text ends in it."""
        first = start - _letters_before(text, start)
        run = start + end_of(_RUN, text[start : start + _MAX_LOOK], 0)
        place = FRAGMENTS[text[start:end]]
        if run < len(text) and not self._holds_secret(_decoded(text, first, start, place, run)):
            return None
        return Secret(first, Opened(RULE, BLOCK))


def _letters_before(text: bytes, start: int) -> int:
    """Return the number of letters of base64 before the hit."""
    left = text[max(0, start - _MAX_BACK) : start]
    return len(left) - len(left.rstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"))


def _decoded(text: bytes, first: int, start: int, place: int, end: int) -> bytes:
    """Return the text that the run stands for, from the first whole group on."""
    first += (start - place - first) % 4
    letters = text[first:end].rstrip(b"=").translate(_URL_SAFE)
    return binascii.a2b_base64(letters[: len(letters) // 4 * 4] + _padded(letters[len(letters) // 4 * 4 :]))


def _padded(rest: bytes) -> bytes:
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def swallow(opened: Opened, text: bytes, at: int) -> tuple[int, Opened | None]:
    """Return the end of a block: of its line, and of those it wraps into. ``number`` is a line's length."""
    begun, length = at, opened.number
    while True:
        end = end_of(_BLOCK, text, at)
        length, at = length + end - at, end
        following = _NEXT_LINE.match(text, at) if length >= _WRAPPED else None
        if not following:
            break
        at, length = following.start(1), 0
    left = opened.left - (at - begun)
    if left <= 0 or not _may_go_on(text[at : at + 3], len(text) - at, length):
        return at, None
    return len(text), opened._replace(tail=text[at:], left=left, number=length)


def _may_go_on(rest: bytes, left: int, length: int) -> bool:
    return left == len(rest) and (
        rest in (b"", b"%", b"%2", b"%3", b"%0", b"\\") or (rest in (b"\n", b"\r\n", b"\r") and length >= _WRAPPED)
    )
