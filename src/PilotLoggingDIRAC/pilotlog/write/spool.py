"""The spool: acknowledged batches wait here, on local disk, while the database is away.

Each collector process has one sqlite file. Because of WAL and synchronous FULL, a group that ``append`` has stored
survives ``kill -9`` and a power cut. The file has mode 0600 in a folder of mode 0700, because it contains raw text. A
lock file beside it is held while its process lives; a later process takes over the files of dead ones. Nothing outside
the folder is touched.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from ..errors import SpoolFull, SpoolUnavailable
from ..model import Numbered
from ..settings import SpoolSettings
from .spool_rows import COLUMNS, INSERT, copy_quarantine, create_table, pack, pack_aside, unpack

_SUFFIX = ".spool"
_MAX_FILES = 1000
_FAILURES: tuple[type[Exception], ...] = (sqlite3.Error, OSError)


class Spool:
    """Batches of one process, in order. Only the writer's thread may call it; any thread may read the counts."""

    def __init__(self, folder: Path, settings: SpoolSettings):
        """Open a file in the folder: that of a dead process, or a new one. Raise SpoolUnavailable."""
        self._folder = folder
        self._settings = settings
        self._counting = threading.Lock()
        self.batches = self.bytes = self.quarantined = 0
        self.broken: list[str] = []
        try:
            with _named_errors("opened", (*_FAILURES, ValueError)):  # a path with a NUL
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self.broken += [path.name for path in _files(folder, ".broken")]
                self._path, self._lock = self._take_file()
                self._database = _open(self._path)
            self._count()
        except SpoolUnavailable as error:
            error.may_hold_batches = _has_files(folder)
            raise

    @property
    def empty(self) -> bool:
        """Return whether no batch waits."""
        return self.batches == 0

    def append(self, epoch: str, group: Sequence[Numbered]) -> None:
        """Store the group durably. Raise SpoolFull over ``spool_max_mb``, SpoolUnavailable if writing fails."""
        size = sum(numbered.batch.size for numbered in group)
        if self.bytes + size > self._settings.spool_max_mb * 1024 * 1024:
            raise SpoolFull("The collector's spool is full")
        with _named_errors("written"), self._database:
            self._database.executemany(INSERT.format(table="Batches"), [pack(epoch, item) for item in group])
        self._add(len(group), size)

    def first(self, max_batches: int, max_bytes: int) -> tuple[str, list[Numbered]]:
        """Return the epoch of the oldest batch and the oldest batches of it; at least one unless the spool is empty."""
        epoch, size = "", 0
        group: list[Numbered] = []
        with _named_errors("read"):
            for row in self._database.execute(f"SELECT {COLUMNS} FROM Batches ORDER BY Place LIMIT ?", (max_batches,)):
                numbered = unpack(row)
                if group and (row[0] != epoch or size + numbered.batch.size > max_bytes):
                    break
                epoch = row[0]
                group.append(numbered)
                size += numbered.batch.size
        return epoch, group

    def holds_more(self, epoch: str, group: Sequence[Numbered]) -> bool:
        """Return whether batches of the epoch wait behind this group. Raise SpoolUnavailable."""
        statement = "SELECT 1 FROM Batches WHERE Epoch = ? AND Number > ? LIMIT 1"
        with _named_errors("read"):
            return self._database.execute(statement, (epoch, group[-1].number)).fetchone() is not None

    def remove(self, epoch: str, group: Sequence[Numbered]) -> None:
        """Remove batches that are in the database. Raise SpoolUnavailable; offering them again is safe."""
        with _named_errors("written"), self._database:
            self._delete("Batches", epoch, group)
        self._add(-len(group), -sum(numbered.batch.size for numbered in group))

    def quarantine(self, epoch: str, numbered: Numbered) -> None:
        """Move a batch that the store refuses to the quarantine, so that it does not block later ones."""
        with _named_errors("written"), self._database:
            self._database.execute(INSERT.format(table="Quarantine"), pack_aside(epoch, numbered))
            waiting = self._delete("Batches", epoch, [numbered])
        self._add(-waiting, -waiting * numbered.batch.size)
        self.quarantined += 1

    def release(self, epoch: str, first_number: int) -> int:
        """Move the quarantine back to the batches, numbered from ``first_number`` on, and return their number."""
        with _named_errors("written"), self._database:
            rows = list(self._database.execute(f"SELECT {COLUMNS} FROM Quarantine ORDER BY Place"))
            renumbered = [(epoch, first_number + index, *row[2:]) for index, row in enumerate(rows)]
            self._database.executemany(INSERT.format(table="Batches"), renumbered)
            self._database.execute("DELETE FROM Quarantine")
        self._count()
        return len(rows)

    def adopt(self) -> str:
        """While this spool is empty, go on with the file of a dead process, the oldest one, and return its name.

        Only a file that was not written to for ``abandoned_seconds`` is taken: a process that has just restarted goes
        on with its own file, so that its new batches stay behind the waiting ones. A file that is no readable spool is
        renamed, and its name is added to ``broken``. Return an empty name if there is none. Raise SpoolUnavailable.
        """
        if not self.empty:
            return ""
        with _named_errors("adopted"):
            others = [path for path in _files(self._folder) if path != self._path]
            abandoned = time.time() - self._settings.abandoned_seconds
            for path in sorted((path for path in others if _written(path) <= abandoned), key=_written):
                lock = self._lock_readable(path)
                if lock:
                    self._go_on_with(path, lock)
                    return path.name
        return ""

    def check(self) -> None:
        """Write a test value. Raise SpoolUnavailable if that fails."""
        with _named_errors("written"), self._database:
            self._database.execute("PRAGMA user_version = 1")

    def close(self) -> None:
        """Close the file and release its lock; an empty file is removed."""
        empty = self.empty and not self.quarantined
        with _named_errors("closed"):
            self._database.close()
        if empty:
            _remove(self._path)
        self._lock.close()

    def _take_file(self) -> tuple[Path, IO[str]]:
        """Return a file for this process and its lock: the file of a dead process, or a new one."""
        for path in _files(self._folder):
            lock = self._lock_readable(path)
            if lock:
                return path, lock
        for number in range(_MAX_FILES):
            path = self._folder / f"{number:04d}{_SUFFIX}"
            lock = None if path.exists() else _try_lock(path)
            if lock:
                return path, lock
        raise SpoolUnavailable(f"There are {_MAX_FILES} spools of living processes in the folder")

    def _lock_readable(self, path: Path) -> IO[str] | None:
        """Return the lock of a dead process's spool, otherwise None. A file that is no spool is renamed."""
        lock = _try_lock(path)
        if lock is None:
            return None
        try:
            if _readable(path):
                return lock
            self.broken.append(_put_aside(path))
        except (sqlite3.Error, OSError):
            lock.close()
            raise
        lock.close()
        return None

    def _go_on_with(self, path: Path, lock: IO[str]) -> None:
        """Use another file in place of this one's, which has no batches; the quarantine moves there."""
        database: sqlite3.Connection | None = None
        try:
            database = _open(path)
            if self.quarantined:
                copy_quarantine(str(self._path), database)
        except _FAILURES:
            if database is not None:
                database.close()
            lock.close()
            raise
        left = self._path, self._database, self._lock
        self._path, self._database, self._lock = path, database, lock
        self._count()  # before anything else can fail: what is not counted is taken for nothing
        old_path, old_database, old_lock = left
        with old_lock:
            old_database.close()
            _remove(old_path)

    def _delete(self, table: str, epoch: str, group: Sequence[Numbered]) -> int:
        statement = f"DELETE FROM {table} WHERE Epoch = ? AND Number = ?"
        return self._database.executemany(statement, [(epoch, item.number) for item in group]).rowcount

    def _add(self, batches: int, size: int) -> None:
        with self._counting:
            self.batches += batches
            self.bytes += size

    def _count(self) -> None:
        with _named_errors("read"):
            batches, size = self._database.execute("SELECT COUNT(*), TOTAL(LENGTH(Text) + 256) FROM Batches").fetchone()
            (quarantined,) = self._database.execute("SELECT COUNT(*) FROM Quarantine").fetchone()
        with self._counting:
            self.batches, self.bytes, self.quarantined = batches, int(size), quarantined


def _open(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    database = sqlite3.connect(path, timeout=2, check_same_thread=False, isolation_level="IMMEDIATE")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "journal_size_limit=16777216"):
        database.execute(f"PRAGMA {pragma}")
    with database:
        for table in ("Batches", "Quarantine"):
            create_table(database, table)
    _sync_folder(path.parent)
    return database


def _readable(path: Path) -> bool:
    """Return whether the file is a spool that can be read to its end."""
    try:
        with closing(_open(path)) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        return False


def _written(path: Path) -> float:
    """Return the time of the last write: that of the file or of its write-ahead log."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(path: Path) -> IO[str] | None:
    """Return the locked file, held while this process lives; None if another process holds it."""
    lock = path.with_suffix(".lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _has_files(folder: Path) -> bool:
    """Return whether the folder may contain a spool; True if it cannot be read."""
    try:
        return bool(_files(folder))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True


def _files(folder: Path, suffix: str = _SUFFIX) -> list[Path]:
    """Return the files of a suffix, by name. Raise OSError if it can't be read: ``Path.glob`` would find none."""
    with os.scandir(folder) as entries:
        return sorted(folder / entry.name for entry in entries if entry.name.endswith(suffix))


def _put_aside(path: Path) -> str:
    """Rename a file that is no readable spool, together with its write-ahead log, so that a person can repair it.

    Return its new name.
    """
    name = f"{path.stem}.{int(time.time())}.broken"
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(name + suffix))
    return name


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def _named_errors(what: str, failures: tuple[type[Exception], ...] = _FAILURES) -> Iterator[None]:
    try:
        yield
    except failures as error:
        reason = getattr(error, "strerror", None) or error  # without the path: senders see it
        raise SpoolUnavailable(f"The spool can't be {what}: {reason}") from error
