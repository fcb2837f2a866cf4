"""Importing the files of DIRAC's own collector: a folder with a file for each pilot.

``<folder>/<vo>/<stamp>`` is a log that its pilot has not finalised, ``<folder>/<vo>/<stamp>.log`` a finalised one.
The text becomes part 0 of the pilot's log, before all text that the pilot sends to this collector. It is sent in
slices, each with its offset, so that an interrupted import continues where it ended.
"""

from __future__ import annotations

import codecs
import hashlib
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from .. import lifecycle, validation
from ..errors import InvalidInput, PilotLogError
from ..model import PilotId, State
from ..text.redaction.redactor import Redactor

#: The part of imported text; the text that the pilot itself sends begins with part 1.
PART = 0
#: DIRAC's own collector does not store the code of a pilot that has ended.
UNKNOWN_RETURN_CODE = "unknown"
MAX_TEXT_BYTES = 4 * lifecycle.MAX_CHUNK_BYTES

_FINALISED = ".log"
_STATES = {state.value: state for state in (State.COMPLETE, State.INCOMPLETE)}


class ImportConflict(PilotLogError):
    """The file's text differs from the text that was imported of it before; a person has to decide."""

    errno = 3420


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of an import: the state that the log gets, and the SHA-256 of its whole text."""

    state: State
    sha256: bytes

    def __post_init__(self) -> None:
        if self.state not in _STATES.values() or len(self.sha256) != hashlib.sha256().digest_size:
            raise InvalidInput("An import ends with State Complete or Incomplete, and a SHA-256")


@dataclass(frozen=True, slots=True)
class ImportSlice:
    """UTF-8 text for an offset in bytes; without text and ending it asks for the length of the import so far."""

    offset: int
    text: bytes
    ending: Ending | None
    modified: datetime


def parse_slice(offset: object, text: object, last: object, modified: object) -> ImportSlice:
    """Return the slice in the arguments of ``importLog``. Raise InvalidInput.

    ``last`` is an empty dictionary, or with the last slice ``{"State": "Complete" or "Incomplete", "SHA256": <hex>}``;
    ``modified`` is the file's time in ISO 8601, UTC where it names no zone.
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


def _parse_ending(last: object) -> Ending | None:
    if last == {}:
        return None
    if not isinstance(last, dict) or set(last) != {"State", "SHA256"}:
        raise InvalidInput("last is neither empty nor a dictionary of State and SHA256")
    try:
        return Ending(_STATES[last["State"]], bytes.fromhex(last["SHA256"]))
    except (KeyError, TypeError, ValueError):
        raise InvalidInput("An import ends with State Complete or Incomplete, and a SHA-256") from None


def _parse_time(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(str(value))
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput("modified is not ISO 8601 text") from None


@dataclass(frozen=True, slots=True)
class CollectorLog:
    """The files of one pilot's log in order; ``modified`` is the time of its last text (UTC)."""

    pilot: PilotId
    paths: tuple[Path, ...]
    finalised: bool
    modified: datetime

    def ending(self, sha256: bytes, now: datetime, silent: timedelta) -> Ending | None:
        """Return the end of its import; None for a pilot that has not finalised its log and may still be alive."""
        if self.finalised:
            return Ending(State.COMPLETE, sha256)
        return Ending(State.INCOMPLETE, sha256) if now - self.modified >= silent else None


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A name in the folder that is no pilot's log, and the reason."""

    path: Path
    reason: str


def find(folder: Path) -> Iterator[CollectorLog | SkippedFile]:
    """Yield the logs in the folder, VO by VO in the order of names. Raise OSError for a folder that can't be read."""
    for vo in sorted(folder.iterdir()):
        if not stat.S_ISDIR(vo.lstat().st_mode):
            yield SkippedFile(vo, "not a folder of a VO")
            continue
        yield from _find_of_vo(vo)


def _find_of_vo(vo: Path) -> Iterator[CollectorLog | SkippedFile]:
    files: dict[PilotId, list[Path]] = {}
    for path in sorted(vo.iterdir()):
        try:
            pilot = _pilot(path)
        except InvalidInput as error:
            yield SkippedFile(path, str(error))
        else:
            files.setdefault(pilot, []).append(path)
    for pilot, paths in files.items():
        yield _collector_log(pilot, paths)


def _pilot(path: Path) -> PilotId:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput("Not a plain file")
    pilot = validation.pilot(path.parent.name, path.name.removesuffix(_FINALISED))
    if not status.st_size:
        raise InvalidInput("Empty")
    return pilot


def _collector_log(pilot: PilotId, paths: Iterable[Path]) -> CollectorLog:
    """Return one pilot's log: the finalised file first, then the file of text that came after the finalise mark."""
    ordered = tuple(sorted(paths, key=lambda path: path.suffix != _FINALISED))
    seconds = max(path.stat().st_mtime for path in ordered)
    modified = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return CollectorLog(pilot, ordered, ordered[0].suffix == _FINALISED, modified)


def converted(paths: Iterable[Path], redactor: Redactor) -> Iterator[bytes]:
    """Yield the files' text as it is stored: UTF-8 without secrets, in blocks that end with a character."""
    carry = b""
    for text in _decoded(paths):
        redacted, carry = redactor.redact(carry, text)
        if redacted:
            yield redacted


def _decoded(paths: Iterable[Path]) -> Iterator[bytes]:
    r"""Yield the files' text as UTF-8, in blocks that end with a character; other bytes become ``\xNN``."""
    for path in paths:
        decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        with path.open("rb") as file:
            # a byte that is escaped takes four
            while block := file.read(lifecycle.MAX_CHUNK_BYTES // 4):
                yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()


class Outcome(StrEnum):
    """The outcome of one log's import."""

    IMPORTED = "imported"
    PRESENT = "already there"
    OPEN = "imported so far, its pilot may be alive"


Send = Callable[[PilotId, ImportSlice], int]
"""Send a slice to the collector and return the length of the import. Raise PilotLogError."""


def bring(log: CollectorLog, send: Send, now: datetime, silent: timedelta, redactor: Redactor) -> Outcome:
    """Send a log to the collector, without its secrets, from where an earlier import ended.

    Raise ImportConflict when the collector holds other text, and the errors of ``send``.
    """
    known = length = send(log.pilot, ImportSlice(0, b"", None, log.modified))
    digest, position = hashlib.sha256(), 0
    for text in converted(log.paths, redactor):
        digest.update(text)
        position += len(text)
        if position > length:
            new = text[length - position :]
            if new[0] & 0xC0 == 0x80:
                raise ImportConflict(f"The collector's {length} bytes end inside a character of the file")
            length = send(log.pilot, ImportSlice(length, new, None, log.modified))
    if length != position:
        raise ImportConflict(f"The collector has {length} bytes, the file {position}")
    ending = log.ending(digest.digest(), now, silent)
    if not ending:
        return Outcome.OPEN
    send(log.pilot, ImportSlice(length, b"", ending, log.modified))
    return Outcome.PRESENT if known == length else Outcome.IMPORTED
