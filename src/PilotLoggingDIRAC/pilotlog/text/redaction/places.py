"""The places of a text where a secret may be: RE2 finds them, and need not look where the prefilter tells of none."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import re2

from .prefilter import Ends, begin_of, prefilter

_MAX_MEMORY = 64 * 1024 * 1024
#: RE2 looks at this much text at a time, so that time is linear however many places there are.
_WINDOW_BYTES = 32 * 1024
#: The first look after a place is shorter: a pattern with a gap may be alive to the end of each look.
_FIRST_WINDOW_BYTES = 8 * 1024
_OVERLAP_BYTES = 512

Place = tuple[int, int]
Search = Callable[[bytes, int, int], "Place | None"]


class Anchors:
    """All anchors as one pattern; made once and used for all texts, by many threads."""

    def __init__(self, anchors: tuple[bytes, ...]):
        self._search = _searcher(b"|".join(anchors))
        self._prefilter = prefilter(anchors)

    def places(self, text: bytes) -> Places:
        """Return the places of a text."""
        return Places(text, self._search, self._prefilter.ends(text) if self._prefilter else None)


class Places:
    """The places of one text; ``ends``, if they are known, are those of all matches there are."""

    def __init__(self, text: bytes, search: Search, ends: Ends | None):
        self.text, self._search, self._ends = text, search, ends
        self._look = search if ends is None else self._search_by_ends
        self._behind = 0

    def next(self, at: int, end: int) -> Place | None:
        """Return the next place between ``at`` and ``end``."""
        size = _FIRST_WINDOW_BYTES
        if 0 < end - at <= size:
            return self._look(self.text, at, end)
        while at < end:
            window = min(at + size, end)
            place = self._look(self.text, at, window)
            if place or window == end:
                return place
            at, size = window - _OVERLAP_BYTES, _WINDOW_BYTES
        return None

    def _search_by_ends(self, text: bytes, at: int, end: int) -> Place | None:
        """Search as RE2 does. A match ends where ``ends`` tell, but what ends there may have begun before ``at``, as
        the place before often has: a short look tells.
        """
        ends, breaks = self._ends or ([], 0)
        looked = at
        while (number := bisect_right(ends, looked)) < len(ends) and ends[number] <= end:
            begin = begin_of(text, at, ends[number], breaks)
            if begin == at and ends[number] <= self._behind:
                looked = max(ends[number], min(2 * looked - at, end))
                if not self._search(text, at, looked):
                    continue
            place = self._search(text, begin, end)
            self._behind = place[1] if place else 0
            return place
        return None


def options() -> Any:
    """Return options of RE2: bytes are matched as they are, and groups are not captured, which is fastest."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem, options.never_capture = _MAX_MEMORY, True
    return options


def _searcher(pattern: bytes) -> Search:
    """Return a search between two places of a text.

    The wrapper of RE2 makes a generator and an object of each match, which takes longer than to find it; below it is
    the class of C++.
    """
    compiled = re2.compile(pattern, options())
    try:
        match, unanchored = compiled._regexp.Match, re2._re2.RE2.Anchor.UNANCHORED
    except AttributeError:
        return lambda text, at, end: (found := compiled.search(text, at, end)) and found.span()

    def search(text: bytes, at: int, end: int) -> Place | None:
        place: Place = match(unanchored, text, at, end)[0]
        return place if place[0] >= 0 else None

    return search
