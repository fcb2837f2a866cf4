"""Slices of an import: the arguments of the RPC ``importLog`` as a frozen type.

A slice has the offset at which its text begins, so that an interrupted import continues where it ended. The last slice
has no text but an ``ImportEnd``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from .. import lifecycle, validation
from ..errors import InvalidInput, PilotLogError
from ..model import State

#: The part of imported text; the text that the pilot itself sends begins with part 1.
PART = 0
#: The return code of a finalised import, as DIRAC's own collector does not store the pilot's.
UNKNOWN_RETURN_CODE = "unknown"
MAX_TEXT_BYTES = 4 * lifecycle.MAX_CHUNK_BYTES

_STATES = {state.value: state for state in (State.COMPLETE, State.INCOMPLETE)}


class ImportConflict(PilotLogError):
    """The file's text differs from the text that was imported of it before; a person has to decide."""

    errno = 3420


@dataclass(frozen=True, slots=True)
class ImportEnd:
    """The end of an import: the state that the log gets, and the SHA-256 of its whole text."""

    state: State
    sha256: bytes

    def __post_init__(self) -> None:
        if self.state not in _STATES.values() or len(self.sha256) != hashlib.sha256().digest_size:
            raise InvalidInput("An import ends with State Complete or Incomplete, and a SHA-256")


@dataclass(frozen=True, slots=True)
class ImportSlice:
    """UTF-8 text for an offset in bytes. A slice without text and ending asks for the length of the import so far."""

    offset: int
    text: bytes
    ending: ImportEnd | None
    modified: datetime


def parse_slice(offset: object, text: object, last: object, modified: object) -> ImportSlice:
    """Return the slice in the arguments of ``importLog``. Raise InvalidInput.

    ``last`` is an empty dictionary, or with the last slice ``{"State": "Complete" or "Incomplete", "SHA256": <hex>}``;
    ``modified`` is the file's time in ISO 8601, UTC if it names no zone.
    """
    start = validation.number(offset, "offset", 0, 2**62)
    return ImportSlice(start, _parse_text(text), _parse_ending(last), _parse_time(modified))


def _parse_text(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > MAX_TEXT_BYTES:
        raise InvalidInput(f"The text is not a string of at most {MAX_TEXT_BYTES} bytes")
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("The text holds surrogates") from None
    if len(encoded) > MAX_TEXT_BYTES:
        raise InvalidInput(f"The text has more than {MAX_TEXT_BYTES} bytes")
    return encoded


def _parse_ending(last: object) -> ImportEnd | None:
    if last == {}:
        return None
    if not isinstance(last, dict) or set(last) != {"State", "SHA256"}:
        raise InvalidInput("last is neither empty nor a dictionary of State and SHA256")
    try:
        return ImportEnd(_STATES[last["State"]], bytes.fromhex(last["SHA256"]))
    except (KeyError, TypeError, ValueError):
        raise InvalidInput("An import ends with State Complete or Incomplete, and a SHA-256") from None


def _parse_time(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(str(value))
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput("modified is not ISO 8601 text") from None
