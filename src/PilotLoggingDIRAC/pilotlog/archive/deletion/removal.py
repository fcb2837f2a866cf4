"""Deleting on request, the agent's side: the copies of deleted logs leave the archive, then their rows are deleted.

A copy is removed before its record is deleted, and both steps may be repeated, so that an agent may be killed at any
moment. An upload that began before the log was deleted may still leave a copy: it was recorded before, and is removed
once no agent should be uploading it any more, and once more as long after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ... import lifecycle
from ...errors import ArchiveError
from ...ports import Archive, Clock
from ...settings import ArchiveSettings, RetentionSettings
from ...stored_file import StoredFile
from ..custody import CopyKey, DeletedLogs
from ..failures import Failures
from ..tally import Tally

#: Bounds the copies removed in one cycle, in pages of ``logs_per_step``: archiving waits for this step.
_MAX_PAGES = 10


@dataclass(frozen=True, slots=True)
class Removal:
    """The step that removes what remains of one VO's deleted logs.

    ``archive`` is None where copies can't be reached; ``retries`` has the time of the next try after a failure;
    ``stall_seconds`` is that of ``Retention``.
    """

    vo: str
    store: DeletedLogs
    archive: Archive | None
    settings: RetentionSettings
    retries: ArchiveSettings
    stall_seconds: float
    clock: Clock
    tally: Tally

    def run(self) -> None:
        """Remove copies, then rows that are not needed any more. Note copies that can't be removed as a problem."""
        removed_before = self._ago(self.stall_seconds)
        if self.archive is not None:
            self._remove_copies(self.archive)
        self._note_unremoved(removed_before)
        before, limit = self._ago(self.settings.deleted_seconds), self.settings.logs_per_step
        for _ in range(self.settings.max_steps):
            deleted = self.store.delete_deleted(self.vo, before, limit)
            self.tally.add("rows deleted", deleted)
            if deleted < limit:
                return

    def _ago(self, seconds: float) -> datetime:
        return self.clock() - timedelta(seconds=seconds)

    def _remove_copies(self, archive: Archive) -> None:
        """Remove each copy, or put it off with its log: a copy that can't be removed blocks no other.

        After three failures in a row a storage element gets no more tries in this cycle; others go on.
        """
        failures = Failures()
        for _ in range(_MAX_PAGES):
            before, limit = self._ago(self.stall_seconds), self.settings.logs_per_step
            copies = self.store.deleted_copies(self.vo, before, limit, failures.hopeless)
            for key, file in copies:
                if file.se not in failures.hopeless:
                    failures.note(file.se, self._remove(archive, key, file))
            if not copies:
                return

    def _remove(self, archive: Archive, key: CopyKey, file: StoredFile) -> bool:
        try:
            archive.remove(file)
        except ArchiveError as error:
            self.store.put_off(key.log_id, f"{file.lfn}: {error}", self._later)
            self.tally.add("failed to remove")
            return False
        if self.store.forget(key, self._ago(self.stall_seconds)):
            self.tally.add("removed deleted")
        return True

    def _later(self, attempts: int) -> datetime:
        return lifecycle.retry_after(attempts, self.clock(), self.retries)

    def _note_unremoved(self, removed_before: datetime) -> None:
        number, failed, error = self.store.unremoved(self.vo, removed_before)
        subject = f"removing deleted files of {self.vo}"
        if self.archive is None and number:
            self.tally.problem(
                subject, f"{number} files can't be reached, as the VO has no archive and no proxy for it"
            )
        elif failed:
            self.tally.problem(subject, f"{failed} files: {error}")
