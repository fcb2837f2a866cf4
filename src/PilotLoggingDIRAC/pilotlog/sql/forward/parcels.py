"""Parcels: what senders have sent in transactions and nobody has settled."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, insert, select, update

from ...errors import LeaseLost
from ...forward.cursor import Cursor, Move
from ...forward.parcel import Parcel
from ...model import State
from ..connection.engine import Transactions
from ..schema.forward_tables import forwards, parcels
from .cursors import move_cursors


@dataclass(frozen=True, slots=True)
class SqlParcels:
    """``Parcels`` on SQL."""

    transactions: Transactions

    def of_sender(self, destination: str, sender: str) -> list[Parcel]:
        """See ``Parcels.of_sender``."""
        mine = and_(parcels.c.Destination == destination, parcels.c.Sender == sender)
        return self.transactions.run(_found, select(parcels).where(mine))

    def numbered(self, destination: str, numbers: Sequence[int]) -> list[Parcel]:
        """See ``Parcels.numbered``. A destination has a row for each sender at most."""
        mine = and_(parcels.c.Destination == destination, parcels.c.Number.in_(numbers))
        return self.transactions.run(_found, select(parcels).where(mine)) if numbers else []

    def store(self, parcel: Parcel, owner: str) -> None:
        """See ``Parcels.store``. Cursors are written to, so that no node of a cluster lets somebody else claim them."""
        self.transactions.run(_store, parcel, owner)

    def settle(self, parcel: Parcel, is_committed: bool) -> None:
        """See ``Parcels.settle``. Leases count nothing: whoever leases a log with a parcel settles it first."""
        self.transactions.run(_settle, parcel, is_committed)


def _found(connection: Connection, statement: Select[Any]) -> list[Parcel]:
    return [_parcel(row) for row in connection.execute(statement)]


def _store(connection: Connection, parcel: Parcel, owner: str) -> None:
    mine = and_(parcels.c.Destination == parcel.destination, parcels.c.Sender == parcel.sender)
    if connection.execute(select(parcels.c.Number).where(mine)).first() is not None:
        raise LeaseLost("the last parcel of this sender is not settled")
    ids = sorted(move.after.log_id for move in parcel.moves)
    leased = and_(
        *(forwards.c.Destination == parcel.destination, forwards.c.LogID.in_(ids), forwards.c.LeaseOwner == owner)
    )
    if connection.execute(update(forwards).where(leased).values(Parcel=parcel.number)).rowcount != len(ids):
        raise LeaseLost("another agent has claimed logs of the parcel")
    names = {"Destination": parcel.destination, "Sender": parcel.sender, "Number": parcel.number}
    connection.execute(insert(parcels).values(names | {"Moves": _packed(parcel.moves)}))


def _settle(connection: Connection, parcel: Parcel, is_committed: bool) -> None:
    waiting = and_(forwards.c.Destination == parcel.destination, forwards.c.Parcel == parcel.number)
    if is_committed:
        move_cursors(connection, parcel.moves, waiting)
    else:
        ids = sorted(move.after.log_id for move in parcel.moves)
        connection.execute(update(forwards).where(waiting, forwards.c.LogID.in_(ids)).values(Parcel=None))
    mine = and_(parcels.c.Destination == parcel.destination, parcels.c.Sender == parcel.sender)
    connection.execute(delete(parcels).where(mine, parcels.c.Number == parcel.number))


def _packed(moves: Sequence[Move]) -> bytes:
    cursors = [dataclasses.asdict(move.after) | {"is_done": move.is_done} for move in moves]
    return json.dumps(cursors, default=datetime.isoformat).encode()


def _parcel(row: Row[Any]) -> Parcel:
    moves = [_move(**fields) for fields in json.loads(row.Moves)]
    return Parcel(row.Number, row.Destination, row.Sender, moves)


def _move(*, is_done: bool, time: str | None, state: str | None, **fields: Any) -> Move:
    moment = datetime.fromisoformat(time) if time else None
    cursor = Cursor(**fields, time=moment, state=State(state) if state else None)
    return Move(cursor, cursor, is_done)
