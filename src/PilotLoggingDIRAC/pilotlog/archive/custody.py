"""The agent's steps on the store, as one small protocol for each of its users.

Every step is one transaction and a compare-and-set: it leaves a log alone that has changed, or that another agent works
on. Callers always name logs or VOs; an empty list of them is an ``InvalidInput``, never "all". Times are UTC. Every
method may raise StoreUnavailable; calling it again is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from ..model import Log, PilotInfo
from ..stored_file import StoredFile
from .walk import LogPosition


@dataclass(frozen=True, slots=True, order=True)
class CopyKey:
    """The key of one archived copy: each generation of a log has a file of its own."""

    log_id: int
    generation: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A log that one worker may work on until the lease ends; the store checks every step against it."""

    log: Log
    owner: str


RecordedCopy = tuple[CopyKey, StoredFile]
CopyPage = tuple[list[RecordedCopy], CopyKey | None]
"""Some copies, and the key after which the next page begins; None at the end. One page looks at a bounded number of
logs, so that it may be empty before the end.
"""


@dataclass(frozen=True, slots=True)
class Where:
    """Storage elements: ``only`` one, or all but those in ``without``."""

    only: str = ""
    without: frozenset[str] = frozenset()


ANYWHERE = Where()


@dataclass(frozen=True, slots=True)
class Content:
    """Size in bytes and checksum (adler32, as DIRAC writes it) of a packed log."""

    size: int
    checksum: str


class SilentLogs(Protocol):
    """The store as ``Sealer`` needs it: logs that no text arrives for."""

    def silent(self, before: datetime, after: LogPosition | None, limit: int) -> list[Log]:
        """Return Receiving logs last heard of before then, in the order of their positions; the first is after
        ``after``.
        """

    def bring_back(self, now: datetime, limit: int) -> int:
        """Set ``last_seen`` to ``now`` on at most ``limit`` logs for which it lies in the future.

        Return their number.
        """

    def draining(self, since: datetime) -> bool:
        """Return whether a collector has since then stored text that it received while the store was unavailable."""

    def seal(self, logs: Sequence[Log]) -> int:
        """Make Receiving logs Incomplete, unless text arrived since they were read. Return the number of those made."""


class UndescribedLogs(Protocol):
    """The store as ``Describer`` needs it: logs that lack the reference of their pilot."""

    def undescribed(self, after: LogPosition | None, limit: int) -> list[Log]:
        """Return sealed logs without a pilot reference, neither archived nor kept yet; by their positions."""

    def describe(self, infos: Mapping[int, PilotInfo]) -> int:
        """Fill in reference, site, CE and status of logs (by id) that lack a reference or have another status.

        Return the number of logs filled in.
        """


class Leases(Protocol):
    """The store as ``Archiver`` needs it: logs are leased, archived, and given back."""

    def due(self, vo: str, seen_before: datetime, limit: int) -> list[int]:
        """Return ids of logs to archive: sealed or kept, silent since ``seen_before``, neither leased nor put off.

        Logs with fewer failures come first. Among those with equally many, the oldest and the newest alternate: a
        backlog drains, and fresh logs do not wait for it.
        """

    def claim(self, owner: str, ids: Sequence[int], until: datetime) -> list[Claim]:
        """Lease those logs that are still due and that no other agent is leasing at this moment."""

    def record(
        self, claim: Claim, content: Content, name: Callable[[int], StoredFile], until: datetime
    ) -> tuple[int, StoredFile]:
        """Record the file of a coming upload, extend the lease, and return the file's generation and the file.

        ``name`` returns the file of a generation. A generation that was recorded for the same text, file and content
        is used again; otherwise it is one more than the highest. Raise LeaseLost when the lease is lost.
        """

    def archived(self, claim: Claim, generation: int) -> None:
        """Make the log Archived by its verified copy of that generation, and end the lease. Raise LeaseLost."""

    def failed(self, claim: Claim, error: str, retry_after: datetime) -> bool:
        """Count a failure, store its text, and put the log off. Return False, and change nothing, without the lease."""

    def release(self, claim: Claim, retry_after: datetime | None) -> bool:
        """End the lease without counting a failure. Return False when the lease was lost."""

    def is_recorded(self, key: CopyKey) -> bool:
        """Return whether a copy is recorded: then a later step removes it when it is not needed any more."""


class UnarchivedLogs(Protocol):
    """The store as ``Keeper`` needs it: the logs of a VO without an archive."""

    def unarchived(self, vo: str) -> list[Log]:
        """Return up to 500 sealed logs of a VO, neither archived nor kept; those silent for longest first."""

    def keep(self, ids: Sequence[int]) -> int:
        """Make sealed logs without a lease Kept: their VO has no archive. Return the number of logs made Kept."""


class RecordedCopies(Protocol):
    """The store as each step that removes copies needs it."""

    def forget(self, key: CopyKey, before: datetime) -> bool:
        """Delete the record of a copy that was removed. Return whether it was deleted.

        A copy that was not verified since it was recorded may still come, of an agent that stalled. It counts as
        recorded now, and its record is deleted only after its next removal, if this one was before ``before``.
        """


class RetainedCopies(RecordedCopies, Protocol):
    """The store as ``Retention`` needs it for the copies in an archive."""

    def superseded(
        self, vo: str, before: datetime, after: CopyKey | None, limit: int, where: Where = ANYWHERE
    ) -> CopyPage:
        """Return copies of Archived or Purged logs that are not the verified one, recorded before then; by keys.

        Copies in bundles are not among them, nor among the ``expired`` ones.
        """

    def expired(
        self,
        vo: str,
        before: datetime,
        after: CopyKey | None,
        limit: int,
        where: Where = ANYWHERE,
        *,
        recorded_before: datetime,
    ) -> CopyPage:
        """Return copies of Purged logs, verified before then; by their keys.

        A copy that was not verified since it was recorded is among them only if that was before ``recorded_before``.
        """


class RetainedLogs(RetainedCopies, Protocol):
    """The store as ``Retention`` needs it: text, copies and rows that were retained for long enough."""

    def purgeable(self, vo: str, before: datetime, limit: int, after: LogPosition | None = None) -> list[Log]:
        """Return Archived logs, verified and last heard of before then, whose verified copy has all their text.

        They are in the order of their positions; the first is after ``after``.
        """

    def purge(self, ids: Sequence[int], before: datetime) -> int:
        """Delete the text of logs that are still ``purgeable``, and make them Purged. Return their number."""

    def kept(self, vo: str, before: datetime, limit: int, after: LogPosition | None = None) -> list[Log]:
        """Return logs last heard of and made Kept before then, in the order of their positions; the first is after
        ``after``.
        """

    def purge_kept(self, ids: Sequence[int], before: datetime) -> int:
        """Delete the text of logs that are still ``kept``, and make them Purged. Return their number."""

    def delete_rows(
        self, vo: str, before: datetime, with_file: bool, limit: int, after: LogPosition | None = None
    ) -> tuple[int, LogPosition | None]:
        """Delete up to ``limit`` Purged logs last heard of before then, after a position; those with a copy only if
        ``with_file``, and if it was verified before then. Return the number of deleted ones, and the position for the
        next page, None after the last one.

        A log with a superseded copy stays until that copy is removed, unless that is in a bundle. A bounded number of
        logs is looked at: a page may delete none before the end, but then it has looked at many.
        """


@dataclass(frozen=True, slots=True)
class DueCopy:
    """An archived copy that is due to be looked at."""

    vo: str
    key: CopyKey
    file: StoredFile


class Look(Enum):
    """Outcome of a look at a copy: it is noted, its log is archived again, or there is no such copy any more."""

    NOTED = "noted"
    AGAIN = "again"
    GONE = "gone"


class CheckedCopies(Protocol):
    """The store as ``CopyCheck`` and ``due_copies`` need it: looks at archived copies."""

    def take_due_copies(self, before: datetime, again: datetime, limit: int, max_bytes: int) -> list[DueCopy]:
        """Return copies of Archived or Purged logs that were last looked at before then, those looked at longest ago
        first, each to only one agent; one copy may be larger than ``max_bytes``. A copy whose look is not noted counts
        as looked at at ``again``. Of a bundle one copy stands for all of them.
        """

    def checked(self, key: CopyKey, problem: str, bundle: int = 0) -> Look:
        """Note a look at a copy, and its problem, empty where it is good; in a bundle, at all copies in that.

        An Archived log whose copy has a problem is to be archived again. A copy that has left the bundle meanwhile is
        left alone.
        """


class DeletedLogs(RecordedCopies, Protocol):
    """The store as ``Removal`` needs it: logs that were deleted on request."""

    def deleted_copies(
        self, vo: str, before: datetime, limit: int, without: Collection[str] = ()
    ) -> list[RecordedCopy]:
        """Return copies of Deleted logs that are due to be removed, those of logs with fewer failures first.

        Those on the storage elements in ``without`` are left out, and those in bundles. A copy that was never verified
        is due only if it was recorded before then.
        """

    def put_off(self, log_id: int, error: str, retry_after: Callable[[int], datetime]) -> None:
        """Count a failure to remove a copy of a Deleted log; ``retry_after(failures)`` is the time of the next try."""

    def unremoved(self, vo: str, before: datetime) -> tuple[int, int, str]:
        """Return the number of copies of Deleted logs, of those among them that failed, and the error of one.

        A copy that was removed after ``before``, and may still come, has not failed.
        """

    def delete_deleted(self, vo: str, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` Deleted logs without copies, not heard of or deleted since. Return their number."""


class Epochs(Protocol):
    """The store as ``Cycle`` needs it: the writers' epochs, and output of CEs."""

    def delete_epochs(self, before: datetime) -> int:
        """Delete the epochs of writers that have not committed since then. Return their number."""

    def delete_ce_outputs(self, now: datetime) -> int:
        """Delete output that CEs gave too long ago. Return its number."""


class Custody(
    SilentLogs, UndescribedLogs, Leases, UnarchivedLogs, RetainedLogs, CheckedCopies, DeletedLogs, Epochs, Protocol
):
    """All of the agent's steps on the store: one object serves all users."""
