"""The files of spools in their folder: they are opened, locked, checked, put aside and removed here."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from ..errors import SpoolUnavailable
from .spool_rows import create_table

SUFFIX = ".spool"
FAILURES: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
"""What opening, reading and writing a file may raise."""


def open_file(path: Path) -> sqlite3.Connection:
    """Return a connection to a spool's file, which is made if it is not there. Raise one of ``FAILURES``."""
    with suppress(FileExistsError):
        # never one that is there: closing it would release the locks that sqlite has on it in this process
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    path.chmod(0o600)
    database = sqlite3.connect(path, timeout=2, check_same_thread=False, isolation_level="IMMEDIATE")
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "journal_size_limit=16777216"):
            database.execute(f"PRAGMA {pragma}")
        with database:
            for table in ("Batches", "Quarantine"):
                create_table(database, table)
        _sync_folder(path.parent)
    except BaseException:
        database.close()
        raise
    return database


def is_readable(path: Path) -> bool:
    """Return whether the file is a spool that can be read to its end; the time of its last write stays."""
    last = written(path)
    try:
        with closing(open_file(path)) as database:
            sound = bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        return False
    os.utime(path, (last, last))  # closing it has brought its write-ahead log into it
    return sound


def written(path: Path) -> float:
    """Return the time of the last write: that of the file or of its write-ahead log."""
    return max((file.stat().st_mtime for file in (path, _log(path)) if file.exists()), default=0.0)


def _log(path: Path) -> Path:
    """Return the write-ahead log of a file."""
    return path.with_name(f"{path.name}-wal")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> IO[str] | None:
    """Return the lock of a spool's file, held while this process lives; None if another process holds it."""
    lock = path.with_suffix(".lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def may_hold_batches(folder: Path) -> bool:
    """Return whether a spool of a dead process in the folder may have batches; True if it cannot be read.

    A file without a byte has none: one that could not be begun, as on a full disk, is left like that.
    """
    try:
        found = list_files(folder)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    try:
        return any(_size(path) and _is_free(path) for path in found)
    except OSError:
        return True


def _size(path: Path) -> int:
    return path.stat().st_size or (_log(path).stat().st_size if _log(path).exists() else 0)


def _is_free(path: Path) -> bool:
    """Return whether no living process has the file."""
    lock = try_lock(path)
    if lock is not None:
        lock.close()
    return lock is not None


def list_files(folder: Path, suffix: str = SUFFIX) -> list[Path]:
    """Return the files of a suffix, by name. Raise OSError if it can't be read: ``Path.glob`` would find none."""
    with os.scandir(folder) as entries:
        return sorted(folder / entry.name for entry in entries if entry.name.endswith(suffix))


def put_aside(path: Path) -> str:
    """Rename a file that is no readable spool, together with its write-ahead log, so that a person can repair it.

    Return its new name.
    """
    name = f"{path.stem}.{int(time.time())}.broken"
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(name + suffix))
    return name


def remove(path: Path) -> None:
    """Remove a spool's file and what sqlite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextmanager
def named_errors(what: str, failures: tuple[type[Exception], ...] = FAILURES) -> Iterator[None]:
    """Raise SpoolUnavailable, which says what could not be done, in place of a failure."""
    try:
        yield
    except failures as error:
        reason = getattr(error, "strerror", None) or str(error)  # without the path: senders see it
        raise SpoolUnavailable(f"The spool can't be {what}: {reason}") from error
