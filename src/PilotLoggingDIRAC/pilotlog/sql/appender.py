"""The writer's step: a group of batches into the database, in one transaction, each exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import zstandard
from sqlalchemy import Connection, insert, select, update

from .. import lifecycle
from ..lifecycle import Reception
from ..model import Batch, Log, Numbered, PilotId, Receipt, State
from ..ports import Clock
from ..text.limits import TextFilter
from . import round_trips, rows
from .engine import Transactions
from .round_trips import Advance
from .schema import epochs, logs

#: Level 3 takes 3 % less space for a pilot's text, and more time.
_LEVEL = 1


class SqlAppender:
    """A ``LogStore`` on SQL."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Clock,
        accept_late: timedelta = timedelta(days=30),
        text_filter: TextFilter | None = None,
    ):
        """``accept_late``: for so long after it was last heard of, an archived or purged log takes what comes; later it
        opens a next part.

        ``text_filter``: what of the text is stored, None is the default.
        """
        self._text_filter = text_filter
        self._transactions = transactions
        self._clock = clock
        self._accept_late = accept_late

    def append(
        self, epoch: str, group: Sequence[Numbered], acknowledged: bool = False, backlog: bool = False
    ) -> list[Receipt]:
        """See ``ports.LogStore.append``.

        The epoch's row is locked first and the logs' rows after it, in the order of their unique key, so that two
        writers wait for each other instead of losing deadlocks; one that is lost all the same is run again.
        """
        return self._transactions.run(self._append, epoch, group, acknowledged, backlog)

    def ping(self, epoch: str, backlog: bool) -> None:
        """See ``ports.LogStore.ping``; a database may answer reads only, as in a backup or with its disk full."""
        self._transactions.run(self._touch, epoch, backlog)

    def _touch(self, connection: Connection, epoch: str, backlog: bool) -> None:
        self._move_epoch(connection, epoch, self._lock_epoch(connection, epoch), backlog)

    def _append(
        self, connection: Connection, epoch: str, group: Sequence[Numbered], acknowledged: bool, backlog: bool
    ) -> list[Receipt]:
        batches = [numbered.batch for numbered in group]
        step = Advance(epoch, group[0].number, group[-1].number, self._clock(), int(backlog))
        is_new, known = round_trips.of(connection).enter(connection, step, [*{batch.pilot for batch in batches}])
        if is_new:  # as nearly always: nothing of the group was committed before
            return self._store(connection, batches, known, self._patience(acknowledged))
        done = self._lock_epoch(connection, epoch)
        fresh = [numbered for numbered in group if numbered.number > done]
        if not fresh:
            return [Receipt(0)] * len(group)
        batches = [numbered.batch for numbered in fresh]
        receipts = self._store(connection, batches, known, self._patience(acknowledged))
        self._move_epoch(connection, epoch, fresh[-1].number, backlog)
        return [Receipt(0)] * (len(group) - len(fresh)) + receipts

    def _patience(self, acknowledged: bool) -> timedelta:
        return timedelta.max if acknowledged else self._accept_late

    def _lock_epoch(self, connection: Connection, epoch: str) -> int:
        """Return the last committed number, its row locked; a new epoch gets its row."""
        statement = select(epochs.c.LastNumber).where(epochs.c.Epoch == epoch).with_for_update()
        last: int | None = connection.execute(statement).scalar()
        if last is None:
            connection.execute(insert(epochs).values(Epoch=epoch, LastNumber=0, LastCommit=self._clock()))
            return 0
        return last

    def _move_epoch(self, connection: Connection, epoch: str, number: int, draining: bool) -> None:
        statement = update(epochs).where(epochs.c.Epoch == epoch)
        connection.execute(statement.values(LastNumber=number, LastCommit=self._clock(), Draining=int(draining)))

    def _store(
        self, connection: Connection, group: Sequence[Batch], known: Sequence[Log], accept_late: timedelta
    ) -> list[Receipt]:
        """Store batches whose order is theirs within each log; the receipts come in the order of the group. ``known``:
        locked logs, those of the group's pilots among them, as far as they are there.
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
        _write(connection, receptions)
        return receipts

    def _receive(self, connection: Connection, log: Log, run: Sequence[Batch], accept_late: timedelta) -> Reception:
        part = _open_part(connection, lifecycle.part_for(log, run, accept_late))
        return lifecycle.receive(part, run, self._text_filter)


def _with_new(connection: Connection, known: Sequence[Log], first_seen: dict[PilotId, datetime]) -> dict[PilotId, Log]:
    """Return the last part of each pilot's log, its row locked; pilots not seen before get their row."""
    found = {log.pilot: log for log in known}
    missing = sorted(set(first_seen) - set(found))
    if missing:
        connection.execute(insert(logs), [_new_row(pilot, first_seen[pilot]) for pilot in missing])
        found |= {log.pilot: log for log in round_trips.of(connection).lock(connection, missing)}
    return found


def _new_row(pilot: PilotId, seen: datetime) -> dict[str, Any]:
    return rows.new_columns(Log(0, pilot, 1, State.RECEIVING, seen, seen))


def _open_part(connection: Connection, part: Log) -> Log:
    """Return the part with its row, which a new one is given."""
    if part.id:
        return part
    connection.execute(insert(logs).values(rows.new_columns(part)))
    return round_trips.of(connection).lock(connection, [part.pilot])[-1]


def _write(connection: Connection, receptions: Sequence[Reception]) -> None:
    chunks = [_chunk_row(reception, index) for reception in receptions for index in range(len(reception.chunks))]
    changed = [{"LogID": reception.log.id} | rows.new_columns(reception.log) for reception in receptions]
    round_trips.of(connection).write(connection, chunks, changed)


def _chunk_row(reception: Reception, index: int) -> dict[str, Any]:
    chunk = reception.chunks[index]
    return {
        "LogID": reception.log.id,
        "Sequence": chunk.sequence,
        "Received": chunk.received,
        "NumberOfLines": chunk.lines,
        "NumberOfBytes": len(chunk.text),
        "Sender": chunk.sender[:64],
        "Payload": zstandard.compress(chunk.text, _LEVEL),
    }
