"""Operations on storage elements and the file catalogue as one user, run in a worker's child for ``GridArchive``.

Every step is verified by its effect: calls can answer S_OK with Failed inside and S_ERROR after success, and metadata
often repeats what the client sent.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from DIRAC import gConfig, gLogger
from DIRAC.Core.Utilities.Adler import compareAdler, fileAdler
from DIRAC.Core.Utilities.ReturnValues import returnSingleResult
from DIRAC.DataManagementSystem.Client.DataManager import DataManager

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, LogNotFound

from ..workers.operations import operation
from ..workers.private_folder import private_files
from .elements import compare, element, exists, fetch, value
from .ranges import read_range
from .registration import CatalogueEntry, metadata, register, require_no_other_replica

_log = gLogger.getSubLogger("PilotLogArchive")


@operation
def put(vo: str, se: str, lfn: str, guid: str, size: int, checksum: str, path: str) -> None:
    """Upload a local file to its LFN and register it; adopt an equal copy, replace the remains of an earlier upload.

    Return when the copy was read back and equals the local file, byte for byte, and the catalogue agrees. Raise
    ArchiveError when another whole and registered file has this LFN: it is never replaced.
    """
    storage, entry = element(se, vo), CatalogueEntry(lfn, guid, size, checksum)
    if not _has_equal_copy(storage, path, entry):
        _upload(storage, lfn, path)
        compare(storage, lfn, path)
    register(storage, entry)


@operation
def get(vo: str, se: str, lfn: str, size: int, checksum: str, path: str) -> None:
    """Fetch a copy into a local file, from the SE or else from any that has one; then check size and checksum.

    Without an SE, the catalogue names one; LogNotFound is raised then if it has no such file. A size below 0 and an
    empty checksum are not checked. Raise ArchiveError if nothing gives the file, or it is not what was archived.
    """
    with private_files(), tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
        copy = _fetch_anywhere(vo, se, lfn, folder)
        if 0 <= size != copy.stat().st_size:
            raise ArchiveError(f"The copy has {copy.stat().st_size} bytes, {size} were archived")
        if checksum and not compareAdler(fileAdler(str(copy)), checksum):
            raise ArchiveError("The copy's checksum is not what was archived")
        copy.replace(path)


@operation
def get_part(
    vo: str, se: str, lfn: str, size: int, checksum: str, path: str, offset: int, length: int, wanted: bool
) -> bool:
    """Write a part of a file into a local one; return False. Where the part can't be had, or the whole file is
    ``wanted``, write the whole as ``get`` does; return True.

    ``offset`` and ``length`` are bytes. The whole is checked here, a part by the caller. Raise as ``get``.
    """
    if not wanted:
        try:
            part = read_range(element(se, vo), lfn, offset, length)
        except ArchiveError as error:
            _log.verbose("A file is fetched for a part of it", f"{lfn}: {error}")
        else:
            with private_files():
                Path(path).write_bytes(part)
            return False
    get(vo, se, lfn, size, checksum, path)
    return True


@operation
def check(vo: str, se: str, files: list[list[Any]], read: bool, folder: str) -> dict[str, list[Any]]:
    """Return the problems of copies on one SE, by LFN, as [text, whether the copy is lost]; see ``Archive.check``.

    ``files`` are [LFN, size, checksum]; two questions go to the SE for all of them. Copies are read into ``folder``.
    """
    storage = element(se, vo)
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
    problems |= {lfn: [f"not on {storage.name}", True] for lfn, found in there.items() if not found}
    return [lfn for lfn, found in there.items() if found], problems


def _answers(result: dict, lfns: list[str], problems: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the values of a call for many LFNs; note those that failed as not lost. Raise ArchiveError for S_ERROR."""
    if not result["OK"]:
        raise ArchiveError(f"The storage element does not answer: {result['Message']}")
    failed = result["Value"]["Failed"]
    found = {lfn: answer for lfn, answer in result["Value"]["Successful"].items() if lfn not in failed}
    problems |= {lfn: [str(failed.get(lfn, "no answer")), False] for lfn in lfns if lfn not in found}
    return found


def _read_back(storage: Any, lfn: str, checksum: str, folder: str) -> dict[str, list[Any]]:
    """Return the problem with the content of a copy, by its LFN; empty for none."""
    with private_files(), tempfile.TemporaryDirectory(dir=folder) as place:
        try:
            found = fileAdler(str(fetch(storage, lfn, place)))
        except ArchiveError as error:
            return {lfn: [str(error), False]}
    if compareAdler(found, checksum):
        return {}
    return {lfn: [f"checksum {found} on {storage.name}, {checksum} was archived", True]}


@operation
def remove(vo: str, se: str, lfn: str, size: int, checksum: str) -> None:
    """Remove all replicas and the catalogue's entry.

    A file that is absent, or is registered with another size or checksum (see ``put``), counts as removed. No file
    can be on an SE that the CS does not have (a mistyped name): the catalogue alone decides then. Raise ArchiveError.
    """
    known = metadata(vo, lfn)
    if known and not CatalogueEntry(lfn, "", size, checksum).is_same_file(known):
        _log.warn("Not removed: another file is registered there", lfn)
        return
    if se in gConfig.getSections("/Resources/StorageElements").get("Value", []):
        _remove(element(se, vo), lfn)
    elif known:
        value(DataManager(vo=vo).removeFile(lfn, force=True), f"{lfn} can't be removed")


def _has_equal_copy(storage: Any, path: str, entry: CatalogueEntry) -> bool:
    """Return whether a copy exists that equals the local file; remove the remains of an earlier upload."""
    if not exists(storage, entry.lfn):
        return False
    found = returnSingleResult(storage.getFileSize(entry.lfn))
    try:
        if found["OK"] and found["Value"] == entry.size:
            compare(storage, entry.lfn, path)
            return True
    except ArchiveError as error:
        _log.warn("A copy that can't be used will be replaced", f"{entry.lfn}: {error}")
    _require_unclaimed(storage, entry, found)
    _remove(storage, entry.lfn)
    return False


def _require_unclaimed(storage: Any, entry: CatalogueEntry, size_answer: dict) -> None:
    """Raise ArchiveError when the copy is, by the catalogue, another file that is whole, or may be, here or elsewhere.

    A database that was restored from an old backup has no record of such a file. A size that can't be had is no
    reason to take the copy for damaged.
    """
    known = metadata(storage.vo, entry.lfn)
    if not known or entry.is_same_file(known):
        return
    if not size_answer["OK"] or size_answer["Value"] == int(known["Size"]):
        raise ArchiveError(f"Another file is registered as {entry.lfn}; it is left alone")
    require_no_other_replica(storage, entry.lfn)


def _upload(storage: Any, lfn: str, path: str) -> None:
    """Upload a file, whatever the answer is. Raise ArchiveError when no copy exists afterwards."""
    answer = returnSingleResult(storage.putFile({lfn: path}))
    if not exists(storage, lfn):
        raise ArchiveError(f"Nothing arrived on {storage.name}: {answer.get('Message', 'it was said to be there')}")


def _fetch_anywhere(vo: str, se: str, lfn: str, folder: str) -> Path:
    reason = "No storage element gives the file"
    if se:
        try:
            return fetch(element(se, vo), lfn, folder)
        except ArchiveError as error:
            reason = f"{error}; no other storage element gives it either"
    elif not metadata(vo, lfn):
        raise LogNotFound(f"The file catalogue has no file {lfn}")
    value(DataManager(vo=vo).getFile(lfn, destinationDir=folder), reason)
    return Path(folder) / Path(lfn).name


def _remove(storage: Any, lfn: str) -> None:
    value(DataManager(vo=storage.vo).removeFile(lfn, force=True), f"{lfn} can't be removed")
    if exists(storage, lfn):
        value(storage.removeFile(lfn), f"{lfn} can't be removed from {storage.name}")
