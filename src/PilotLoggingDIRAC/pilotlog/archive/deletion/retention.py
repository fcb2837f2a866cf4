"""Deleting a VO's text, copies and rows after their time; a log's text only once its copy was looked at once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...errors import ArchiveError
from ...model import Log
from ...ports import Archive, Clock
from ...settings import RetentionSettings
from ...stored_file import StoredFile
from ..copies import CopyCheck
from ..custody import CopyKey, CopyPage, RetainedLogs
from ..tally import Tally
from ..walk import LogPosition
from .awaited import Awaited
from .request import groups

_MAX_FAILURES = 3

FindCopies = Callable[[str, datetime, CopyKey | None, int], CopyPage]


@dataclass(slots=True)
class RemovalProgress:
    """The keys of the copies that were tried last, so that a copy that can't be removed blocks no other."""

    after: dict[str, CopyKey | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retention:
    """The step that deletes what one VO has retained for long enough.

    ``archive`` is None where there are no copies or they can't be reached. An upload may still leave a file
    ``stall_seconds`` after it began. ``awaited`` are destinations that logs wait for.
    """

    vo: str
    store: RetainedLogs
    archive: Archive | None
    copies: CopyCheck
    settings: RetentionSettings
    stall_seconds: float
    clock: Clock
    progress: RemovalProgress
    tally: Tally
    awaited: Awaited | None = None

    def run(self, purge_kept: bool) -> None:
        """Delete what is due, step by step; with ``purge_kept`` also Kept logs, for a VO that has no archive."""
        store, settings = self.store, self.settings
        until = self.copies.deadline()
        archived = self._ago(settings.batches_seconds)
        self._purge(store.purgeable, store.purge, archived, lambda logs: self.copies.sound(logs, until))
        if purge_kept:
            self._purge(store.kept, store.purge_kept, self._ago(settings.kept_seconds), list)
        if self.archive is not None:
            self._remove(self.archive, "superseded", store.superseded, self._ago(self.stall_seconds))
            if settings.files_seconds > 0:
                self._remove(self.archive, "expired", store.expired, self._ago(settings.files_seconds))
        self._delete_rows()

    def _ago(self, seconds: float) -> datetime:
        return self.clock() - timedelta(seconds=seconds)

    def _purge(
        self,
        find: Callable[..., list[Log]],
        purge: Callable[..., int],
        before: datetime,
        choose: Callable[[list[Log]], list[Log]],
    ) -> None:
        """Purge those that are chosen page by page, each from behind the one before.

        Purged logs stay in the index for a while: a look from the beginning would read them again and again.
        """
        after = None
        for _ in range(self.settings.max_steps):
            logs = find(self.vo, before, self.settings.logs_per_step, after)
            ready = self._ready(logs, before)
            purged = sum(purge([log.id for log in group], before) for group in groups(choose(ready)))
            self.tally.add("purged", purged)
            if (ready and not purged) or len(logs) < self.settings.logs_per_step:
                return
            after = LogPosition.of(logs[-1])

    def _ready(self, logs: list[Log], before: datetime) -> list[Log]:
        """Return those that wait for no destination."""
        if self.awaited is None:
            return logs
        return self.awaited.ready(logs, before - timedelta(seconds=self.settings.destinations_seconds))

    def _remove(self, archive: Archive, kind: str, find: FindCopies, before: datetime) -> None:
        """Remove one page of copies, each before its record is deleted.

        After three failures in a row a storage element gets no more tries in this cycle; the next one goes on there.
        """
        subject = f"{kind} {self.vo}"
        copies, following = find(self.vo, before, self.progress.after.get(subject), self.settings.logs_per_step)
        failures: Counter[str] = Counter()
        left: list[CopyKey] = []
        for key, file in copies:
            if failures[file.se] == _MAX_FAILURES:
                continue
            failures[file.se] = 0 if self._remove_one(archive, kind, key, file) else failures[file.se] + 1
            if failures[file.se] == _MAX_FAILURES:
                left.append(key)
        self.progress.after[subject] = min(left, default=following)

    def _remove_one(self, archive: Archive, kind: str, key: CopyKey, file: StoredFile) -> bool:
        try:
            archive.remove(file)
        except ArchiveError as error:
            self.tally.add("failed to remove")
            self.tally.problem(f"removing {kind} files of {self.vo}", f"{file.lfn}: {error}")
            return False
        self.store.forget(key)
        self.tally.add(f"removed {kind}")
        return True

    def _delete_rows(self) -> None:
        """Delete rows last; where files are to be removed some day, not before them."""
        before, limit = self._ago(self.settings.rows_seconds), self.settings.logs_per_step
        for _ in range(self.settings.max_steps):
            deleted = self.store.delete_rows(self.vo, before, self.settings.files_seconds <= 0, limit)
            self.tally.add("rows deleted", deleted)
            if deleted < limit:
                return
