"""The spool: acknowledged batches wait here, on local disk, while the database is away.

Each collector process has one sqlite file. Because of WAL and synchronous FULL, a group that ``append`` has stored
survives ``kill -9`` and a power cut. The file has mode 0600 in a folder of mode 0700, because it contains raw text. A
lock file beside it is held while its process lives; a later process takes over the files of dead ones. Nothing outside
the folder is touched.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import SpoolFull, SpoolUnavailable
from ..model import Numbered
from ..settings import SpoolSettings
from . import spool_files
from .spool_files import FAILURES, named_errors
from .spool_rows import COLUMNS, INSERT, copy_quarantine, pack, pack_aside, unpack

_MAX_FILES = 1000


@dataclass(frozen=True, slots=True)
class LockedFile:
    """The file of a dead process, or a new one, with its lock; ``counts`` are those of ``_counts``, if known."""

    path: Path
    lock: IO[str]
    counts: tuple[int, int, int] | None = None


class Spool:
    """Batches of one process, in order.

    Only the writer's thread may call it; any thread may read the counts, and look for the file of a dead process.
    """

    def __init__(self, folder: Path, settings: SpoolSettings):
        """Open a file in the folder: that of a dead process, or a new one. Raise SpoolUnavailable."""
        self._folder = folder
        self._settings = settings
        self._counting = threading.Lock()
        self.batches = self.bytes = self.quarantined = 0
        self.broken: list[str] = []
        try:
            with named_errors("opened", (*FAILURES, ValueError)):  # a path with a NUL
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self.broken += [path.name for path in spool_files.list_files(folder, ".broken")]
                self._use(self._take_file())
        except SpoolUnavailable as error:
            error.may_hold_batches = spool_files.may_hold_batches(folder)
            raise

    @property
    def empty(self) -> bool:
        """Return whether no batch waits."""
        return self.batches == 0

    @property
    def holds_nothing(self) -> bool:
        """Return whether no batch waits, and none is in quarantine."""
        return self.empty and not self.quarantined

    def append(self, epoch: str, group: Sequence[Numbered]) -> None:
        """Store the group durably. Raise SpoolFull over ``spool_max_mb``, SpoolUnavailable if writing fails."""
        size = sum(numbered.batch.size for numbered in group)
        if self.bytes + size > self._settings.spool_max_mb * 1024 * 1024:
            raise SpoolFull("The collector's spool is full")
        self._require_file()
        with named_errors("written"), self._database:
            self._database.executemany(INSERT.format(table="Batches"), [pack(epoch, item) for item in group])
        self._add(len(group), size)

    def first(self, max_batches: int, max_bytes: int) -> tuple[str, list[Numbered]]:
        """Return the epoch of the oldest batch and the oldest batches of it; at least one unless the spool is empty."""
        epoch, size = "", 0
        group: list[Numbered] = []
        with named_errors("read"):
            for row in self._database.execute(f"SELECT {COLUMNS} FROM Batches ORDER BY Place LIMIT ?", (max_batches,)):
                numbered = unpack(row)
                if group and (row[0] != epoch or size + numbered.batch.size > max_bytes):
                    break
                epoch = row[0]
                group.append(numbered)
                size += numbered.batch.size
        return epoch, group

    def holds_more(self, epoch: str, group: Sequence[Numbered]) -> bool:
        """Return whether batches of the epoch wait after this group. Raise SpoolUnavailable."""
        statement = "SELECT 1 FROM Batches WHERE Epoch = ? AND Number > ? LIMIT 1"
        with named_errors("read"):
            return self._database.execute(statement, (epoch, group[-1].number)).fetchone() is not None

    def remove(self, epoch: str, group: Sequence[Numbered]) -> None:
        """Remove batches that are in the database. Raise SpoolUnavailable; offering them again is safe."""
        with named_errors("written"), self._database:
            self._delete("Batches", epoch, group)
        self._add(-len(group), -sum(numbered.batch.size for numbered in group))

    def quarantine(self, epoch: str, numbered: Numbered) -> None:
        """Move a batch that the store refuses to the quarantine, so that it does not block later ones."""
        with named_errors("written"), self._database:
            self._database.execute(INSERT.format(table="Quarantine"), pack_aside(epoch, numbered))
            waiting = self._delete("Batches", epoch, [numbered])
        self._add(-waiting, -waiting * numbered.batch.size)
        self.quarantined += 1

    def release(self, epoch: str, first_number: int) -> int:
        """Move the quarantine back to the batches, numbered from ``first_number`` on. Return how many were moved."""
        with named_errors("written"), self._database:
            rows = list(self._database.execute(f"SELECT {COLUMNS} FROM Quarantine ORDER BY Place"))
            renumbered = [(epoch, first_number + index, *row[2:]) for index, row in enumerate(rows)]
            self._database.executemany(INSERT.format(table="Batches"), renumbered)
            self._database.execute("DELETE FROM Quarantine")
            counts = _counts(self._database)
        self._set(counts)
        return len(rows)

    def abandoned(self) -> LockedFile | None:
        """Return the file of a dead process, the oldest one; None if there is none. Raise SpoolUnavailable.

        Only a file that was not written to for ``abandoned_seconds`` is taken: a process that has just restarted goes
        on with its own file, so that its new batches stay behind the waiting ones. A file that is no readable spool is
        renamed, and its name is added to ``broken``. All of a file is read: any thread may call it.
        """
        with named_errors("adopted"):
            others = [path for path in spool_files.list_files(self._folder) if path != self._path]
            before = time.time() - self._settings.abandoned_seconds
            for path in sorted(
                (path for path in others if spool_files.written(path) <= before), key=spool_files.written
            ):
                if lock := self._lock_readable(path):
                    return _counted(path, lock)
        return None

    def go_on_with(self, found: LockedFile) -> None:
        """Use the file of a dead process in place of this one's, which has no batches; the quarantine moves there.

        Raise SpoolUnavailable; the spool is one of the two then.
        """
        old = self._path, self._number, self._database, self._lock
        with named_errors("adopted"):
            self._use(found, self._path if self.quarantined else None)
            _remove_with_lock(*old)

    def check(self) -> None:
        """Write a test value. Raise SpoolUnavailable if that fails."""
        self._require_file()
        with named_errors("written"), self._database:
            self._database.execute("PRAGMA user_version = 1")

    def close(self) -> None:
        """Close the file and release its lock; an empty file is removed."""
        with named_errors("closed"):
            if self.holds_nothing:
                _remove_with_lock(self._path, self._number, self._database, self._lock)
            else:
                self._database.close()
                self._lock.close()

    def _use(self, found: LockedFile, quarantine: Path | None = None) -> None:
        """Use a file from now on, once all that may fail is done; with the quarantine of another one."""
        database: sqlite3.Connection | None = None
        try:
            database = spool_files.open_file(found.path)
            if quarantine is not None:
                copy_quarantine(str(quarantine), database)
            number, counts = found.path.stat().st_ino, found.counts or _counts(database)
            if quarantine is not None:
                counts = (*counts[:2], _quarantined(database))
        except BaseException:
            if database is not None:
                database.close()
            found.lock.close()
            raise
        self._path, self._lock, self._database, self._number = found.path, found.lock, database, number
        self._set(counts)

    def _require_file(self) -> None:
        """Raise SpoolUnavailable if somebody has removed or replaced the file: what is written would be lost."""
        with named_errors("written"):
            number = self._path.stat().st_ino
        if number != self._number:
            raise SpoolUnavailable("The spool can't be written: its file was replaced")

    def _take_file(self) -> LockedFile:
        """Return a file for this process and its lock: the file of a dead process, or a new one."""
        for path in spool_files.list_files(self._folder):
            if lock := self._lock_readable(path):
                return LockedFile(path, lock)
        for number in range(_MAX_FILES):
            path = self._folder / f"{number:04d}{spool_files.SUFFIX}"
            lock = None if path.exists() else spool_files.try_lock(path)
            if lock:
                return _begun(path, lock)
        raise SpoolUnavailable(f"There are {_MAX_FILES} spools of living processes in the folder")

    def _lock_readable(self, path: Path) -> IO[str] | None:
        """Return the lock of a dead process's spool, otherwise None. A file that is no spool is renamed."""
        lock = spool_files.try_lock(path)
        if lock is None:
            return None
        try:
            if spool_files.is_readable(path):
                return lock
            self.broken.append(spool_files.put_aside(path))
        except (sqlite3.Error, OSError):
            lock.close()
            raise
        lock.close()
        return None

    def _delete(self, table: str, epoch: str, group: Sequence[Numbered]) -> int:
        statement = f"DELETE FROM {table} WHERE Epoch = ? AND Number = ?"
        return self._database.executemany(statement, [(epoch, item.number) for item in group]).rowcount

    def _add(self, batches: int, size: int) -> None:
        with self._counting:
            self.batches += batches
            self.bytes += size

    def _set(self, counts: tuple[int, int, int]) -> None:
        with self._counting:
            self.batches, self.bytes, self.quarantined = counts


def _begun(path: Path, lock: IO[str]) -> LockedFile:
    """Return a new file. One that can't be begun, as on a full disk, leaves nothing that may be taken for batches."""
    try:
        spool_files.open_file(path).close()
    except FAILURES:
        spool_files.remove(path)
        lock.close()
        raise
    return LockedFile(path, lock)


def _counted(path: Path, lock: IO[str]) -> LockedFile:
    """Return a file with its counts: they are many to read for the writer's thread."""
    try:
        with closing(spool_files.open_file(path)) as database:
            return LockedFile(path, lock, _counts(database))
    except BaseException:
        lock.close()
        raise


def _remove_with_lock(path: Path, number: int, database: sqlite3.Connection, lock: IO[str]) -> None:
    """Close and remove a file, unless another one has its name by now; then let go of the lock."""
    with lock:
        database.close()
        if path.exists() and path.stat().st_ino == number:
            spool_files.remove(path)


def _counts(database: sqlite3.Connection) -> tuple[int, int, int]:
    """Return the number of batches that wait, their bytes, and the number of batches in quarantine."""
    batches, size = database.execute("SELECT COUNT(*), TOTAL(LENGTH(Text) + 256) FROM Batches").fetchone()
    return batches, int(size), _quarantined(database)


def _quarantined(database: sqlite3.Connection) -> int:
    (number,) = database.execute("SELECT COUNT(*) FROM Quarantine").fetchone()
    return int(number)
