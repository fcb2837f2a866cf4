"""Deleting a VO's text, copies and rows after their time; a log's text only once its copy was looked at once more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...errors import ArchiveError
from ...model import Log
from ...ports import Archive, Clock
from ...settings import RetentionSettings
from ...stored_file import StoredFile
from ..copies import CopyCheck
from ..custody import CopyKey, CopyPage, RecordedCopy, RetainedLogs, Where
from ..failures import Failures
from ..tally import Tally
from ..walk import LogPosition
from .awaited import Awaited
from .request import groups

#: Pages in which a cycle looks for copies of one kind to remove: most have none, as these copies are rare.
_MAX_PAGES = 20

FindCopies = Callable[[str, datetime, CopyKey | None, int, Where], CopyPage]


@dataclass(slots=True)
class RemovalProgress:
    """The places after which the next cycle goes on, so that what can't be removed or purged blocks no other.

    ``copies`` has the keys of copies that were tried last, by storage element for those that gave up, and under an
    empty name for all others together; ``looked_at`` the positions of logs that were to be purged or deleted.
    """

    copies: dict[str, dict[str, CopyKey | None]] = field(default_factory=dict)
    looked_at: dict[str, LogPosition | None] = field(default_factory=dict)


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
        sound = functools.partial(self.copies.sound, until=until)
        self._purge("archived", store.purgeable, store.purge, archived, until, sound)
        if purge_kept:
            self._purge("kept", store.kept, store.purge_kept, self._ago(settings.kept_seconds), until, list)
        if self.archive is not None:
            self._remove(self.archive, "superseded", store.superseded, self._ago(self.stall_seconds))
            if settings.files_seconds > 0:
                expired = functools.partial(store.expired, recorded_before=self._ago(self.stall_seconds))
                self._remove(self.archive, "expired", expired, self._ago(settings.files_seconds))
        self._delete_rows()

    def _ago(self, seconds: float) -> datetime:
        return self.clock() - timedelta(seconds=seconds)

    def _purge(
        self,
        kind: str,
        find: Callable[..., list[Log]],
        purge: Callable[..., int],
        before: datetime,
        until: float,
        choose: Callable[[list[Log]], list[Log]],
    ) -> None:
        """Purge those that are chosen, page by page; each page begins after the one before.

        Purged logs stay in the index for a while: a look from the beginning would read them again and again. Where the
        time is over, the next cycle goes on; where a storage element got no more tries, after the last ones.
        """
        subject, given_up_at = f"{kind} {self.vo}", None
        after = self.progress.looked_at.get(subject)
        for _ in range(self.settings.max_steps):
            logs = find(self.vo, before, self.settings.logs_per_step, after)
            ready = self._ready(logs, before)
            purged = sum(purge([log.id for log in group], before) for group in groups(choose(ready)))
            self.tally.add("purged", purged)
            after = LogPosition.of(logs[-1]) if len(logs) == self.settings.logs_per_step else None
            given_up_at = given_up_at or (after if self.copies.failures.hopeless else None)
            none_can_be = self.archive is None and ready and not purged
            if after is None or none_can_be or self.copies.monotonic() > until:
                break
        self.progress.looked_at[subject] = after or given_up_at

    def _ready(self, logs: list[Log], before: datetime) -> list[Log]:
        """Return those that wait for no destination."""
        if self.awaited is None:
            return logs
        return self.awaited.ready(logs, before - timedelta(seconds=self.settings.destinations_seconds))

    def _remove(self, archive: Archive, kind: str, find: FindCopies, before: datetime) -> None:
        """Remove copies, each before its record is deleted, page by page until the cycle's time for it is over.

        A storage element gets no more tries after three failures in a row. From then on it has copies of its own in
        each cycle, looked for after these, until one goes well: it delays no other, and no file of its own.
        """
        places = self.progress.copies.setdefault(f"{kind} {self.vo}", {"": None})
        own, failures, until = frozenset(places) - {""}, Failures(), self.copies.deadline()
        for se in sorted(frozenset(places)):
            is_full = True
            while is_full and se not in failures.hopeless:
                where = Where(se, frozenset() if se else own | failures.hopeless)
                copies, after = self._copies(find, before, places[se], where)
                for key, file in copies:
                    if file.se not in failures.hopeless:
                        places[se] = key  # whatever stops here, the next cycle goes on behind it
                        failures.note(file.se, self._remove_one(archive, kind, key, file))
                        places |= dict.fromkeys(failures.hopeless & {file.se}, key)
                if se not in failures.hopeless:
                    places[se] = after
                is_full = len(copies) == self.settings.logs_per_step
                if is_full and self.copies.monotonic() > until:
                    self._note_waiting(kind, find, before, places[se], where)
                    break
        for se in own - failures.hopeless:
            del places[se]

    def _note_waiting(self, kind: str, find: FindCopies, before: datetime, after: CopyKey | None, where: Where) -> None:
        """Note a problem if copies are left that should have been removed more than a day ago."""
        waiting, _ = find(self.vo, before - timedelta(days=1), after, 1, where)
        if waiting:
            text = "files wait for more than a day for their removal; there is no time in a cycle for more of them"
            self.tally.problem(f"{kind} files of {self.vo}", text)

    def _copies(self, find: FindCopies, before: datetime, after: CopyKey | None, where: Where) -> CopyPage:
        """Return up to ``logs_per_step`` copies of some pages, and the key after which the next cycle goes on.

        DIRAC ends an agent after 500 cycles, and with it the place: in these it must come through all logs.
        """
        limit, found = self.settings.logs_per_step, list[RecordedCopy]()
        for _ in range(_MAX_PAGES):
            copies, after = find(self.vo, before, after, limit - len(found), where)
            found += copies
            if after is None or len(found) == limit:
                break
        return found, after

    def _remove_one(self, archive: Archive, kind: str, key: CopyKey, file: StoredFile) -> bool:
        try:
            archive.remove(file)
        except ArchiveError as error:
            self.tally.add("failed to remove")
            self.tally.problem(f"removing {kind} files of {self.vo}", f"{file.lfn}: {error}")
            return False
        if self.store.forget(key, self._ago(self.stall_seconds)):
            self.tally.add(f"removed {kind}")
        return True

    def _delete_rows(self) -> None:
        """Delete rows last; where files are to be removed some day, not before them.

        A cycle looks at the oldest rows, some of which may have waited for their files until now, and then goes on
        where the cycle before stopped.
        """
        subject = f"rows {self.vo}"
        place, after = self.progress.looked_at.get(subject), self._delete_rows_behind(None)
        if place and after:
            after = self._delete_rows_behind(max(place, after))
        self.progress.looked_at[subject] = after

    def _delete_rows_behind(self, after: LogPosition | None) -> LogPosition | None:
        """Delete rows page by page. Return the position after which to go on, None at the end.

        A page with nothing to delete is the last one: rows that wait for their files are not all read in each cycle.
        """
        before, with_file = self._ago(self.settings.rows_seconds), self.settings.files_seconds <= 0
        for _ in range(self.settings.max_steps):
            deleted, after = self.store.delete_rows(self.vo, before, with_file, self.settings.logs_per_step, after)
            self.tally.add("rows deleted", deleted)
            if after is None or not deleted:
                break
        return after
