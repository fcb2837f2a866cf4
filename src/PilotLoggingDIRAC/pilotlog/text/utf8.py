"""Boundaries of characters in UTF-8."""

from __future__ import annotations


def character_boundary(text: bytes, at: int) -> int:
    """Return the start of the last UTF-8 character at or before ``at``, at most the length of the text."""
    if at >= len(text):
        return len(text)
    return next(start for start in range(at, -1, -1) if text[start] & 0xC0 != 0x80)
