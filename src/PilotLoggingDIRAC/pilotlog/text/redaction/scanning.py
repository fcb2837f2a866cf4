"""All rules as one: each place where a secret may be is looked at by its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import re2

from . import budget
from .budget import Budget
from .places import Anchors, Places, options
from .rules import commands, encoded, headers, known, markup, pem, phrases, tokens, told, urls
from .swallow import MANY, Opened, Secret
from .values import entry, values
from .values.leads import Lead
from .values.names import Names

_MAX_DECODED_PLACES = 4
#: How much of a place is looked at to tell whose it is.
_MAX_PLACE = 512
#: Names up to this long hold no other secret, so that the scan goes on after them.
_MAX_WHOLE = 20


Find = Callable[[bytes, int, int], "Secret | None"]


class Scanner:
    """The finder of secrets; it is made once and used for all logs, by many threads."""

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
            (told.SENTENCE_ANCHOR, told.sentence),
            (told.BELOW_ANCHOR, told.below),
            (told.COMPARISON_ANCHOR, told.comparison),
        )
        self._finders: list[Find] = [find for _, find in rules]
        self._match = _set([anchor for anchor, _ in rules])
        self._anchors = Anchors((*(anchor for anchor, _ in rules), encoded.ANCHOR))

    def places(self, text: bytes) -> Places:
        """Return the places of a text where a secret may be."""
        return self._anchors.places(text)

    def next(self, places: Places, at: int, end: int, left: Budget) -> tuple[Secret, int] | None:
        """Return the next secret, and where the scan goes on if its extent turns out to be empty; None without one."""
        text = places.text
        while place := places.next(at, end):
            start, behind = place
            is_block = text[start:behind] in encoded.FRAGMENTS
            at = behind if is_block else _behind(text, start, behind)
            if not left.take(_MAX_DECODED_PLACES if is_block else 1):
                return Secret(start, Opened(budget.RULE, MANY)), behind
            secret = (self._block if is_block else self._plain_secret)(text, start, behind)
            if secret:
                return secret, at
        return None

    def _plain_secret(self, text: bytes, start: int, end: int) -> Secret | None:
        rules = self._match(text[start : start + _MAX_PLACE])
        if len(rules) == 1:
            return self._finders[rules[0]](text, start, end)
        for rule in sorted(rules):
            found: Secret | None = self._finders[rule](text, start, end)
            if found:
                return found
        return None

    def _holds_secret(self, decoded: bytes) -> bool:
        """Tell if decoded text holds a secret, or more places for one than are looked at. Decodes no further."""
        places, at = self.places(decoded), 0
        for _ in range(_MAX_DECODED_PLACES):
            place = places.next(at, len(decoded))
            if not place:
                return False
            if self._plain_secret(decoded, *place):
                return True
            is_block = decoded[place[0] : place[1]] in encoded.FRAGMENTS
            at = place[1] if is_block else _behind(decoded, *place)
        return True


def _behind(text: bytes, start: int, end: int) -> int:
    """Return where the scan goes on after a place without a secret: within it, as another may begin there."""
    if end - start < _MAX_WHOLE and text[end - 1] in b"=:":
        return end
    return start + 1 + text[start : start + 1].isalnum()


def _leads(*tables: tuple[Lead, ...]) -> Iterator[tuple[bytes, Find]]:
    return ((lead.anchor, lead.find) for table in tables for lead in table)


def _set(anchors: list[bytes]) -> Callable[[bytes], list[int]]:
    """Return what tells the numbers of all patterns that match where a text begins."""
    rules = re2.Set.MatchSet(options())
    for anchor in anchors:
        rules.Add(anchor)
    rules.Compile()
    try:
        return rules._set.Match  # type: ignore[no-any-return]
    except AttributeError:
        return lambda text: rules.Match(text) or []
