"""Folders for logs and secrets of a running process; the folders of a killed process are removed by the next one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "pilotlog-"
_LOCK = "lock"


class PrivateFolder:
    """A new folder, mode 0700, for as long as this process lives or until it is closed."""

    def __init__(self, purpose: str, parent: Path | None = None) -> None:
        """Create the folder below ``parent``, by default the temporary folder; its name contains ``purpose``."""
        self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{purpose}-", dir=parent))
        # locked before it has its name, so that no process takes the folder for abandoned
        new = self.path / "new"
        self._lock = os.open(new, os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        new.rename(self.path / _LOCK)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder with its content."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


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
    """Create files with access for the user alone meanwhile; the umask holds for all threads of the process."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
