"""Portions: what one log has for a destination now, and where its cursor stands after that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..diagnosed import present
from ..model import State
from .cursor import Claim, Cursor
from .events import beginning, ending
from .line_cutter import LineCutter
from .line_reader import LineReader
from .record import Record
from .settings import Content


@dataclass(frozen=True, slots=True)
class Portion:
    """Records of one log. ``is_done``: the log has no more than these."""

    claim: Claim
    records: Sequence[Record]
    after: Cursor
    is_done: bool


def portion(claim: Claim, chunks: Sequence[tuple[int, bytes]], content: Content) -> Portion:
    """Return the portion of a log with some chunks of its text: (sequence number, text) from its cursor on.

    Events of the beginning come first, those of the end when all of the text was read.
    """
    log, cursor = claim.log, claim.cursor
    reader = LineReader(log, content, cursor.line, cursor.piece, cursor.phase, cursor.time or log.first_seen)
    cutter = LineCutter(cursor.sequence, cursor.offset)
    records = list(_lines(reader, cutter, chunks))
    read = chunks[-1][0] + 1 if chunks else cursor.next_sequence
    is_done = read >= log.next_sequence
    if is_done and log.state is not State.RECEIVING and cutter.rest:
        records += reader.read_rest(read - 1, cutter.rest)
        cutter = LineCutter(read, 0)
    found = present(log, claim.found)
    after = Cursor(
        log_id=log.id,
        sequence=cutter.sequence,
        offset=cutter.offset,
        next_sequence=read,
        line=reader.line,
        piece=reader.piece,
        phase=reader.phase,
        time=reader.time,
        state=log.state if is_done else cursor.state or State.RECEIVING,
        cause=(found.cause or cursor.cause) if is_done else cursor.cause,
    )
    last = ending(log, cursor, after, found) if is_done else ()
    return Portion(claim, [*beginning(log, cursor), *records, *last], after, is_done)


def _lines(reader: LineReader, cutter: LineCutter, chunks: Sequence[tuple[int, bytes]]) -> Iterator[Record]:
    for sequence, text in chunks:
        for line in cutter.feed(sequence, text):
            yield from reader.read(sequence, line)
