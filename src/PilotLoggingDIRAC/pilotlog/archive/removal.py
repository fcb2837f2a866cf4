"""Deleting on request, the agent's side: the copies of deleted logs leave the archive, and at last their rows go.

A copy is removed before it is forgotten, and both may be done again, so an agent may be killed at any moment. An
upload that began before the log was deleted may still leave a copy: it was recorded before, and waits here until
nobody can be uploading any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .. import lifecycle
from ..errors import ArchiveError
from ..model import StoredFile
from ..ports import Archive, Clock
from ..settings import ArchiveSettings, RetentionSettings
from .custody import Custody, FileKey
from .tally import Tally

_MAX_FAILURES = 3
#: Copies removed in one cycle, in pages of ``logs_per_step``: archiving comes after it.
_MAX_PAGES = 10


class Eraser:
    """What is to be done for the deleted logs of one VO. ``archive`` is None where copies can't be reached."""

    def __init__(
        self,
        vo: str,
        custody: Custody,
        archive: Archive | None,
        settings: RetentionSettings,
        retries: ArchiveSettings,
        stall_seconds: float,
        clock: Clock,
        tally: Tally,
    ):
        """``retries`` says when what failed is tried again; ``stall_seconds`` is that of ``Retention``."""
        self._vo = vo
        self._custody = custody
        self._archive = archive
        self._settings = settings
        self._retries = retries
        self._stall_seconds = stall_seconds
        self._clock = clock
        self._tally = tally

    def run(self) -> None:
        """Remove copies, then rows that are not needed any more; tell of copies that can't be removed."""
        if self._archive is not None:
            self._remove_copies()
        self._tell()
        before, limit = self._ago(self._settings.deleted_seconds), self._settings.logs_per_step
        for _ in range(self._settings.max_steps):
            gone = self._custody.delete_deleted(self._vo, before, limit)
            self._tally.add("rows deleted", gone)
            if gone < limit:
                return

    def _ago(self, seconds: float) -> datetime:
        return self._clock() - timedelta(seconds=seconds)

    def _remove_copies(self) -> None:
        """Each copy is removed, or put off with its log, so that one that can't be removed hinders no other."""
        failures = 0
        for _ in range(_MAX_PAGES):
            before, limit = self._ago(self._stall_seconds), self._settings.logs_per_step
            copies = self._custody.deleted_copies(self._vo, before, limit)
            for key, file in copies:
                failures = 0 if self._remove(key, file) else failures + 1
                if failures == _MAX_FAILURES:
                    return
            if not copies:
                return

    def _remove(self, key: FileKey, file: StoredFile) -> bool:
        try:
            self._archive.remove(file)
        except ArchiveError as error:
            self._custody.put_off(key.log_id, f"{file.lfn}: {error}", self._later)
            self._tally.add("failed to remove")
            return False
        self._custody.forget(key)
        self._tally.add("removed deleted")
        return True

    def _later(self, attempts: int) -> datetime:
        return lifecycle.retry_after(attempts, self._clock(), self._retries)

    def _tell(self) -> None:
        number, failed, error = self._custody.unremoved(self._vo)
        subject = f"removing deleted files of {self._vo}"
        if self._archive is None and number:
            self._tally.problem(
                subject, f"{number} files can't be reached, as the VO has no archive and no proxy for it"
            )
        elif failed:
            self._tally.problem(subject, f"{failed} files: {error}")
