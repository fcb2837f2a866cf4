"""The agent's steps on the store for bundles: each a transaction and a compare-and-set, as in ``archive.custody``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ...stored_file import ByteRange, StoredFile
from ..custody import Claim, CopyKey


@dataclass(frozen=True, slots=True)
class Packed:
    """A log that was packed into a bundle: its claim, the generation of this copy, and the copy's place."""

    claim: Claim
    generation: int
    place: ByteRange


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that is recorded: its number, and its file."""

    id: int
    file: StoredFile


MakeFile = Callable[[int], StoredFile]
"""Return the file of a bundle by the bundle's number."""


class BundledLogs(Protocol):
    """The store as ``Bundler`` needs it."""

    def last_bundle(self, vo: str) -> datetime | None:
        """Return when the VO's latest bundle was recorded, among those that were verified; None if there is none."""

    def text_bytes(self, ids: Sequence[int]) -> int:
        """Return the bytes of text of these logs."""

    def next_generations(self, ids: Sequence[int]) -> dict[int, int]:
        """Return the generation that the next copy of each of these logs has, by the log's id."""

    def record_bundle(
        self, vo: str, packed: Sequence[Packed], name: MakeFile, until: datetime
    ) -> tuple[Bundle | None, set[int]]:
        """Record a bundle and its members before it is brought to the archive, and extend their leases.

        If leases were lost, or logs have changed: record nothing, and return None and the ids of these logs, whose
        copies must not be in the bundle.
        """

    def bundle_archived(self, bundle: Bundle, owner: str) -> int:
        """Make the members Archived by their verified copies, and end their leases. Return the number of those made.

        Logs that have changed are left as they are. Raise LeaseLost when the bundle is retired or not recorded.
        """

    def bundle_failed(self, bundle: Bundle, owner: str, error: str, retry_after: datetime) -> int:
        """Count a failure of each member that is leased, store its text, and put the logs off. Return their number."""


class ClearedBundles(Protocol):
    """The store as ``Clearing`` needs it."""

    def bundles_with_deleted(
        self, vo: str, limit: int, without: Collection[str] = ()
    ) -> list[tuple[Bundle, dict[CopyKey, str]]]:
        """Return verified bundles with copies of Deleted logs that are due to be removed, and the names of these.

        Those on the storage elements in ``without`` are left out.
        """

    def record_rewritten(self, bundle: Bundle, name: MakeFile) -> Bundle:
        """Record the bundle that is to take the place of another one. Raise LeaseLost when that is retired."""

    def replace_bundle(self, old: Bundle, new: Bundle, places: Mapping[str, ByteRange]) -> None:
        """Let the members of a bundle have their new places, by name, and retire the old one.

        Copies of Deleted logs that have no new place are forgotten. Raise LeaseLost when either bundle is retired, or
        a member has no new place though its log was not deleted.
        """

    def retire_bundle(self, bundle: Bundle) -> bool:
        """Retire a bundle, unless a log needs it, and delete its members' records. Return whether it was retired."""

    def retire_dead(self, vo: str, recorded_before: datetime, limit: int) -> None:
        """Retire bundles that were recorded before then and never verified; they count as recorded now."""

    def retire_unneeded(self, vo: str, expired_before: datetime | None, after: int, limit: int) -> int:
        """Retire bundles that no log needs, among ``limit`` bundles after a number.

        A log needs the bundle of its current copy, unless it is Deleted, or is Purged and was verified before
        ``expired_before``. Return the number after which to go on; 0 at the end.
        """

    def retired_bundles(self, vo: str, after: int, limit: int, without: Collection[str] = ()) -> list[Bundle]:
        """Return retired bundles after a number, in the order of their numbers.

        Those on the storage elements in ``without`` are left out.
        """

    def forget_bundle(self, bundle: Bundle, before: datetime) -> bool:
        """Delete the record of a retired bundle that was removed. Return whether it was deleted.

        One that was never verified, and was retired after ``before``, may still come, of an agent that stalled: its
        record stays.
        """

    def put_off(self, log_id: int, error: str, retry_after: Callable[[int], datetime]) -> None:
        """See ``DeletedLogs.put_off``."""
