"""The beginnings of logs. A text that can't be unpacked ends that of its own log, and stops no other."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from ..connection.engine import Transactions
from ..schema import payload
from ..schema.dictionaries import UnknownDictionary
from ..schema.tables import batches

Damaged = tuple[type[Exception], ...]


def read(transactions: Transactions, ids: Sequence[int], below: int) -> dict[int, bytes]:
    """See ``UnsettledLogs.beginnings``. A dictionary that could not be learned is damage."""
    try:
        return transactions.run(_beginnings, ids, below, payload.DAMAGED)
    except UnknownDictionary:
        return transactions.run(_beginnings, ids, below, (*payload.DAMAGED, UnknownDictionary))


def _beginnings(connection: Connection, ids: Sequence[int], below: int, damaged: Damaged) -> dict[int, bytes]:
    columns = (batches.c.LogID, batches.c.Sequence, batches.c.Payload)
    statement = select(*columns).where(batches.c.LogID.in_(ids), batches.c.Sequence < below)
    texts: dict[int, list[bytes]] = {}
    broken: set[int] = set()
    for log_id, sequence, packed in connection.execute(statement.order_by(batches.c.LogID, batches.c.Sequence)):
        if log_id in broken:
            continue
        try:
            texts.setdefault(log_id, []).extend(text for _, text in payload.unpack(sequence, packed))
        except damaged:
            broken.add(log_id)
    return {log_id: b"".join(found) for log_id, found in texts.items()}
