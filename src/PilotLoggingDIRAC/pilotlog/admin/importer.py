"""The importer: sends the logs that DIRAC's own collector left to this collector, slice by slice, without secrets.

The text becomes part 0 of the pilot's log, before all text that the pilot sends to this collector.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from .. import lifecycle
from ..errors import OffsetMismatch
from ..model import PilotId
from ..text.redaction.redactor import Redactor
from .collector_log import CollectorLog
from .import_slice import ImportConflict, ImportSlice

Send = Callable[[PilotId, ImportSlice], int]
"""Send a slice to the collector and return the length of the import. Raise OffsetMismatch, or another
PilotLogError.
"""


class ImportOutcome(StrEnum):
    """The outcome of one log's import."""

    IMPORTED = "imported"
    PRESENT = "already there"
    OPEN = "imported so far, its pilot may be alive"


@dataclass(frozen=True, slots=True)
class Importer:
    """Importer of logs; a pilot without a finalise mark counts as ended after ``silent`` without new text."""

    send: Send
    silent: timedelta
    redactor: Redactor

    def bring(self, log: CollectorLog, now: datetime) -> ImportOutcome:
        """Send a log to the collector, without its secrets, from where an earlier import ended.

        Raise ImportConflict when the collector holds other text, OffsetMismatch when it got some meanwhile, and the
        other errors of ``send``.
        """
        known = length = self.send(log.pilot, ImportSlice(0, b"", None, log.modified))
        digest, position = hashlib.sha256(), 0
        for text in converted(log.paths, self.redactor):
            digest.update(text)
            position += len(text)
            if position > length:
                new = text[length - position :]
                if new[0] & 0xC0 == 0x80:
                    raise ImportConflict(f"The collector's {length} bytes end inside a character of the file")
                length = self._send(log.pilot, ImportSlice(length, new, None, log.modified))
        if length != position:
            raise ImportConflict(f"The collector has {length} bytes, the file {position}")
        ending = log.ending(digest.digest(), now, self.silent)
        if not ending:
            return ImportOutcome.OPEN
        self.send(log.pilot, ImportSlice(length, b"", ending, log.modified))
        return ImportOutcome.PRESENT if known == length else ImportOutcome.IMPORTED

    def _send(self, pilot: PilotId, step: ImportSlice) -> int:
        """Send text and return the length of the import.

        DIRAC's client sends a slice again when the answer was lost. The import is then as long as with it already; that
        it has the same text is proven by the SHA-256 at its end.
        """
        try:
            return self.send(pilot, step)
        except OffsetMismatch as error:
            if error.offset != step.offset + len(step.text):
                raise
            return error.offset


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
