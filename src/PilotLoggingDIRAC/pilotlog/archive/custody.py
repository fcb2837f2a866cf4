"""The agent's steps on the store, as a protocol: what is due, who works on it, what became of it.

Every step is one transaction and a compare-and-set: a log that has changed, or that somebody else works on, is left
alone. Ids of logs and VOs are always given; an empty list of them is an ``InvalidInput``, never "all". Times are UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..model import Claim, Log, PilotInfo, StoredFile


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a walk over logs has come to: in the order of ``last_seen``, then of the id."""

    last_seen: datetime
    log_id: int

    @classmethod
    def of(cls, log: Log) -> Place:
        """The place of a log."""
        return cls(log.last_seen, log.id)


@dataclass(frozen=True, slots=True, order=True)
class FileKey:
    """One copy of a log: each generation of it has a file of its own."""

    log_id: int
    generation: int


Copy = tuple[FileKey, StoredFile]
Found = tuple[list[Copy], FileKey | None]
"""Some copies, and behind which key to look for more, as a step looks at a bounded number of logs; None at the end."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a packed log looks like. Size in bytes, checksum adler32 as DIRAC writes it."""

    size: int
    checksum: str


class Custody(Protocol):
    """The store, as the agent needs it. Each method may raise StoreUnavailable; doing it again is safe."""

    def silent(self, before: datetime, after: Place | None, limit: int) -> list[Log]:
        """Receiving logs not heard of since ``before``, in the order of ``Place``, from behind ``after`` on."""

    def draining(self, since: datetime) -> bool:
        """Whether a collector has since then brought in text that it had taken while the store was away."""

    def undescribed(self, after: Place | None, limit: int) -> list[Log]:
        """Sealed logs, neither archived nor kept yet, without a pilot reference; in the order of ``Place``."""

    def seal(self, logs: Sequence[Log]) -> int:
        """Make receiving logs Incomplete; those that were heard of since they were read stay. Returns how many."""

    def describe(self, infos: Mapping[int, PilotInfo]) -> int:
        """Fill reference, site and CE of logs (by id) that lack a reference. Returns how many."""

    def unarchived(self, vo: str) -> list[Log]:
        """Up to 500 logs of a VO that are sealed and neither archived nor kept, those silent for longest first."""

    def due(self, vo: str, seen_before: datetime, limit: int) -> list[int]:
        """Ids of logs to archive: sealed or kept, silent since ``seen_before``, free of leases, not put off.

        Those that failed less often come first; among them the oldest and the newest by turns, so that a backlog
        drains while fresh logs don't wait for it.
        """

    def claim(self, owner: str, ids: Sequence[int], until: datetime) -> list[Claim]:
        """Lease those that are still due and that nobody else is leasing at this moment."""

    def renew(self, claim: Claim, until: datetime) -> None:
        """Lease the claimed log for longer. Raises LeaseLost when it has changed or is somebody else's."""

    def record(
        self, claim: Claim, content: Content, name: Callable[[int], StoredFile], until: datetime
    ) -> tuple[int, StoredFile]:
        """Write down the file that is about to be uploaded, renew the lease, and return the file's generation.

        ``name`` gives the file of a generation. A generation that was recorded for the same text, file and content
        is used again; otherwise it is one more than the highest. Raises LeaseLost.
        """

    def archived(self, claim: Claim, generation: int) -> None:
        """The copy of that generation has been verified: the log is Archived, and free. Raises LeaseLost."""

    def failed(self, claim: Claim, error: str, retry_after: datetime) -> bool:
        """Count a failure, keep its text, and put the log off. False when the lease was lost: nothing is changed."""

    def release(self, claim: Claim, retry_after: datetime | None) -> bool:
        """Give a log back, not counted as a failure. False when the lease was lost."""

    def keep(self, ids: Sequence[int]) -> int:
        """Make sealed, unleased logs Kept: their VO has no archive. Returns how many."""

    def superseded(self, vo: str, before: datetime, after: FileKey | None, limit: int) -> Found:
        """Copies recorded before then, of Archived or Purged logs, other than the verified one; by their keys."""

    def expired(self, vo: str, before: datetime, after: FileKey | None, limit: int) -> Found:
        """Copies verified before then, of Purged logs; by their keys."""

    def forget(self, key: FileKey) -> None:
        """Delete what is known of a copy that has been removed."""

    def purgeable(self, vo: str, before: datetime, limit: int, after: Place | None = None) -> list[Log]:
        """Archived logs whose verified copy holds all their text, verified and last heard of before then; in the order of
        ``Place``, from behind ``after`` on.
        """

    def purge(self, ids: Sequence[int], before: datetime) -> int:
        """Delete the text of those that are still ``purgeable`` and make them Purged. Returns how many."""

    def kept(self, vo: str, before: datetime, limit: int, after: Place | None = None) -> list[Log]:
        """Kept logs last heard of before then; in the order of ``Place``, from behind ``after`` on."""

    def purge_kept(self, ids: Sequence[int], before: datetime) -> int:
        """Delete the text of those that are still ``kept`` and make them Purged. Returns how many."""

    def delete_rows(self, vo: str, before: datetime, with_file: bool, limit: int) -> int:
        """Delete up to ``limit`` Purged logs last heard of before then; those with a copy only if ``with_file``.

        A log with a superseded copy stays until that is removed.
        """

    def deleted_copies(self, vo: str, before: datetime, limit: int) -> list[Copy]:
        """Copies of Deleted logs that are due to be removed; those that nobody verified only if recorded before then.

        Copies of logs that failed less often come first.
        """

    def put_off(self, log_id: int, error: str, retry_after: Callable[[int], datetime]) -> None:
        """Count a failure to remove a copy of a Deleted log; ``retry_after`` of their number says when it is due."""

    def unremoved(self, vo: str) -> tuple[int, int, str]:
        """(copies of Deleted logs, those of them that could not be removed, the error of one)."""

    def delete_deleted(self, vo: str, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` Deleted logs without copies, neither deleted nor heard of since then; how many."""

    def is_recorded(self, key: FileKey) -> bool:
        """Whether a copy is known, so that somebody will remove it when nobody needs it any more."""

    def delete_epochs(self, before: datetime) -> int:
        """Delete what is known of writers that have not committed since then. Returns how many."""
