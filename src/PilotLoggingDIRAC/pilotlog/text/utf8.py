"""Boundaries of characters in UTF-8."""

from __future__ import annotations


def character_boundary(text: bytes, at: int) -> int:
    """Return the last place at or before ``at`` where a UTF-8 character begins, or the end of the text."""
    if at >= len(text):
        return len(text)
    return next(start for start in range(at, -1, -1) if text[start] & 0xC0 != 0x80)
