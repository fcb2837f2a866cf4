"""Small chunks of a log are put together in one row, so that a log of very many small messages is read in a few rows.

The writer does it in its own transaction, under the lock of the log's row, whenever a run of sequence numbers is full.
Numbers, text and cursors stay as they were: see ``payload``. A run with a text that can't be unpacked stays as it
is, and the log takes more all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from ..schema import payload
from ..schema.dictionaries import UnknownDictionary
from ..schema.dictionaries.stored import learn_all
from ..schema.tables import batches

#: The number of sequence numbers in a run.
RUN = 256
#: A run with more text stays as it is: its rows are large enough.
MAX_BYTES = 256 * 1024


def put_together(connection: Connection, log_id: int, before: int, after: int) -> None:
    """Put together the runs of a log that became full when its next sequence number went from one to another."""
    for run in range(before // RUN, after // RUN):
        _put_together(connection, log_id, run * RUN, run * RUN + RUN - 1)


def _put_together(connection: Connection, log_id: int, first: int, last: int) -> None:
    within = and_(batches.c.LogID == log_id, batches.c.Sequence.between(first, last))
    counted = select(func.count(), func.sum(batches.c.NumberOfBytes), func.sum(batches.c.NumberOfLines))
    number, size, lines = connection.execute(counted.where(within)).one()
    if number != last - first + 1 or size > MAX_BYTES:
        return
    try:
        texts = _texts(connection, within)
    except (*payload.DAMAGED, UnknownDictionary):
        return
    connection.execute(delete(batches).where(within, batches.c.Sequence < last))
    merged = {"NumberOfBytes": int(size), "NumberOfLines": int(lines), "Payload": payload.pack_run(texts)}
    connection.execute(update(batches).where(within).values(**merged))


def _texts(connection: Connection, within: ColumnElement[bool]) -> list[bytes]:
    """Return the texts of chunks, in their order.

    Raise UnknownDictionary for one whose dictionary the database does not have either, and the errors of damaged text.
    """
    wanted = select(batches.c.Sequence, batches.c.Payload).where(within).order_by(batches.c.Sequence)
    rows = [(sequence, packed) for sequence, packed in connection.execute(wanted)]
    try:
        return _unpacked(rows)
    except UnknownDictionary:
        learn_all(connection)
    return _unpacked(rows)


def _unpacked(rows: Sequence[tuple[int, bytes]]) -> list[bytes]:
    return [text for row in rows for _, text in payload.unpack(*row)]
