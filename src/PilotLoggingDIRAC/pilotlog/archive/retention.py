"""Deleting what a VO has kept for long enough; a log's text only once its copy has been verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import ArchiveError
from ..model import Log, StoredFile
from ..ports import Archive, Clock
from ..settings import RetentionSettings
from .custody import Custody, FileKey, Found, Place
from .deletion import groups
from .tally import Tally

_MAX_FAILURES = 3

Copies = Callable[[str, datetime, FileKey | None, int], Found]


@dataclass(slots=True)
class Removals:
    """How far removing superseded and expired copies has come, so that one that can't be removed blocks no other."""

    after: dict[str, FileKey | None] = field(default_factory=dict)


class Retention:
    """One VO's retention. ``archive`` is None where copies can't be reached or there are none."""

    def __init__(
        self,
        vo: str,
        custody: Custody,
        archive: Archive | None,
        settings: RetentionSettings,
        stall_seconds: float,
        clock: Clock,
        removals: Removals,
        tally: Tally,
    ):
        """``stall_seconds``: for so long an upload that began may still leave a file behind."""
        self._vo = vo
        self._custody = custody
        self._archive = archive
        self._settings = settings
        self._stall_seconds = stall_seconds
        self._clock = clock
        self._removals = removals
        self._tally = tally

    def run(self, purge_kept: bool) -> None:
        """Delete what is due, step by step; ``purge_kept`` where logs are kept because the VO has no archive."""
        custody, settings = self._custody, self._settings
        self._purge(custody.purgeable, custody.purge, self._ago(settings.batches_seconds))
        if purge_kept:
            self._purge(custody.kept, custody.purge_kept, self._ago(settings.kept_seconds))
        if self._archive is not None:
            self._remove("superseded", custody.superseded, self._ago(self._stall_seconds))
            if settings.files_seconds > 0:
                self._remove("expired", custody.expired, self._ago(settings.files_seconds))
        self._delete_rows()

    def _ago(self, seconds: float) -> datetime:
        return self._clock() - timedelta(seconds=seconds)

    def _purge(self, find: Callable[..., list[Log]], purge: Callable[..., int], before: datetime) -> None:
        """Page by page, each behind the one before: what was purged stays in the index for a while, and looking from the
        beginning would read it again and again.
        """
        after = None
        for _ in range(self._settings.max_steps):
            logs = find(self._vo, before, self._settings.logs_per_step, after)
            purged = sum(purge([log.id for log in group], before) for group in groups(logs))
            self._tally.add("purged", purged)
            if not purged or len(logs) < self._settings.logs_per_step:
                return
            after = Place.of(logs[-1])

    def _remove(self, what: str, find: Copies, before: datetime) -> None:
        """Remove one page of copies from the storage element, then what is known of them."""
        key = f"{what} {self._vo}"
        copies, following = find(self._vo, before, self._removals.after.get(key), self._settings.logs_per_step)
        failures = 0
        for place, file in copies:
            self._removals.after[key] = place
            failures = 0 if self._remove_one(what, place, file) else failures + 1
            if failures == _MAX_FAILURES:
                return
        self._removals.after[key] = following

    def _remove_one(self, what: str, key: FileKey, file: StoredFile) -> bool:
        try:
            self._archive.remove(file)
        except ArchiveError as error:
            self._tally.add("failed to remove")
            self._tally.problem(f"removing {what} files of {self._vo}", f"{file.lfn}: {error}")
            return False
        self._custody.forget(key)
        self._tally.add(f"removed {what}")
        return True

    def _delete_rows(self) -> None:
        """Rows go last; where files are to be removed some day, not before them."""
        before, limit = self._ago(self._settings.rows_seconds), self._settings.logs_per_step
        for _ in range(self._settings.max_steps):
            deleted = self._custody.delete_rows(self._vo, before, self._settings.files_seconds <= 0, limit)
            self._tally.add("rows deleted", deleted)
            if deleted < limit:
                return
