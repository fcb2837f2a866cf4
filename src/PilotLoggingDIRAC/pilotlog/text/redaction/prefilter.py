"""The ends of all anchors' matches in a text, as Hyperscan tells them, at twice RE2's speed.

It tells neither where a match begins nor which of them RE2 would find, so that it only says where RE2 need not look.
Without Hyperscan RE2 looks everywhere, and finds the same.
"""

from __future__ import annotations

import functools
import re
import threading
from typing import NamedTuple

try:
    import hyperscan
except ImportError:
    hyperscan = None  # type: ignore[assignment]

#: Shorter texts are left to RE2, and those with more ends: each end is a call, and both scans share the cache.
_LEAST_BYTES = 4 * 1024
#: Longer ones, too: Hyperscan's time is linear, but some hostile text takes it 50 times as long as RE2.
_MOST_BYTES = 512 * 1024
_LEAST_ENDS = 8
_BYTES_PER_END = 2048
#: Anchors go over at most this many line breaks, besides those after a blank or a tag.
_MAX_BREAKS = 3
_NO_BREAKS = b" \t\r\n\f>"
_CLASS_WITHOUT = re.compile(rb"\[\^(?:\\.|[^\]\\])*\]", re.DOTALL)


class Ends(NamedTuple):
    """The ends of matches, in their order; ``breaks``: the line breaks that one may go over."""

    at: list[int]
    breaks: int


class Prefilter:
    """The anchors' ends; many threads may ask for them."""

    def __init__(self, anchors: tuple[bytes, ...]):
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[_with_blanks_of_re2(anchor) for anchor in anchors],
            ids=list(range(len(anchors))),
            flags=[0] * len(anchors),
        )
        self._over_lines = frozenset(number for number, anchor in enumerate(anchors) if _goes_over_lines(anchor))
        self._of_thread = threading.local()

    def ends(self, text: bytes) -> Ends | None:
        """Return the ends of all matches; None when RE2 has to look at all of the text."""
        if not _LEAST_BYTES <= len(text) <= _MOST_BYTES:
            return None
        ends: list[int] = []
        numbers: set[int] = set()
        most = _LEAST_ENDS + len(text) // _BYTES_PER_END

        def add(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            ends.append(end)
            numbers.add(number)
            return len(ends) > most

        try:
            self._database.scan(text, add, scratch=self._scratch())
        except hyperscan.ScanTerminated:
            return None
        return Ends(sorted(ends), 0 if numbers.isdisjoint(self._over_lines) else _MAX_BREAKS)

    def _scratch(self) -> hyperscan.Scratch:
        """Return the memory of a scan, which no two threads may use at once."""
        scratch: hyperscan.Scratch | None = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            self._of_thread.scratch = scratch = hyperscan.Scratch(self._database)
        return scratch


def prefilter(anchors: tuple[bytes, ...]) -> Prefilter | None:
    """Return the prefilter of some anchors; None where there is no Hyperscan, or none for this processor."""
    return _made(anchors) if hyperscan else None


@functools.cache
def _made(anchors: tuple[bytes, ...]) -> Prefilter | None:
    """Compile once for all that have the same anchors, as it takes half a second."""
    try:
        return Prefilter(anchors)
    except hyperscan.error:
        return None


def _with_blanks_of_re2(anchor: bytes) -> bytes:
    """Return a pattern as Hyperscan has to read it: its blanks have one more. Anchors have them in classes only."""
    return anchor.replace(rb"\S", rb"[^\s]").replace(rb"\s", rb"\t\n\f\r ")


def _goes_over_lines(anchor: bytes) -> bool:
    """Tell if a match may hold a line break: of all that a class may hold only what it does not exclude counts."""
    positive = _CLASS_WITHOUT.sub(b"", anchor)
    return rb"\n" in positive or rb"\s" in positive


def begin_of(text: bytes, at: int, end: int, breaks: int) -> int:
    """Return a place that no match begins before that goes beyond ``end``: a line's end, or ``at``."""
    while breaks >= 0:
        end = text.rfind(b"\n", at, end)
        if end < 0:
            return at
        breaks -= text[max(0, end - 2) : end].rstrip(b"\r")[-1:] not in _NO_BREAKS
    return end
