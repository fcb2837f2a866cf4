"""The appender: stores a group of batches in one transaction, each batch exactly once."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ... import lifecycle
from ...lifecycle import Reception
from ...model import Batch, Log, Numbered, PilotId, Receipt, State
from ...ports import Clock
from ...text.limits import TextFilter
from ..connection import round_trips
from ..connection.engine import Transactions
from ..connection.round_trips import Advance
from ..schema import payload, rows
from ..schema.tables import epochs, logs
from . import runs


@dataclass(frozen=True, slots=True)
class SqlAppender:
    """A ``LogStore`` on SQL.

    An archived or purged log takes more until ``accept_late`` after its last text; what comes later opens a next part.
    Without ``text_filter``, the default filter decides which text is stored. ``pack`` makes a chunk's payload.
    """

    transactions: Transactions
    clock: Clock
    accept_late: timedelta = timedelta(days=30)
    text_filter: TextFilter | None = None
    pack: Callable[[bytes], bytes] = payload.pack

    def append(
        self, epoch: str, group: Sequence[Numbered], acknowledged: bool = False, backlog: bool = False
    ) -> list[Receipt]:
        """See ``ports.LogStore.append``.

        The epoch's row is locked first and the logs' rows after it, in the order of their unique key: so two writers
        wait for each other and do not deadlock. A transaction that loses a deadlock all the same is run again.
        """
        return self.transactions.run(self._append, epoch, group, acknowledged, backlog, self.clock())

    def ping(self, epoch: str, backlog: bool) -> None:
        """See ``ports.LogStore.ping``; a database may answer reads only, as in a backup or with its disk full."""
        self.transactions.run(self._touch, epoch, backlog, self.clock())

    def _touch(self, connection: Connection, epoch: str, backlog: bool, now: datetime) -> None:
        self._move_epoch(connection, epoch, self._lock_epoch(connection, epoch, now), backlog, now)

    def _append(
        self,
        connection: Connection,
        epoch: str,
        group: Sequence[Numbered],
        acknowledged: bool,
        backlog: bool,
        now: datetime,
    ) -> list[Receipt]:
        batches = [_not_later(numbered.batch, now) for numbered in group]
        step = Advance(epoch, group[0].number, group[-1].number, now, int(backlog))
        is_new, known = round_trips.of(connection).enter(connection, step, [*{batch.pilot for batch in batches}])
        if is_new:  # as nearly always: nothing of the group was committed before
            return self._store(connection, batches, known, self._accept_late(acknowledged))
        done = self._lock_epoch(connection, epoch, now)
        fresh = [numbered for numbered in group if numbered.number > done]
        if not fresh:
            return [Receipt(0)] * len(group)
        batches = [_not_later(numbered.batch, now) for numbered in fresh]
        receipts = self._store(connection, batches, known, self._accept_late(acknowledged))
        self._move_epoch(connection, epoch, fresh[-1].number, backlog, now)
        return [Receipt(0)] * (len(group) - len(fresh)) + receipts

    def _accept_late(self, acknowledged: bool) -> timedelta:
        return timedelta.max if acknowledged else self.accept_late

    def _lock_epoch(self, connection: Connection, epoch: str, now: datetime) -> int:
        """Return the last committed number, its row locked; a new epoch gets its row."""
        statement = select(epochs.c.LastNumber).where(epochs.c.Epoch == epoch).with_for_update()
        last: int | None = connection.execute(statement).scalar()
        if last is None:
            connection.execute(insert(epochs).values(Epoch=epoch, LastNumber=0, LastCommit=now))
            return 0
        return last

    def _move_epoch(self, connection: Connection, epoch: str, number: int, draining: bool, now: datetime) -> None:
        statement = update(epochs).where(epochs.c.Epoch == epoch)
        connection.execute(statement.values(LastNumber=number, LastCommit=now, Draining=int(draining)))

    def _store(
        self, connection: Connection, group: Sequence[Batch], known: Sequence[Log], accept_late: timedelta
    ) -> list[Receipt]:
        """Store batches, in their order within each log. Return the receipts in the order of the group.

        ``known`` are the locked logs of the group's pilots that exist.
        """
        places: dict[PilotId, list[int]] = defaultdict(list)
        for place, batch in enumerate(group):
            places[batch.pilot].append(place)
        first_seen = {pilot: group[indexes[0]].received for pilot, indexes in places.items()}
        locked = _with_new(connection, known, first_seen)
        receptions, receipts = [], [Receipt(0)] * len(group)
        for pilot in sorted(places):
            run = [group[place] for place in places[pilot]]
            reception = self._receive(connection, locked[pilot], run, accept_late)
            receptions.append(reception)
            for place, receipt in zip(places[pilot], reception.receipts, strict=True):
                receipts[place] = receipt
        _write(connection, receptions, self.pack)
        return receipts

    def _receive(self, connection: Connection, log: Log, run: Sequence[Batch], accept_late: timedelta) -> Reception:
        part = _open_part(connection, lifecycle.part_for(log, run, accept_late))
        return lifecycle.receive(part, run, self.text_filter)


def _not_later(batch: Batch, now: datetime) -> Batch:
    """Return the batch as received now at the latest: a collector's clock that is ahead counts for nothing."""
    return batch if batch.received <= now else dataclasses.replace(batch, received=now)


def _with_new(connection: Connection, known: Sequence[Log], first_seen: dict[PilotId, datetime]) -> dict[PilotId, Log]:
    """Return the last part of each pilot's log, its row locked; insert rows for new pilots."""
    found = {log.pilot: log for log in known}
    missing = sorted(set(first_seen) - set(found))
    if missing:
        connection.execute(insert(logs), [_new_row(pilot, first_seen[pilot]) for pilot in missing])
        found |= {log.pilot: log for log in round_trips.of(connection).lock(connection, missing)}
    return found


def _new_row(pilot: PilotId, seen: datetime) -> dict[str, Any]:
    return rows.new_columns(Log(0, pilot, 1, State.RECEIVING, seen, seen))


def _open_part(connection: Connection, part: Log) -> Log:
    """Return the part with its row, which is inserted for a new part."""
    if part.id:
        return part
    connection.execute(insert(logs).values(rows.new_columns(part)))
    return round_trips.of(connection).lock(connection, [part.pilot])[-1]


def _write(connection: Connection, receptions: Sequence[Reception], pack: Callable[[bytes], bytes]) -> None:
    chunks = [_chunk_row(reception, index, pack) for reception in receptions for index in range(len(reception.chunks))]
    changed = [{"LogID": reception.log.id} | rows.new_columns(reception.log) for reception in receptions]
    round_trips.of(connection).write(connection, chunks, changed)
    for reception in receptions:
        after = reception.log.next_sequence
        runs.put_together(connection, reception.log.id, after - len(reception.chunks), after)


def _chunk_row(reception: Reception, index: int, pack: Callable[[bytes], bytes]) -> dict[str, Any]:
    chunk = reception.chunks[index]
    return {
        "LogID": reception.log.id,
        "Sequence": chunk.sequence,
        "Received": chunk.received,
        "NumberOfLines": chunk.lines,
        "NumberOfBytes": len(chunk.text),
        "Sender": chunk.sender[:64],
        "Payload": pack(chunk.text),
    }
