"""Folders for logs and secrets of a running process; the folders of a killed process are removed by the next one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "pilotlog-"
_LOCK = "lock"


class PrivateFolder:
    """A new folder, mode 0700, for as long as this process lives or until it is closed."""

    def __init__(self, purpose: str, parent: Path | None = None) -> None:
        """Create the folder below ``parent``, by default the temporary folder; its name contains ``purpose``."""
        self._purpose, self._parent = purpose, parent
        self._guard = threading.Lock()
        self._create()

    def _create(self) -> None:
        path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{self._purpose}-", dir=self._parent))
        try:
            lock = _lock_in(path)
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        self.path, self._lock = path, lock

    def existing(self) -> Path:
        """Return the path of the folder, or of a new one if a cleaner of the temporary folder has removed it.

        The rest of the old one is left to that cleaner: another thread may be writing there.
        """
        with self._guard:
            if not self._is_there():
                old = self._lock
                self._create()
                os.close(old)
            return self.path

    def _is_there(self) -> bool:
        """Return whether the lock is still the one of this process: anybody may make a folder of the same name."""
        try:
            return os.path.samestat(os.fstat(self._lock), os.lstat(self.path / _LOCK))
        except OSError:
            return False

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder with its content."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _lock_in(folder: Path) -> int:
    """Return the descriptor of the folder's lock, which this process holds."""
    # locked before it has its name, so that no process takes the folder for abandoned
    new = folder / "new"
    lock = os.open(new, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        new.rename(folder / _LOCK)
    except BaseException:
        os.close(lock)
        raise
    return lock


def remove_abandoned(parent: Path | None = None) -> None:
    """Remove the folders of this user's processes that ended without removing them."""
    for lock in Path(parent or tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            file = os.open(lock, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:  # another user's, or gone meanwhile
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # it is in use
            pass
        finally:
            os.close(file)


@contextmanager
def private_files() -> Iterator[None]:
    """Create files with access only for the user meanwhile; the umask holds for all threads of the process."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
