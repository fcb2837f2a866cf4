"""Operations on storage elements and the file catalogue as one user, run in a worker's child for ``GridArchive``.

Every step is verified by its effect: ``putAndRegister`` can answer S_OK with Failed inside and S_ERROR after success,
and metadata often repeats what the client sent.
"""

from __future__ import annotations

import filecmp
import functools
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from DIRAC import gConfig, gLogger
from DIRAC.Core.Utilities.Adler import compareAdler, fileAdler
from DIRAC.Core.Utilities.ReturnValues import returnSingleResult
from DIRAC.DataManagementSystem.Client.DataManager import DataManager
from DIRAC.Resources.Catalog.FileCatalog import FileCatalog
from DIRAC.Resources.Storage.StorageElement import StorageElement

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, LogNotFound

from .workers.operations import operation
from .workers.private_folder import private_files

_FILE_MODE = 0o640
_FOLDER_MODE = 0o750
_ABSENT = "No such file"

_log = gLogger.getSubLogger("PilotLogArchive")


@operation
def put(vo: str, se: str, lfn: str, guid: str, size: int, checksum: str, path: str) -> None:
    """Upload a local file to its LFN and register it; adopt an equal copy, replace the remains of an earlier upload.

    Return when the copy was read back and equals the local file, byte for byte, and the catalogue agrees. Raise
    ArchiveError when another whole and registered file has this LFN: it is never replaced.
    """
    storage = _storage(se, vo)
    if not _has_equal_copy(storage, lfn, path, size, checksum):
        _put_and_register(vo, storage, lfn, guid, checksum, path)
        _compare(storage, lfn, path)
    _register(vo, storage, lfn, guid, size, checksum)


@operation
def get(vo: str, se: str, lfn: str, size: int, checksum: str, path: str) -> None:
    """Fetch a copy into a local file, from the SE or else from any that has one; then check size and checksum.

    Without an SE, the catalogue names one; a size below 0 and an empty checksum are not checked. Raise LogNotFound when
    the catalogue has no such file.
    """
    with private_files(), tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
        copy = _fetch_anywhere(vo, se, lfn, folder)
        if 0 <= size != copy.stat().st_size:
            raise ArchiveError(f"The copy has {copy.stat().st_size} bytes, {size} were archived")
        if checksum and not compareAdler(fileAdler(str(copy)), checksum):
            raise ArchiveError("The copy's checksum is not what was archived")
        copy.replace(path)


@operation
def check(vo: str, se: str, files: list[list[Any]], read: bool, folder: str) -> dict[str, list[Any]]:
    """Return the problems of copies on one SE, by LFN, as [text, whether the copy is lost]; see ``Archive.check``.

    ``files`` are [LFN, size, checksum]; two questions go to the SE for all of them. Copies are read into ``folder``.
    """
    storage = _storage(se, vo)
    there, problems = _present(storage, [lfn for lfn, _, _ in files])
    known = _answers(storage.getFileMetadata(there), there, problems) if there else {}
    for lfn, size, checksum in files:
        if lfn not in known:
            continue
        if known[lfn]["Size"] != size:
            problems[lfn] = [f"{known[lfn]['Size']} bytes on {se}, {size} were archived", True]
        elif read or not compareAdler(known[lfn].get("Checksum") or "", checksum):
            problems |= _read_back(storage, lfn, checksum, folder)
    return problems


def _present(storage: Any, lfns: list[str]) -> tuple[list[str], dict[str, list[Any]]]:
    """Return the LFNs that the SE has, and the problems with the others."""
    problems: dict[str, list[Any]] = {}
    there = _answers(storage.exists(lfns), lfns, problems)
    problems |= {lfn: [f"not on {storage.name}", True] for lfn, exists in there.items() if not exists}
    return [lfn for lfn, exists in there.items() if exists], problems


def _answers(result: dict, lfns: list[str], problems: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the values of a call for many LFNs; note those that failed as not lost. Raise ArchiveError for S_ERROR."""
    if not result["OK"]:
        raise ArchiveError(f"The storage element does not answer: {result['Message']}")
    failed = result["Value"]["Failed"]
    found = {lfn: value for lfn, value in result["Value"]["Successful"].items() if lfn not in failed}
    problems |= {lfn: [str(failed.get(lfn, "no answer")), False] for lfn in lfns if lfn not in found}
    return found


def _read_back(storage: Any, lfn: str, checksum: str, folder: str) -> dict[str, list[Any]]:
    """Return the problem with the content of a copy, by its LFN; empty for none."""
    with private_files(), tempfile.TemporaryDirectory(dir=folder) as place:
        try:
            found = fileAdler(str(_fetch(storage, lfn, place)))
        except ArchiveError as error:
            return {lfn: [str(error), False]}
    if compareAdler(found, checksum):
        return {}
    return {lfn: [f"checksum {found} on {storage.name}, {checksum} was archived", True]}


@operation
def remove(vo: str, se: str, lfn: str, size: int, checksum: str) -> None:
    """Remove all replicas and the catalogue's entry.

    A file that is absent, or is registered with another size or checksum (see ``put``), counts as removed. Nothing can
    be on a storage element that the configuration does not have, by a name that was mistyped: the catalogue decides.
    """
    known = _metadata(FileCatalog(vo=vo), lfn)
    if known and not _is_same(known | {"GUID": ""}, {"Size": size, "Checksum": checksum, "GUID": ""}):
        _log.warn("Not removed: another file is registered there", lfn)
        return
    if se in gConfig.getSections("/Resources/StorageElements").get("Value", []):
        _remove(_storage(se, vo), lfn)
    elif known:
        _value(DataManager(vo=vo).removeFile(lfn, force=True), f"{lfn} can't be removed")


def _storage(se: str, vo: str) -> Any:
    storage = StorageElement(se, vo=vo)
    valid = storage.isValid() if storage else {"OK": False, "Message": "unknown"}
    if not valid["OK"]:
        raise ArchiveError(f"Storage element {se}: {valid['Message']}")
    return storage


def _value(result: dict, what: str) -> Any:
    """Return the value for the one LFN of a call. Raise ArchiveError, also for Failed inside S_OK."""
    single = returnSingleResult(result)
    if not single["OK"]:
        raise ArchiveError(f"{what}: {single['Message']}")
    return single["Value"]


def _exists(storage: Any, lfn: str) -> bool:
    return bool(_value(storage.exists(lfn), f"{storage.name} can't say whether the file exists"))


def _has_equal_copy(storage: Any, lfn: str, path: str, size: int, checksum: str) -> bool:
    """Return whether a copy exists that equals the local file; remove the remains of an earlier upload."""
    if not _exists(storage, lfn):
        return False
    found = returnSingleResult(storage.getFileSize(lfn))
    try:
        if found["OK"] and found["Value"] == size:
            _compare(storage, lfn, path)
            return True
    except ArchiveError as error:
        _log.warn("A copy that can't be used will be replaced", f"{lfn}: {error}")
    _require_unclaimed(storage, lfn, {"Size": size, "Checksum": checksum, "GUID": ""}, found)
    _remove(storage, lfn)
    return False


def _require_unclaimed(storage: Any, lfn: str, ours: dict, size: dict) -> None:
    """Raise ArchiveError when the copy is, by the catalogue, another whole file.

    A database that was restored from an old backup has no record of such a file.
    """
    known = _metadata(FileCatalog(vo=storage.vo), lfn)
    whole = known and size["OK"] and size["Value"] == int(known["Size"])
    if whole and not _is_same(known | {"GUID": ""}, ours):
        raise ArchiveError(f"Another file is registered as {lfn}; it is left alone")


def _compare(storage: Any, lfn: str, path: str) -> None:
    """Read the copy back. Raise ArchiveError unless it equals the local file, byte for byte."""
    with private_files(), tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
        copy = _fetch(storage, lfn, folder)
        if not filecmp.cmp(copy, path, shallow=False):
            raise ArchiveError(f"The copy on {storage.name} differs from what was sent")


def _fetch(storage: Any, lfn: str, folder: str) -> Path:
    _value(storage.getFile(lfn, localPath=folder), f"{storage.name} does not give the file")
    copy = Path(folder) / Path(lfn).name
    if not copy.is_file():
        raise ArchiveError(f"{storage.name} said that it gave the file, and did not")
    return copy


def _fetch_anywhere(vo: str, se: str, lfn: str, folder: str) -> Path:
    reason = "No storage element gives the file"
    if se:
        try:
            return _fetch(_storage(se, vo), lfn, folder)
        except ArchiveError as error:
            reason = f"{error}; no other storage element gives it either"
    elif not _metadata(FileCatalog(vo=vo), lfn):
        raise LogNotFound(f"The file catalogue has no file {lfn}")
    _value(DataManager(vo=vo).getFile(lfn, destinationDir=folder), reason)
    return Path(folder) / Path(lfn).name


def _put_and_register(vo: str, storage: Any, lfn: str, guid: str, checksum: str, path: str) -> None:
    """Upload and register a file, whatever the answers are. Raise ArchiveError when no copy exists afterwards."""
    answer = _try_to_put(vo, storage, lfn, guid, checksum, path)
    if not _exists(storage, lfn):  # an entry in the catalogue without a copy prevents the upload
        _remove(storage, lfn)
        answer = _try_to_put(vo, storage, lfn, guid, checksum, path)
    if not _exists(storage, lfn):
        raise ArchiveError(f"Nothing arrived on {storage.name}: {answer}")


def _try_to_put(vo: str, storage: Any, lfn: str, guid: str, checksum: str, path: str) -> str:
    answer = DataManager(vo=vo).putAndRegister(lfn, path, storage.name, guid=guid, checksum=checksum)
    return str(answer["Value"]["Failed"] or "it was said to be there") if answer["OK"] else answer["Message"]


def _remove(storage: Any, lfn: str) -> None:
    _value(DataManager(vo=storage.vo).removeFile(lfn, force=True), f"{lfn} can't be removed")
    if _exists(storage, lfn):
        _value(storage.removeFile(lfn), f"{lfn} can't be removed from {storage.name}")


def _register(vo: str, storage: Any, lfn: str, guid: str, size: int, checksum: str) -> None:
    """Register the file with these properties, at this SE, and restrict access to its entry."""
    catalogue = FileCatalog(vo=vo)
    whole = {"GUID": guid, "Size": size, "Checksum": checksum}
    if not _is_registered(catalogue, storage, lfn, whole):
        _register_anew(catalogue, storage, lfn, whole)
        if not _is_registered(catalogue, storage, lfn, whole):
            raise ArchiveError("The catalogue did not register the file")
    _restrict(catalogue, vo, lfn)


def _is_registered(catalogue: FileCatalog, storage: Any, lfn: str, whole: dict) -> bool:
    known = _metadata(catalogue, lfn)
    return bool(known) and _is_same(known, whole) and storage.name in _replicas(catalogue, lfn)


def _register_anew(catalogue: FileCatalog, storage: Any, lfn: str, whole: dict) -> None:
    """Add the missing entry or replica, after removing an entry with other properties."""
    manager = DataManager(vo=storage.vo)
    known = _metadata(catalogue, lfn)
    if known and not _is_same(known, whole):
        _value(catalogue.removeFile(lfn), "The catalogue does not let go of a wrong entry")
        known = {}
    url = _value(storage.getURL(lfn, protocol=manager.registrationProtocol), "No URL for the file")
    if known:
        answer = manager.registerReplica((lfn, url, storage.name))
    else:
        answer = manager.registerFile((lfn, url, whole["Size"], storage.name, whole["GUID"], whole["Checksum"]))
    if not answer["OK"] or answer["Value"]["Failed"]:
        _log.warn("Registration was answered with an error", f"{lfn}: {answer}")


def _is_same(known: dict, whole: dict) -> bool:
    """Return whether an entry has this size, checksum and GUID; catalogues without GUIDs leave it empty."""
    same_guid = not known.get("GUID") or known["GUID"].upper() == whole["GUID"].upper()
    same_size = int(known["Size"]) == whole["Size"]
    return same_size and same_guid and bool(compareAdler(known.get("Checksum", ""), whole["Checksum"]))


def _metadata(catalogue: FileCatalog, lfn: str) -> dict:
    """Return the catalogue's metadata of the file; empty for a file that it does not know. Raise ArchiveError."""
    single = returnSingleResult(catalogue.getFileMetadata(lfn))
    if single["OK"]:
        return single["Value"]
    if _ABSENT in single["Message"]:
        return {}
    raise ArchiveError(f"The catalogue does not answer: {single['Message']}")


def _replicas(catalogue: FileCatalog, lfn: str) -> dict:
    single = returnSingleResult(catalogue.getReplicas(lfn, allStatus=True))
    return single["Value"] if single["OK"] else {}


def _restrict(catalogue: FileCatalog, vo: str, lfn: str) -> None:
    """Restrict the entry and its folder to user and group, in catalogues that have modes."""
    if not hasattr(catalogue, "changePathMode"):
        return
    _change_mode(catalogue, lfn, _FILE_MODE)
    _restrict_folder(vo, str(PurePosixPath(lfn).parent))


@functools.lru_cache(maxsize=1024)
def _restrict_folder(vo: str, folder: str) -> None:
    _change_mode(FileCatalog(vo=vo), folder, _FOLDER_MODE)


def _change_mode(catalogue: FileCatalog, path: str, mode: int) -> None:
    single = returnSingleResult(catalogue.changePathMode({path: mode}))
    if not single["OK"]:
        _log.warn("The catalogue does not restrict access", f"to {path}: {single['Message']}")
