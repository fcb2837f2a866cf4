"""The records of a whole log, from its first line on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...diagnosed import present
from ...model import Log, State
from ..cursor import Cursor, ForwardClaim
from ..cursor_reader import CursorReader
from ..events import beginning, ending
from ..line_cutter import LineCutter
from ..record import Record
from ..settings import SentContent

#: At most this many lines of a chunk are records at the same time.
_LINES = 1000


def log_records(
    claim: ForwardClaim, chunks: Iterable[tuple[int, bytes]], content: SentContent
) -> Iterator[list[Record]]:
    """Yield a log's records, some at a time; ``chunks`` are (sequence number, text) of all of it.

    A chunk may have millions of lines. The records are the ones that are sent live, and have their identities. What
    ``chunks`` raises is passed on.
    """
    log, start = _as_told(claim.log), Cursor(claim.log.id)
    reader, cutter = CursorReader(log, content, 0, 0, "", log.first_seen), LineCutter(0, 0)
    yield beginning(log, start)
    sequence = 0
    for sequence, text in chunks:
        lines = cutter.feed(sequence, text)
        while some := list(itertools.islice(lines, _LINES)):
            yield [record for line in some for record in reader.read(sequence, line)]
    if log.state is not State.RECEIVING and cutter.rest:
        yield list(reader.read_rest(sequence, cutter.rest))
    found = present(log, claim.found)
    yield list(ending(log, start, replace(start, next_sequence=log.next_sequence, cause=found.cause), found))


def _as_told(log: Log) -> Log:
    """Return a log as destinations know it: that its text has left the store since is no event of its life."""
    return replace(log, state=State.ARCHIVED) if log.state is State.PURGED else log
