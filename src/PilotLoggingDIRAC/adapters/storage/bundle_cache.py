"""Whole bundles on the disk of a reading process, for the logs of them that are read next.

One log of a bundle is got by a ranged read. For a reader of many, as a search is, the bundle is fetched as a whole,
once: after some reads of it, or at once where its storage element has no ranged reads.
"""

from __future__ import annotations

import itertools
import os
import stat
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleReadSettings
from PilotLoggingDIRAC.pilotlog.settings import MiB
from PilotLoggingDIRAC.pilotlog.stored_file import StoredFile

from ..workers.private_folder import PrivateFolder

#: The reads of this many bundles are counted; then counting begins anew.
_MAX_COUNTED = 1000


class BundleCache:
    """The bundles of one process, in a private folder that is made for the first one; any thread may use it."""

    def __init__(self, settings: BundleReadSettings, folder: Callable[[], PrivateFolder] | None = None) -> None:
        """Create the cache; nothing is on disk before the first bundle."""
        self._settings = settings
        self._make = folder or (lambda: PrivateFolder("bundles"))
        self._folder: PrivateFolder | None = None
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._bundles: OrderedDict[StoredFile, Path] = OrderedDict()
        self._reads: Counter[StoredFile] = Counter()

    def open(self, bundle: StoredFile) -> int | None:
        """Return a descriptor of a bundle's local copy, for the caller to close; None if there is none."""
        with self._lock:
            path = self._bundles.get(bundle)
            if path is None:
                return None
            found = _open_own(path)
            if found is None:
                _unlink(self._bundles.pop(bundle))
            else:
                self._bundles.move_to_end(bundle)
            return found

    def drop(self, bundle: StoredFile) -> None:
        """Remove a bundle's local copy, if there is one."""
        with self._lock:
            if path := self._bundles.pop(bundle, None):
                _unlink(path)

    def count_read(self, bundle: StoredFile) -> bool:
        """Count a read of a bundle, and return whether the bundle is worth fetching as a whole."""
        with self._lock:
            if len(self._reads) >= _MAX_COUNTED:
                self._reads.clear()
            self._reads[bundle] += 1
            fits = bundle.size <= self._settings.bundle_cache_mb * MiB
            return fits and self._reads[bundle] > self._settings.bundle_ranged_reads

    def adopt(self, bundle: StoredFile, path: Path) -> None:
        """Move a fetched bundle into the cache, in place of those that were not read for longest.

        The file is removed instead if it does not fit, is there already, or can't be moved: a cache fails no read.
        """
        room = self._settings.bundle_cache_mb * MiB
        with self._lock:
            if bundle.size > room or bundle in self._bundles:
                path.unlink()
                return
            while self._bundles and bundle.size + sum(known.size for known in self._bundles) > room:
                _, oldest = self._bundles.popitem(last=False)
                _unlink(oldest)
            try:
                self._folder = self._folder or self._make()
                self._bundles[bundle] = path.rename(self._folder.existing() / f"{next(self._numbers)}.zip")
            except OSError:
                path.unlink(missing_ok=True)
                self._remove()

    def close(self) -> None:
        """Remove all bundles."""
        with self._lock:
            self._remove()

    def _remove(self) -> None:
        for path in self._bundles.values():  # some may be in an older folder, whose lock was removed
            _unlink(path)
        self._bundles.clear()
        if self._folder:
            self._folder.close()
            self._folder = None


def _open_own(path: Path) -> int | None:
    """Return a descriptor of a regular file of this user; None if there is none at this path.

    The machine removes old temporary files and folders, and another user may make something of the same name.
    """
    try:
        found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    status = os.fstat(found)
    if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
        return found
    os.close(found)
    return None


def _unlink(path: Path) -> None:
    """Remove a file, unless it can't be: it may be gone, or another user's."""
    with suppress(OSError):
        path.unlink()
