"""Protocols between the rooms. An implementation keeps the promises written here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from .access import Scope
from .model import Log, Numbered, Output, PilotId, PilotInfo, Receipt, Selection, State
from .stored_file import StoredFile

Clock = Callable[[], datetime]
"""The present moment in UTC, without a zone."""


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """The identity of a store's database: its name, and the highest id of its logs, which only grows."""

    name: str
    highest_id: int

    def is_followed_by(self, later: StoreIdentity) -> bool:
        """Return whether that may be the same database at a later moment."""
        return self.name == later.name and self.highest_id <= later.highest_id


@dataclass(frozen=True, slots=True)
class Total:
    """Number of logs that match: exact, or ``more`` than the number that was counted."""

    number: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class CopyProblem:
    """A problem with an archived copy: it is ``lost`` (not there, or not what was archived), or nobody could tell."""

    text: str
    lost: bool


@dataclass(frozen=True, slots=True)
class DestinationProgress:
    """The progress of a destination. ``caught_up_at``: all that was stored then was sent, None if that never was;
    ``failing_since`` is None while it takes records. ``error`` is the last one, ``reason`` that of the last rejection.
    """

    name: str
    began: datetime
    caught_up_at: datetime | None = None
    sent_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    records: int = 0
    rejected: int = 0
    reason: str = ""


class LogStore(Protocol):
    """Store that a writer commits its batches to."""

    def append(
        self, epoch: str, group: Sequence[Numbered], acknowledged: bool = False, backlog: bool = False
    ) -> list[Receipt]:
        """Store every batch of the group in one transaction, each exactly once however often it is offered.

        What was ``acknowledged`` before is never too late for its log. The store notes whether more of the epoch waits
        in a ``backlog``. Numbers of an epoch must grow; those that were committed before are skipped, with an empty
        receipt. Raise StoreUnavailable when nothing of the group was stored or nobody can tell (offering it again is
        safe), and StoreRefused when the store will not take the group whatever happens (nothing of it was stored).
        """

    def ping(self, epoch: str, backlog: bool) -> None:
        """Return when the store has committed whether more of the epoch waits. Raise StoreUnavailable."""


class Archive(Protocol):
    """Permanent storage of sealed logs: one VO, one storage element, one identity."""

    def put(self, file: StoredFile, path: Path) -> None:
        """Bring a local file to its place and register it; what is there already and equal is adopted.

        Returns when the copy has been read back and is byte for byte the local one, and the catalogue knows it with
        this size, checksum and GUID. Raise ArchiveError otherwise; whatever is left there then is safe to put again.
        """

    def get(self, file: StoredFile, path: Path) -> None:
        """Fetch a log's copy into a local file and check it, also one in a bundle.

        Raise ArchiveError; LogNotFound for a file without ``se`` that the catalogue does not have.
        """

    def check(self, files: Sequence[StoredFile], read: bool) -> dict[StoredFile, CopyProblem]:
        """Return the problems of copies; one without a problem is there, with its size and checksum.

        With ``read`` each copy is read back; otherwise only those whose checksum the storage does not tell, or tells
        differently. Raise ArchiveError when nothing could be told.
        """

    def remove(self, file: StoredFile) -> None:
        """Remove the file and its registration; what is not there counts as removed. Raise ArchiveError."""


class Pilots(Protocol):
    """DIRAC's knowledge of its pilots."""

    def by_stamp(self, pilots: Sequence[PilotId]) -> dict[PilotId, PilotInfo]:
        """Return the known ones among many pilots, looked up at once. Raise StoreUnavailable."""


class Source(Protocol):
    """One place a pilot's output may be had from.

    A source with a true attribute ``supplements`` has both streams, and is also asked for what another one lacks.
    """

    name: str

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return the output, possibly empty. Raise LogNotFound, ArchiveError, StoreUnavailable or any
        PilotLogError.
        """


class StoredLogs(Protocol):
    """The logs of a store, for those who read them. Each method may raise StoreUnavailable."""

    def find(self, pilot: PilotId) -> list[Log]:
        """Return all parts of a pilot's log, first to last; an empty list when there is none."""

    def find_stamps(self, stamps: Sequence[str]) -> list[Log]:
        """Return all parts of the logs with one of these stamps, of any VO, each log's first to last."""

    def select(
        self, scope: Scope, wanted: Selection, order: str, descending: bool, start: int, limit: int, most: int
    ) -> tuple[Total, list[Log]]:
        """Return how many logs in the scope match, counted up to ``most``, and one page of them.

        Raise InvalidInput for an order that the store does not know, and for a page that begins beyond ``most``.
        """

    def named(self, scope: Scope, wanted: Selection, limit: int) -> list[str]:
        """Return stamps of selected pilots in the scope with ``wanted.name`` in stamp or reference, up to ``limit``."""

    def chunks(self, log: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield (sequence, text) from a sequence number on, a bounded number in memory at a time."""

    def tail_starts(self, log: Log, lines: int, max_bytes: int) -> int:
        """Return the sequence number from which on a log's last lines are had, as far as ``max_bytes`` go."""

    def counts(self) -> dict[State, int]:
        """Return how many logs are in each state, of those states that any log is in."""

    def oldest_unarchived(self) -> datetime | None:
        """Return when the log was last heard of that waits longest for its archiving; None when none waits."""

    def lost_copies(self) -> dict[str, int]:
        """Return, by VO, how many archived copies are not what was archived, though the text has left the store."""

    def destinations(self) -> list[DestinationProgress]:
        """Return the progress of all destinations that logs are forwarded to, by their names."""

    def failures(self) -> dict[str, int]:
        """Return, by VO, how many logs could not be archived and wait for another try."""
