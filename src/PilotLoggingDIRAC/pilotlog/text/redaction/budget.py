"""The number of places of a text that are looked at one by one, bounded so that hostile text costs a bounded time."""

from __future__ import annotations

from ..utf8 import character_boundary
from .swallow import BARE, KEY, Opened

_LEAST_PLACES = 256
_BYTES_PER_PLACE = 256
_BLOCK_BYTES = 8 * 1024

#: The rule that is named where places were not looked at.
RULE = b"too-many"


class Budget:
    """The places that a text may have: one in 256 bytes, and some. Ordinary text has a tenth of them, or less."""

    def __init__(self, size: int):
        self._left = _LEAST_PLACES + size // _BYTES_PER_PLACE

    def take(self, places: int = 1) -> bool:
        """Take places from the budget; return False if it had fewer."""
        self._left -= places
        return self._left >= 0


def swallow(text: bytes, at: int) -> tuple[int, Opened | None]:
    """Return the end of a block that is not looked at: the end of a line, if there is one. What may be a secret
    that goes on after it is open.
    """
    end = text.find(b"\n", at + _BLOCK_BYTES, at + 2 * _BLOCK_BYTES)
    end = character_boundary(text, at + _BLOCK_BYTES) if end < 0 else end
    if text.rfind(b"-----BEGIN", at, end) > text.rfind(b"-----END", at, end):
        return end, Opened(RULE, KEY)
    return end, Opened(RULE, BARE) if end == len(text) and text[-1:] != b"\n" else None
