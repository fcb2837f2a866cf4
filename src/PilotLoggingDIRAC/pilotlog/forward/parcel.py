"""Parcels: records and the moves of their cursors as one, for destinations that have transactions.

The records are prepared, the parcel is stored with its cursors, the records are committed together with the parcel's
number, the cursors move. Whoever comes upon a parcel of an agent that died in between asks the destination whether it
was committed: then its cursors move, else its records are sent again. So each record is there once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .cursor import ForwardClaim, Move
from .destination import DestinationTransactions, Rejected
from .record import Record

_Result = TypeVar("_Result")
#: Numbers are drawn, so that no count has to survive; they are positive numbers of 63 bits everywhere.
_NUMBER_BITS = 62


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel: its number, who sends it to which destination, and the moves of cursors that belong to it."""

    number: int
    destination: str
    sender: str
    moves: Sequence[Move]


class Parcels(Protocol):
    """The store's parcels that nobody has settled. Each method may raise StoreUnavailable; calling it again is safe."""

    def of_sender(self, destination: str, sender: str) -> list[Parcel]:
        """Return the parcel of a sender, if there is one."""

    def numbered(self, destination: str, numbers: Sequence[int]) -> list[Parcel]:
        """Return the parcels of these numbers, those that are there."""

    def store(self, parcel: Parcel, owner: str) -> None:
        """Store a parcel, and its number with its cursors.

        Raise LeaseLost, and store nothing, if ``owner`` does not lease all of them, or its sender has another parcel.
        """

    def settle(self, parcel: Parcel, is_committed: bool) -> None:
        """Move the cursors that belong to a parcel, or let them stay where they are; then forget it."""


class Call(Protocol):
    """A way to make a call."""

    def __call__(self, call: Callable[[], _Result]) -> _Result:
        """Return what the call returns."""


@dataclass(slots=True)
class ParcelSender:
    """One sender of parcels. Its name stays the same across restarts, so that it settles what it has left.

    The destination remembers only the last number of each sender: a sender settles its parcel before the next one.
    ``call`` makes a call of the destination, ``on_settled`` is called when that has told what became of a parcel.
    """

    destination: str
    sender: str
    owner: str
    transactions: DestinationTransactions
    parcels: Parcels
    call: Call
    on_settled: Callable[[], None] = lambda: None
    _is_settled: bool = False

    def settle_own(self) -> None:
        """Settle what this sender has left. Raise DestinationUnavailable if nobody can tell what became of it."""
        if not self._is_settled:
            for parcel in self.parcels.of_sender(self.destination, self.sender):
                self._settle(parcel)
            self._is_settled = True

    def settle(self, claims: Sequence[ForwardClaim]) -> Sequence[ForwardClaim]:
        """Settle the parcels of logs. Return the claims of logs without one: the others are out of date then.

        Raise DestinationUnavailable if nobody can tell what became of them.
        """
        numbers = {claim.parcel for claim in claims if claim.parcel is not None}
        if not numbers:
            return claims
        found = self.parcels.numbered(self.destination, sorted(numbers))
        for parcel in found:
            self._settle(parcel)
        for number in sorted(numbers - {parcel.number for parcel in found}):  # settled by now, or lost
            moves = [Move(claim.cursor, claim.cursor, False) for claim in claims if claim.parcel == number]
            self.parcels.settle(Parcel(number, self.destination, self.sender, moves), is_committed=False)
        return [claim for claim in claims if claim.parcel is None]

    def send(self, records: Sequence[Record], moves: Sequence[Move]) -> Sequence[Rejected]:
        """Send records and move their cursors. Return those that the destination rejects.

        Raise DestinationUnavailable; and LeaseLost, if others may have claimed the logs: nothing was sent then.
        """
        parcel = Parcel(secrets.randbits(_NUMBER_BITS), self.destination, self.sender, moves)
        rejected = self.call(lambda: self.transactions.prepare(self.sender, parcel.number, records))
        self._is_settled = False
        try:
            self.parcels.store(parcel, self.owner)
        except BaseException:
            self.call(self.transactions.abort)
            raise
        self.call(self.transactions.commit)
        self.parcels.settle(parcel, is_committed=True)
        self._is_settled = True
        return rejected

    def _settle(self, parcel: Parcel) -> None:
        is_committed = self.call(lambda: self.transactions.is_committed(parcel.sender, parcel.number))
        self.parcels.settle(parcel, is_committed)
        self.on_settled()
