"""The value of a secret where it stands again in the same message: what a shell's trace tests, what a command is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .marker import marker
from .swallow import BARE, ITEM, QUOTED, Secret
from .values import plain

_MAX_VALUES = 8
_LEAST_BYTES, _MOST_BYTES = 8, 128
_KINDS = (BARE, ITEM, QUOTED)
_RULE = b"secret"
_OWN = re.compile(rb"(?=[^A-Za-z]{0,64}[A-Za-z])[A-Za-z0-9][A-Za-z-]{0,128}[^A-Za-z-]")
_SUM = re.compile(rb"[0-9A-Fa-f-]+")


def keep(values: list[bytes], secret: Secret, text: bytes, end: int) -> None:
    """Add a secret's value to those that are looked for again, if it is one that ordinary text does not hold."""
    if len(values) == _MAX_VALUES or not _LEAST_BYTES <= end - secret.start <= _MOST_BYTES:
        return
    value = text[secret.start : end]
    if secret.opened.kind in _KINDS and value not in values and _is_of_its_own(value):
        values.append(value)


def _is_of_its_own(value: bytes) -> bool:
    """Tell if a value has letters, and digits or signs among them, and is neither a sum nor a UUID."""
    return plain.is_passwordlike(value) and _OWN.match(value) is not None and not _SUM.fullmatch(value)


def hide(stored: bytes, values: list[bytes]) -> bytes:
    """Return the text with a marker in each further place of a value that stands for itself."""
    for value in values:
        if value in stored:
            stored = b"".join(_pieces(stored, value))
    return stored


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
