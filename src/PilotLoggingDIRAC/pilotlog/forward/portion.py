"""Portions: what one log has for a destination now, and where its cursor stands after that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..diagnosed import present
from ..model import Log, State
from .cursor import Claim, Cursor
from .destination import Rejected
from .events import beginning, ending
from .line_cutter import LineCutter
from .line_reader import LineReader
from .record import Record
from .settings import Content


@dataclass(frozen=True, slots=True)
class Portion:
    """Records of one log. ``is_done``: the log has no more than these. ``unreadable`` batches lie between them."""

    claim: Claim
    records: Sequence[Record]
    after: Cursor
    is_done: bool
    unreadable: Sequence[Rejected] = ()


#: A chunk's number and text; None: it can't be read, nor can those between it and the chunk before.
Chunk = tuple[int, bytes | None]


def portion(claim: Claim, chunks: Sequence[Chunk], content: Content) -> Portion:
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
    every = [*beginning(log, cursor), *records, *last]
    return Portion(claim, every, after, is_done, list(_unreadable(log, chunks)))


def _unreadable(log: Log, chunks: Sequence[Chunk]) -> Iterator[Rejected]:
    for sequence, text in chunks:
        if text is None:
            yield Rejected(f"{log.pilot.stamp}.{log.part}.batch-{sequence}", "its text in the database is damaged")


def _lines(reader: LineReader, cutter: LineCutter, chunks: Sequence[Chunk]) -> Iterator[Record]:
    for sequence, text in chunks:
        if text is None:
            if rest := cutter.rest:
                yield from reader.read(sequence, rest)
            cutter.skip(sequence)
            continue
        for line in cutter.feed(sequence, text):
            yield from reader.read(sequence, line)
