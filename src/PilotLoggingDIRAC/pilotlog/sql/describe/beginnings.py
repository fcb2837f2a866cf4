"""The beginnings of logs. A text that can't be unpacked ends that of its own log, and stops no other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, or_, select

from ..connection.engine import Transactions
from ..schema import damage, payload, rows
from ..schema.damage import Damaged
from ..schema.tables import batches
from ..write import runs

#: The text of a log in which its host may stand, in bytes; the row where it ends is read whole.
MAX_LOG_BYTES = 64 * 1024
#: The text that one call unpacks, in bytes, whatever pilots have sent.
MAX_BYTES = 16 * 1024 * 1024


def read(transactions: Transactions, ids: Sequence[int], below: int) -> dict[int, bytes]:
    """See ``UnsettledLogs.beginnings``."""
    return damage.run(transactions, _beginnings, ids, below)


def _beginnings(connection: Connection, ids: Sequence[int], below: int, damaged: Damaged) -> dict[int, bytes]:
    reached = _reached(connection, ids, below)
    packed = _packed(connection, reached)
    texts = {log_id: _text(packed[log_id], numbers, below, damaged) for log_id, numbers in reached.items()}
    return {log_id: text for log_id, text in texts.items() if text is not None}


def _reached(connection: Connection, ids: Sequence[int], below: int) -> dict[int, list[int]]:
    """Return the numbers of the rows to read, by the ids of the logs that are within the bound; one log is always.

    Chunks that were put together have the number of their run's last one. A row with that number that is not the first
    one of its log is a later chunk.
    """
    columns = (batches.c.LogID, batches.c.Sequence, batches.c.NumberOfBytes)
    first = or_(batches.c.Sequence < below, batches.c.Sequence == runs.RUN - 1)
    statement = select(*columns).where(batches.c.LogID.in_(ids), first)
    numbers: dict[int, list[int]] = {log_id: [] for log_id in ids}
    sizes = dict.fromkeys(ids, 0)
    for log_id, sequence, size in connection.execute(statement.order_by(batches.c.LogID, batches.c.Sequence)):
        if sizes[log_id] < MAX_LOG_BYTES and (sequence < below or not numbers[log_id]):
            numbers[log_id].append(sequence)
            sizes[log_id] += size
    totals = zip(ids, itertools.accumulate(sizes[log_id] for log_id in ids), strict=True)
    return {log_id: numbers[log_id] for log_id, total in totals if total <= MAX_BYTES or log_id == ids[0]}


def _packed(connection: Connection, reached: Mapping[int, Sequence[int]]) -> dict[int, list[tuple[int, bytes]]]:
    """Return (number, payload) of these rows, by the ids of their logs."""
    found: dict[int, list[tuple[int, bytes]]] = {log_id: [] for log_id in reached}
    chosen = [
        f"LogID = {log_id:d} AND Sequence IN ({', '.join(f'{number:d}' for number in numbers)})"
        for log_id, numbers in reached.items()
        if numbers
    ]
    if chosen:
        statement = select(batches.c.LogID, batches.c.Sequence, batches.c.Payload).where(rows.any_of(chosen))
        for row in connection.execute(statement.order_by(batches.c.LogID, batches.c.Sequence)):
            found[row.LogID].append((row.Sequence, row.Payload))
    return found


def _text(packed: Sequence[tuple[int, bytes]], numbers: Sequence[int], below: int, damaged: Damaged) -> bytes | None:
    """Return whole lines from the rows of a log; None if the writer has put rows together meanwhile."""
    if len(packed) < len(numbers):
        return None
    found = b""
    for row in packed:
        try:
            found += b"".join(text for number, text in payload.unpack(*row) if number < below)
        except damaged:
            break
    return found if len(found) <= MAX_LOG_BYTES else found[: found.rfind(b"\n", 0, MAX_LOG_BYTES) + 1]
