"""One storage element: what it has, what it gives, and whether that equals a local file."""

from __future__ import annotations

import filecmp
import tempfile
from pathlib import Path
from typing import Any

from DIRAC.Core.Utilities.ReturnValues import returnSingleResult
from DIRAC.Resources.Storage.StorageElement import StorageElement

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

from ..workers.private_folder import private_files


def element(se: str, vo: str) -> Any:
    """Return DIRAC's storage element. Raise ArchiveError unless it is known and usable."""
    storage = StorageElement(se, vo=vo)
    valid = storage.isValid() if storage else {"OK": False, "Message": "unknown"}
    if not valid["OK"]:
        raise ArchiveError(f"Storage element {se}: {valid['Message']}")
    return storage


def value(result: dict, what: str) -> Any:
    """Return the value for the one LFN of a call. Raise ArchiveError, also for Failed inside S_OK."""
    single = returnSingleResult(result)
    if not single["OK"]:
        raise ArchiveError(f"{what}: {single['Message']}")
    return single["Value"]


def exists(storage: Any, lfn: str) -> bool:
    """Return whether the storage element has the file. Raise ArchiveError when it can't say."""
    return bool(value(storage.exists(lfn), f"{storage.name} can't say whether the file exists"))


def compare(storage: Any, lfn: str, path: str) -> None:
    """Read the copy back. Raise ArchiveError unless it equals the local file, byte for byte."""
    with private_files(), tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
        copy = fetch(storage, lfn, folder)
        if not filecmp.cmp(copy, path, shallow=False):
            raise ArchiveError(f"The copy on {storage.name} differs from what was sent")


def fetch(storage: Any, lfn: str, folder: str) -> Path:
    """Return the local copy of a file, brought into a folder. Raise ArchiveError."""
    value(storage.getFile(lfn, localPath=folder), f"{storage.name} does not give the file")
    copy = Path(folder) / Path(lfn).name
    if not copy.is_file():
        raise ArchiveError(f"{storage.name} said that it gave the file, and did not")
    return copy
