"""Records of a log's lines, each with the phase and the time that hold at it.

The grammar of lines is that of ``text.terminal_lines`` and ``text.outline``, which the page and the diagnoses use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..model import Log
from ..text import outline, terminal_lines
from ..text.terminal_lines import GLUED, Header
from .record import Kind, Record
from .settings import SentContent

_HEADER_BYTES = 400
_WARNINGS = frozenset({"WARN", "WARNING"})


@dataclass(slots=True)
class CursorReader:
    """The reader of one log; its fields are those of a ``Cursor``."""

    log: Log
    content: SentContent
    line: int
    piece: int
    phase: str
    time: datetime

    def read(self, sequence: int, raw: bytes) -> Iterator[Record]:
        """Yield the records of a whole line, which ends in the chunk of that number."""
        yield from self._read(sequence, raw)
        self.line, self.piece = self.line + 1, 0

    def read_rest(self, sequence: int, raw: bytes) -> Iterator[Record]:
        """Yield the records of a line that has no end, as its log has ended; more of it are further pieces."""
        yield from self._read(sequence, raw)

    def _read(self, sequence: int, raw: bytes) -> Iterator[Record]:
        """Yield the records of a line's pieces."""
        if b"\r" not in raw and not GLUED.search(raw, 1):
            yield from self._piece(sequence, raw, terminal_lines.header(raw[:_HEADER_BYTES]))
            return
        for piece in terminal_lines.pieces(raw):
            yield from self._piece(sequence, piece.text, piece.header)

    def _piece(self, sequence: int, text: bytes, header: Header | None) -> Iterator[Record]:
        command = outline.command_in(text)
        self.phase = command or self.phase
        if header:
            self.time = _moment(header.time) or self.time
        if self.content is SentContent.ALL or command or _is_noted(header):
            yield self._record(Kind.PHASE if command else Kind.LINE, sequence, text, header)
        self.piece += 1

    def _record(self, kind: Kind, sequence: int, text: bytes, header: Header | None) -> Record:
        log = self.log
        return Record(
            kind=kind,
            pilot=log.pilot,
            time=self.time,
            message=text.decode("utf-8", "replace"),
            part=log.part,
            sequence=sequence,
            line=self.line + 1,
            piece=self.piece,
            site=log.site,
            ce=log.ce,
            level=header.level if header else "",
            source=_source(header) if header else "",
            phase=self.phase,
            began=log.first_seen,
        )


def _is_noted(header: Header | None) -> bool:
    return header is not None and (header.level in _WARNINGS or header.error)


def _source(header: Header) -> str:
    """Return the command that wrote a line, or else the component of DIRAC."""
    return header.command.strip("[]") or header.component.split(" ")[0].strip("[]")


def _moment(text: str) -> datetime | None:
    """Return the time of a header; None if there is no such time."""
    try:
        return datetime.fromisoformat(text.removesuffix("Z").removesuffix(" UTC").replace(",", "."))
    except ValueError:
        return None
