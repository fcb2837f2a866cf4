"""Cursors: the progress of each log at each destination, and the store of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..archive.running.received import ReadChunk
from ..archive.walk import LogPosition
from ..diagnosed import NONE, Diagnosed
from ..model import Log, State
from ..ports import DestinationProgress

#: States of logs whose text is in the store, in the order in which they are walked.
WALKED = (State.RECEIVING, State.COMPLETE, State.INCOMPLETE, State.ARCHIVED, State.KEPT)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The cursor of one log at one destination.

    The text from byte ``offset`` of chunk ``sequence`` on was not sent; up to ``next_sequence`` it was read: what lies
    between is a line that has not ended. ``line`` lines were sent whole, and ``piece`` pieces of the next one.
    ``phase`` and ``time`` are those of the last lines. ``state`` and ``cause`` were told; None: nothing was.
    """

    log_id: int
    sequence: int = 0
    offset: int = 0
    next_sequence: int = 0
    line: int = 0
    piece: int = 0
    phase: str = ""
    time: datetime | None = None
    state: State | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class ForwardClaim:
    """A log that one sending thread may send to a destination until its lease ends; ``found`` is why its pilot failed.

    ``parcel`` is the number of a parcel that nobody has settled: see ``parcel``.
    """

    log: Log
    cursor: Cursor
    found: Diagnosed = NONE
    parcel: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A cursor's move after its records were sent; ``is_done`` ends the lease."""

    before: Cursor
    after: Cursor
    is_done: bool


@dataclass(frozen=True, slots=True)
class WantedLogs:
    """The logs for one destination: those of its VOs that were heard of since it began, and those with a cursor.

    What was stored at the moment ``caught_up_at`` was sent; None: nobody knows that of any moment.
    """

    destination: str
    vos: Sequence[str]
    began: datetime
    caught_up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecentLogs:
    """The logs heard of lately that have something to send: the ids of free ones, longest silent first.

    Others are to be looked at from the time ``next_since`` on when these are sent; None: there are no others. Some may
    be leased: ``leased_since`` is when the longest silent one of these was heard of, None if there is none.
    """

    ids: Sequence[int]
    next_since: datetime | None = None
    leased_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Chunks of a log that the store can't give any more: those up to ``sequence``, back to one that it gave."""

    log_id: int
    sequence: int


class ForwardedLogs(Protocol):
    """The store's logs with their cursors. Each method is one transaction and may raise StoreUnavailable; calling it
    again is safe. A log that is leased is not free: neither search finds it, and nobody else claims it.
    """

    def recent(self, wanted: WantedLogs, since: datetime, limit: int) -> RecentLogs:
        """Return logs heard of since then that have something to send, ``limit`` ids at most.

        A bounded number of logs is looked at.
        """

    def walk(
        self, wanted: WantedLogs, state: State, after: LogPosition | None, limit: int
    ) -> tuple[list[int], LogPosition | None]:
        """Look at ``limit`` logs of a state after a position. Return the ids of free ones that have something to send,
        and the last log's position, None if there are no more.
        """

    def claim(self, destination: str, owner: str, ids: Sequence[int], until: datetime) -> list[ForwardClaim]:
        """Lease free logs whose text is in the store."""

    def texts(self, read: Mapping[int, int], most_bytes: int) -> list[ReadChunk | Unreadable]:
        """Return chunks of logs from sequence numbers on, by the logs' ids; of each log in order, without a gap.

        What is damaged is named in its place. About ``most_bytes`` in all; one row at least, if there is any.
        """

    def still_leased(self, destination: str, owner: str, ids: Sequence[int]) -> set[int]:
        """Return the ids of logs that ``owner`` leases; one that was deleted is not among them."""

    def advance(self, destination: str, owner: str, moves: Sequence[Move]) -> int:
        """Move cursors that are leased by ``owner`` and have not moved. Return the number of those that were."""

    def release(self, destination: str, owner: str, ids: Sequence[int]) -> None:
        """End leases of ``owner``."""


class Destinations(Protocol):
    """The store's records of destinations. Each method may raise StoreUnavailable; calling it again is safe."""

    def begin(self, name: str) -> DestinationProgress:
        """Return the progress of a destination; a new one begins now."""

    def caught_up(self, name: str, moment: datetime) -> None:
        """Note that what was stored at a moment was sent."""

    def sent(self, name: str, records: int, rejected: int, reason: str) -> None:
        """Count records; the destination takes them, so it does not fail any more."""

    def failed(self, name: str, error: str) -> None:
        """Note a failure; ``failing_since`` is the time of the first one."""

    def progress(self) -> list[DestinationProgress]:
        """Return the progress of all destinations that ever began, by their names."""

    def forget(self, name: str) -> None:
        """Forget a destination and its cursors."""
