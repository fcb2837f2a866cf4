"""All rules as one: a scan by RE2 hits the places where a secret may be, the rule of the place looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import re2

from . import budget, commands, encoded, entry, headers, known, markup, pem, phrases, tokens, urls, values
from .budget import Budget
from .leads import Lead
from .names import Names
from .swallow import MANY, Opened, Secret

_MAX_MEMORY = 64 * 1024 * 1024
_MAX_DECODED_PLACES = 4
#: One look of RE2 is at so much text, so that time is linear however many places there are.
_WINDOW_BYTES = 32 * 1024
#: The first look behind a place is shorter: a pattern with a gap may be alive to the end of each look.
_FIRST_WINDOW_BYTES = 8 * 1024
_OVERLAP_BYTES = 512
#: So much of a place is looked at to tell whose it is.
_MAX_PLACE = 512
#: Names up to this long hold no other secret, so that the scan goes on behind them.
_MAX_WHOLE = 20


Find = Callable[[bytes, int, int], "Secret | None"]
Place = tuple[int, int]
Search = Callable[[bytes, int, int], "Place | None"]


class Scanner:
    """Finds secrets; one is made once and used for all logs, by many threads."""

    def __init__(self, names: Names):
        self._block: Find = encoded.Encoded(self._holds_secret).find
        rules: tuple[tuple[bytes, Find], ...] = (
            (pem.ANCHOR, pem.find),
            (tokens.JWT_ANCHOR, tokens.jwt),
            (tokens.MACAROON_ANCHOR, tokens.macaroon),
            (urls.ANCHOR, urls.find),
            (tokens.BEARER_ANCHOR, tokens.bearer),
            (tokens.CLOUD_ANCHOR, tokens.cloud_key),
            (tokens.DISCORD_ANCHOR, tokens.discord),
            (headers.ANCHOR, headers.find),
            *_leads(known.LEADS, commands.LEADS),
            (markup.ANCHOR, markup.Markup(names).find),
            (entry.anchor(names), values.Values(names).find),
            *_leads(phrases.LEADS),
        )
        self._finders: list[Find] = [find for _, find in rules]
        self._rules = _set([anchor for anchor, _ in rules])
        self._search = _searcher(rb"|".join([*(anchor for anchor, _ in rules), encoded.ANCHOR]))

    def _hit(self, text: bytes, at: int, end: int) -> Place | None:
        """The next place between ``at`` and ``end`` where a secret may be."""
        size = _FIRST_WINDOW_BYTES
        while at < end:
            window = min(at + size, end)
            place = self._search(text, at, window)
            if place or window == end:
                return place
            at, size = window - _OVERLAP_BYTES, _WINDOW_BYTES
        return None

    def next(self, text: bytes, at: int, end: int, places: Budget) -> tuple[Secret, int] | None:
        """Return the next secret, and where the scan goes on if it is none of this text."""
        while place := self._hit(text, at, end):
            start, behind = place
            is_block = text[start:behind] in encoded.FRAGMENTS
            if not places.take(_MAX_DECODED_PLACES if is_block else 1):
                return Secret(start, Opened(budget.RULE, MANY)), behind
            secret = (self._block if is_block else self._plain_secret)(text, start, behind)
            at = _behind(text, start, behind)
            if secret:
                return secret, at
        return None

    def _plain_secret(self, text: bytes, start: int, end: int) -> Secret | None:
        rules = self._rules.Match(text[start : start + _MAX_PLACE]) or ()
        for rule in rules if len(rules) < 2 else sorted(rules):
            found: Secret | None = self._finders[rule](text, start, end)
            if found:
                return found
        return None

    def _holds_secret(self, decoded: bytes) -> bool:
        """Tell if decoded text holds a secret, or more places for one than are looked at. Decodes no further."""
        at = 0
        for _ in range(_MAX_DECODED_PLACES):
            place = self._hit(decoded, at, len(decoded))
            if not place:
                return False
            if self._plain_secret(decoded, *place):
                return True
            at = _behind(decoded, *place)
        return True


def _behind(text: bytes, start: int, end: int) -> int:
    """Return where the scan goes on behind a place without a secret: within it, as another may begin there."""
    if text[start:end] in encoded.FRAGMENTS or (end - start < _MAX_WHOLE and text[end - 1] in b"=:"):
        return end
    return start + 1 + text[start : start + 1].isalnum()


def _leads(*tables: tuple[Lead, ...]) -> Iterator[tuple[bytes, Find]]:
    return ((lead.anchor, lead.find) for table in tables for lead in table)


def _options() -> Any:
    """Bytes are matched as they are, and no groups are kept: RE2 is fastest then."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem, options.never_capture = _MAX_MEMORY, True
    return options


def _searcher(pattern: bytes) -> Search:
    """Return a search between two places of a text.

    The wrapper of RE2 makes a generator and an object of each match, which takes longer than to find it; below it is
    the class of C++.
    """
    compiled = re2.compile(pattern, _options())
    try:
        match, unanchored = compiled._regexp.Match, re2._re2.RE2.Anchor.UNANCHORED
    except AttributeError:
        return lambda text, at, end: (found := compiled.search(text, at, end)) and found.span()

    def search(text: bytes, at: int, end: int) -> Place | None:
        place: Place = match(unanchored, text, at, end)[0]
        return place if place[0] >= 0 else None

    return search


def _set(anchors: list[bytes]) -> Any:
    """Patterns of which RE2 tells all that match where a text begins."""
    rules = re2.Set.MatchSet(_options())
    for anchor in anchors:
        rules.Add(anchor)
    rules.Compile()
    return rules
