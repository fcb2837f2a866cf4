"""The file catalogue: files are registered with one call, and looked at with another.

An answer alone is never believed: ``addFile`` can say S_OK with Failed inside, and S_ERROR after success. So each
registration ends with a look at what the catalogue has. Only where that is not what was meant are more questions asked.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from cachetools import TTLCache
from DIRAC import gLogger
from DIRAC.Core.Utilities.Adler import compareAdler
from DIRAC.Core.Utilities.ReturnValues import returnSingleResult
from DIRAC.DataManagementSystem.Client.DataManager import DataManager
from DIRAC.DataManagementSystem.Utilities.DMSHelpers import DMSHelpers
from DIRAC.Resources.Catalog.FileCatalog import FileCatalog

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError

from .elements import value

#: How long a folder is left as it is after the catalogue refused to restrict it.
REFUSAL_SECONDS = 600
#: The folders of that time, with their VOs.
refused_folders: TTLCache[tuple[str, str], bool] = TTLCache(1024, REFUSAL_SECONDS)

_FILE_MODE = 0o640
_FOLDER_MODE = 0o750
_PERMISSIONS = 0o777
_ABSENT = "No such file"
_NO_REPLICAS = "zero replicas"

_log = gLogger.getSubLogger("PilotLogArchive")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """The entry that the catalogue is to have of a file. Size in bytes, checksum adler32."""

    lfn: str
    guid: str
    size: int
    checksum: str

    def is_same(self, known: dict) -> bool:
        """Return whether the catalogue's metadata are these; catalogues without GUIDs leave it empty."""
        return self.is_same_file(known) and (known.get("GUID") or self.guid).upper() == self.guid.upper()

    def is_same_file(self, known: dict) -> bool:
        """Return whether size and checksum are these, whatever the GUID is."""
        return int(known["Size"]) == self.size and bool(compareAdler(known.get("Checksum", ""), self.checksum))


def metadata(vo: str, lfn: str) -> dict:
    """Return the catalogue's metadata of the file; empty for a file that it does not know. Raise ArchiveError."""
    single = returnSingleResult(FileCatalog(vo=vo).getFileMetadata(lfn))
    if single["OK"]:
        return single["Value"]
    if _ABSENT in single["Message"]:
        return {}
    raise ArchiveError(f"The catalogue does not answer: {single['Message']}")


def register(storage: Any, entry: CatalogueEntry) -> None:
    """Register the copy on this storage element, readable only for its owner and group. Raise ArchiveError.

    A new file costs two calls: one to add it, one to look. The same file that is there already may be added again.
    """
    catalogue = FileCatalog(vo=storage.vo)
    added = _add(catalogue, storage, entry)
    known = metadata(storage.vo, entry.lfn)
    if not (added and known and entry.is_same(known)):
        known = _mend(catalogue, storage, entry, known)
    _restrict(catalogue, storage.vo, entry.lfn, known)


def _add(catalogue: FileCatalog, storage: Any, entry: CatalogueEntry) -> bool:
    """Add the file, or note why that failed. Return whether the catalogue said that it has it, with this copy."""
    url = value(storage.getURL(entry.lfn, protocol=_protocols(storage.vo)), "No URL for the file")
    answer = catalogue.addFile(
        {
            entry.lfn: {
                "PFN": url,
                "Size": entry.size,
                "SE": storage.name,
                "GUID": entry.guid,
                "Checksum": entry.checksum,
                "Mode": _FILE_MODE,
            }
        }
    )
    single = returnSingleResult(answer)
    if not single["OK"]:
        _log.info("A file is not added to the catalogue at once", f"{entry.lfn}: {single['Message']}")
    return single["OK"]


def _protocols(vo: str) -> list[str]:
    return DMSHelpers(vo=vo).getRegistrationProtocols()


def _mend(catalogue: FileCatalog, storage: Any, entry: CatalogueEntry, known: dict) -> dict:
    """Bring about what adding did not: the entry, in place of one with other properties, or only the replica.

    Return the catalogue's metadata. Raise ArchiveError when it still does not have the file, with this copy.
    """
    if known and not entry.is_same(known):
        require_no_other_replica(storage, entry.lfn)
        value(catalogue.removeFile(entry.lfn), "The catalogue does not let go of a wrong entry")
        known = {}
    if not known:
        _add(catalogue, storage, entry)
    elif storage.name not in _replicas(catalogue, entry.lfn):
        _add_replica(storage, entry)
    known = metadata(storage.vo, entry.lfn)
    if not known or not entry.is_same(known) or storage.name not in _replicas(catalogue, entry.lfn):
        raise ArchiveError("The catalogue did not register the file")
    return known


def require_no_other_replica(storage: Any, lfn: str) -> None:
    """Raise ArchiveError when the catalogue's other file of this name is, or may be, on another storage element."""
    if others := sorted(set(_replicas(FileCatalog(vo=storage.vo), lfn)) - {storage.name}):
        raise ArchiveError(f"Another file is registered as {lfn}, on {', '.join(others)}; it is left alone")


def _add_replica(storage: Any, entry: CatalogueEntry) -> None:
    url = value(storage.getURL(entry.lfn, protocol=_protocols(storage.vo)), "No URL for the file")
    answer = DataManager(vo=storage.vo).registerReplica((entry.lfn, url, storage.name))
    if not answer["OK"] or answer["Value"]["Failed"]:
        _log.warn("Registration was answered with an error", f"{entry.lfn}: {answer}")


def _replicas(catalogue: FileCatalog, lfn: str) -> dict:
    """Return the URLs of a file's replicas by storage element; empty for none, and for a file that is not registered.

    Raise ArchiveError when the catalogue does not tell.
    """
    single = returnSingleResult(catalogue.getReplicas(lfn, allStatus=True))
    if single["OK"]:
        return single["Value"]
    if any(message in single["Message"] for message in (_ABSENT, _NO_REPLICAS)):
        return {}
    raise ArchiveError(f"The catalogue does not tell the replicas: {single['Message']}")


def _restrict(catalogue: FileCatalog, vo: str, lfn: str, known: dict) -> None:
    """Restrict the entry and its folder to user and group, in catalogues that have modes; what is so already stays."""
    if not hasattr(catalogue, "changePathMode"):
        return
    if _is_wider(known, _FILE_MODE):
        _try_to_restrict(_change_mode, catalogue, lfn, _FILE_MODE)
    folder = vo, str(PurePosixPath(lfn).parent)
    if folder not in refused_folders and not _try_to_restrict(_restrict_folder, *folder):
        refused_folders[folder] = True


def _try_to_restrict(restrict: Callable[..., None], *arguments: Any) -> bool:
    """Return whether the catalogue did it; a refusal is logged."""
    try:
        restrict(*arguments)
    except ArchiveError as error:
        _log.warn("The catalogue does not restrict access", str(error))
        return False
    return True


def _is_wider(known: dict, mode: int) -> bool:
    """Return whether an entry lets anybody do more than the mode; one that doesn't tell counts as wider."""
    return bool(int(known.get("Mode", _PERMISSIONS)) & _PERMISSIONS & ~mode)


@functools.lru_cache(maxsize=1024)
def _restrict_folder(vo: str, folder: str) -> None:
    """Restrict a folder, once. Raise ArchiveError: an exception is not remembered, so that it is tried again."""
    _change_mode(FileCatalog(vo=vo), folder, _FOLDER_MODE)


def _change_mode(catalogue: FileCatalog, path: str, mode: int) -> None:
    value(catalogue.changePathMode({path: mode}), f"to {path}")
