"""Portions: what one log has for a destination now, and where its cursor stands after that."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..diagnosed import present
from ..model import State
from .cursor import Cursor, ForwardClaim
from .cursor_reader import CursorReader
from .destination import Rejected
from .events import beginning, ending
from .line_cutter import LineCutter
from .record import Record
from .settings import SentContent

#: A chunk's number and text; None: it can't be read, nor can those between it and the chunk before.
Chunk = tuple[int, bytes | None]


@dataclass(frozen=True, slots=True)
class Portion:
    """Records of one log. ``is_done``: the log has no more than these. ``unreadable`` chunks lie between them."""

    claim: ForwardClaim
    records: Sequence[Record]
    after: Cursor
    is_done: bool
    unreadable: Sequence[Rejected] = ()


def portions(
    claim: ForwardClaim, chunks: Sequence[Chunk], content: SentContent, most_records: int
) -> Iterator[Portion]:
    """Yield the portions of a log with some chunks of its text, from its cursor on; one follows the other.

    Each has about ``most_records`` records at most, so that the cursor moves as often, however slow a destination is.
    Events of the beginning come first, those of the end when all of the text was read.
    """
    log, cursor = claim.log, claim.cursor
    reader = CursorReader(log, content, cursor.line, cursor.piece, cursor.phase, cursor.time or log.first_seen)
    yield from _Portions(claim, reader, LineCutter(cursor.sequence, cursor.offset)).of(chunks, most_records)


@dataclass(slots=True)
class _Portions:
    """The maker of portions; ``claim`` has the cursor after the last one."""

    claim: ForwardClaim
    reader: CursorReader
    cutter: LineCutter
    records: list[Record] = field(default_factory=list)
    unreadable: list[Rejected] = field(default_factory=list)

    def of(self, chunks: Sequence[Chunk], most_records: int) -> Iterator[Portion]:
        self.records += beginning(self.claim.log, self.claim.cursor)
        for sequence, text in chunks:
            if text is None:
                self._skip(sequence)
                continue
            for line in self.cutter.feed(sequence, text):
                self.records += self.reader.read(sequence, line)
                if len(self.records) >= most_records:
                    yield self._portion(self._cursor(sequence), is_done=False)
        yield self._last(chunks[-1][0] + 1 if chunks else self.claim.cursor.next_sequence)

    def _skip(self, sequence: int) -> None:
        log = self.claim.log
        if rest := self.cutter.rest:
            self.records += self.reader.read(sequence, rest)
        self.cutter.skip(sequence)
        name = f"{log.pilot.stamp}.{log.part}.batch-{sequence}"
        self.unreadable.append(Rejected(name, "its text in the database is damaged"))

    def _last(self, read: int) -> Portion:
        """Return the portion that ends with what was read; the log's end, if that is there."""
        log, before = self.claim.log, self.claim.cursor
        if read < log.next_sequence:
            return self._portion(self._cursor(read), is_done=False)
        if log.state is not State.RECEIVING and (rest := self.cutter.rest):
            self.records += self.reader.read_rest(read - 1, rest)
            self.cutter = LineCutter(read, 0)
        found = present(log, self.claim.found)
        after = dataclasses.replace(self._cursor(read), state=log.state, cause=found.cause or before.cause)
        self.records += ending(log, before, after, found)
        return self._portion(after, is_done=True)

    def _cursor(self, read: int) -> Cursor:
        """Return the cursor after the lines so far; all chunks before ``read`` were read."""
        before, reader, cutter = self.claim.cursor, self.reader, self.cutter
        return Cursor(
            log_id=before.log_id,
            sequence=cutter.sequence,
            offset=cutter.offset,
            next_sequence=read,
            line=reader.line,
            piece=reader.piece,
            phase=reader.phase,
            time=reader.time,
            state=before.state or State.RECEIVING,
            cause=before.cause,
        )

    def _portion(self, after: Cursor, is_done: bool) -> Portion:
        made = Portion(self.claim, self.records, after, is_done, self.unreadable)
        self.claim = ForwardClaim(self.claim.log, after, self.claim.found)
        self.records, self.unreadable = [], []
        return made
