"""The searcher: selects logs, newest first, counts them, and reads the text of many small logs at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from ...access import Scope
from ...model import Log, PilotId, Selection, State
from ..connection.engine import Transactions
from ..schema import payload, rows
from ..schema.file_tables import files
from ..schema.tables import batches, logs
from .conditions import matching
from .reader import SqlReader

_BY_TIME = "IGNORE INDEX FOR ORDER BY (PRIMARY)"

_HERE, _ARCHIVED, _GONE = "here", "archived", "gone"


@dataclass(frozen=True, slots=True)
class SqlSearcher:
    """The store's side of a search. Logs come by descending id, an order that new text does not change."""

    transactions: Transactions

    def extent(self, scope: Scope, wanted: Selection) -> dict[str, tuple[int, int]]:
        """Return (number, bytes of text) of matching logs: ``here``, ``archived`` and not here, ``gone``."""
        found = {
            name: (number, int(size)) for name, number, size in self.transactions.run(_extent, matching(scope, wanted))
        }
        return {name: found.get(name, (0, 0)) for name in (_HERE, _ARCHIVED, _GONE)}

    def next(self, scope: Scope, wanted: Selection, up_to: int | None, archive: bool, limit: int) -> list[Log]:
        """Return the next logs that can be searched, the newest first, from the id ``up_to`` downwards."""
        where = and_(matching(scope, wanted), _searchable(archive), *([logs.c.LogID <= up_to] if up_to else []))
        return self.transactions.run(_next, where, wanted, limit)

    def selected(self, scope: Scope, wanted: Selection, stamps: Collection[str], limit: int) -> list[Log]:
        """Return matching logs of pilots with these stamps, or of any without stamps, the newest first."""
        named = [logs.c.PilotStamp.in_(sorted(stamps))] if stamps else []
        return self.transactions.run(_next, and_(matching(scope, wanted), *named), wanted, limit)

    def chunks(self, log: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield (sequence, text) of a log's chunks from a sequence number on."""
        return SqlReader(self.transactions).chunks(log, sequence)

    def small(self, found: Sequence[Log]) -> dict[int, list[tuple[int, Callable[[], bytes]]]]:
        """Read all chunks of several logs at once. Return by log id (sequence, a function that unpacks the text)."""
        chunks: dict[int, list[tuple[int, Callable[[], bytes]]]] = {log.id: [] for log in found}
        for log_id, sequence, packed in self.transactions.run(_payloads, found):
            chunks[log_id] += _chunks(sequence, packed)
        return chunks


def _chunks(sequence: int, packed: bytes) -> list[tuple[int, Callable[[], bytes]]]:
    """Return the chunks of a row; one that is alone is unpacked when it is asked for."""
    if not payload.sizes(packed):
        return [(sequence, lambda: payload.unpack(sequence, packed)[0][1])]
    return [(number, partial(bytes, text)) for number, text in payload.unpack(sequence, packed)]


def _searchable(archive: bool) -> ColumnElement[bool]:
    here = logs.c.State != State.PURGED.value
    return or_(here, files.c.LFN.is_not(None)) if archive else here


def _extent(connection: Connection, where: ColumnElement[bool]) -> list[Any]:
    place = case((logs.c.State != State.PURGED.value, _HERE), (files.c.LFN.is_not(None), _ARCHIVED), else_=_GONE)
    size = func.coalesce(func.sum(logs.c.NumberOfBytes), 0)
    joined = rows.select_logs().with_only_columns(place, func.count(), size, maintain_column_froms=True)
    return list(connection.execute(joined.where(where).group_by(place)))


def _next(connection: Connection, where: ColumnElement[bool], wanted: Selection, limit: int) -> list[Log]:
    """Return the next logs. A narrow selection is sorted, as reading along the key would take too long."""
    statement = rows.select_logs().where(where).order_by(logs.c.LogID.desc()).limit(limit)
    if wanted.since or wanted.stamps or wanted.references:
        statement = statement.with_hint(logs, _BY_TIME, "mysql").with_hint(logs, _BY_TIME, "mariadb")
    return [rows.to_log(row) for row in connection.execute(statement)]


def _payloads(connection: Connection, found: Sequence[Log]) -> list[Any]:
    """Return the rows of these logs' text, which can be unpacked later; a restored database may have other logs under
    their ids.
    """
    wanted = {log.id: log.identity for log in found}
    columns = (logs.c.LogID, logs.c.VO, logs.c.PilotStamp, logs.c.Part, logs.c.FirstSeen)
    present = connection.execute(select(*columns).where(logs.c.LogID.in_(list(wanted))))
    ids = [row.LogID for row in present if wanted[row.LogID] == (PilotId(*row[1:3]), row.Part, row.FirstSeen)]
    statement = select(batches.c.LogID, batches.c.Sequence, batches.c.Payload).where(batches.c.LogID.in_(ids))
    found_rows = list(connection.execute(statement.order_by(batches.c.LogID, batches.c.Sequence)))
    for row in found_rows:
        payload.check(row.Payload)
    return found_rows
