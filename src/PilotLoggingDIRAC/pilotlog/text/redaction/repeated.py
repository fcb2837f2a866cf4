"""The value of a secret where it stands again in the same message: what a shell's trace tests, what a command gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .marker import marker
from .swallow import BARE, ITEM, QUOTED, Secret
from .values import plain

#: How many values are looked for, and how far after them: both bound the time.
_MAX_VALUES, _REACH_BYTES = 32, 2048
_LEAST_BYTES, _MOST_BYTES = 8, 128
_KINDS = (BARE, ITEM, QUOTED)
_RULE = b"secret"
_OWN = re.compile(rb"(?=[^A-Za-z]{0,64}[A-Za-z])[A-Za-z0-9][A-Za-z-]{0,128}[^A-Za-z-]")
_SUM = re.compile(rb"[0-9A-Fa-f-]+")


class Repeated:
    """The values of a message's first secrets that stand again after them."""

    def __init__(self) -> None:
        self._values: list[bytes] = []
        self._left = _MAX_VALUES

    def keep(self, secret: Secret, text: bytes, end: int) -> None:
        """Keep a secret's value if it stands again, and ordinary text does not hold it."""
        if not self._left or secret.opened.kind not in _KINDS or not _LEAST_BYTES <= end - secret.start <= _MOST_BYTES:
            return
        self._left -= 1
        value = text[secret.start : end]
        if text.find(value, end, end + _REACH_BYTES) >= 0 and _is_of_its_own(value):
            self._values.append(value)

    def hide(self, stored: bytes) -> bytes:
        """Return the text with a marker in each further place of these values."""
        for value in dict.fromkeys(self._values):
            stored = b"".join(_pieces(stored, value))
        return stored


def _is_of_its_own(value: bytes) -> bool:
    """Tell if a value has letters, and digits or signs among them, and is neither a sum nor a UUID."""
    return plain.is_passwordlike(value) and _OWN.match(value) is not None and not _SUM.fullmatch(value)


def _pieces(stored: bytes, value: bytes) -> Iterator[bytes]:
    done, at = 0, stored.find(value)
    while at >= 0:
        end = at + len(value)
        if not (stored[at - 1 : at].isalnum() or stored[end : end + 1].isalnum()):
            yield stored[done:at]
            yield marker(_RULE)
            done = end
        at = stored.find(value, end)
    yield stored[done:]
