"""Small chunks of a log are put together in one row, so that a log of very many small messages is read in a few rows.

The writer does it in its own transaction, under the lock of the log's row, whenever a run of sequence numbers is full.
Numbers, text and cursors stay as they were: see ``payload``.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, select, update

from ..schema import payload
from ..schema.tables import batches

#: So many sequence numbers are a run.
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
    rows = select(batches.c.Sequence, batches.c.Payload).where(within).order_by(batches.c.Sequence)
    texts = [text for row in connection.execute(rows) for _, text in payload.unpack(*row)]
    connection.execute(delete(batches).where(within, batches.c.Sequence < last))
    merged = {"NumberOfBytes": int(size), "NumberOfLines": int(lines), "Payload": payload.pack_run(texts)}
    connection.execute(update(batches).where(within).values(**merged))
