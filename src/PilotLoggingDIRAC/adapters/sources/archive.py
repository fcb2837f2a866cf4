"""The source that is the archive: files on a storage element, and DIRAC's own from before."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Log, Output, PilotId, State
from PilotLoggingDIRAC.pilotlog.ports import Archive
from PilotLoggingDIRAC.pilotlog.read import outputs, source_chain
from PilotLoggingDIRAC.pilotlog.settings import MiB

FetchOld = Callable[[PilotId, Path], None]
"""Brings the file that DIRAC's own logging uploaded for a pilot. Raises LogNotFound or ArchiveError."""


class ArchiveSource:
    """A pilot's log from its archived copies; parts that came later, and are not archived yet, from the database."""

    name = source_chain.ARCHIVE

    def __init__(
        self, reader: outputs.Reader, archive_for: Callable[[Log], Archive], fetch_old: FetchOld, max_bytes: int
    ):
        """Of a log of more than ``max_bytes`` the end is given. ``archive_for(log)`` raises ArchiveError."""
        self._reader = reader
        self._archive_for = archive_for
        self._fetch_old = fetch_old
        self._max_bytes = max_bytes

    def output(self, pilot: PilotId, reference: str) -> Output:
        """All parts, one after the other; those that are nowhere any more are left out, with a line that says so.

        Raises LogNotFound when nothing of the log is in the archive; ArchiveError.
        """
        with PrivateFolder("read") as folder:
            try:
                parts = outputs.parts_of(self._reader, pilot, reference)
            except LogNotFound:
                return self._old(pilot, folder)
            return self._new(parts, folder)

    def _new(self, parts: list[Log], folder: Path) -> Output:
        lost = outputs.lost_parts(parts)
        kept = [log for log in parts if log.part not in lost]
        if not kept:
            raise LogNotFound("the log is no longer kept")
        if not lost and not any(map(_is_archived, kept)):
            raise LogNotFound("the log is not in the archive")
        chunks = (text for log in kept for text in self._text(log, folder))
        return outputs.describe(parts, source_chain.whole_text(chunks, self._max_bytes))

    def _text(self, log: Log, folder: Path) -> Iterator[bytes]:
        if not _is_archived(log):
            return outputs.stored_text(self._reader, log)
        return archived_text(self._archive_for(log), log, folder / f"{log.part}.gz")

    def _old(self, pilot: PilotId, folder: Path) -> Output:
        path = folder / "old"
        self._fetch_old(pilot, path)
        with path.open("rb") as file:
            text = source_chain.whole_text(_chunks(file), self._max_bytes)
        return Output(text, final=True, complete=True)  # DIRAC uploads what its pilot has finalised


def _is_archived(log: Log) -> bool:
    """Whether the verified copy is the whole log; late text makes it Receiving or Complete again."""
    return log.file is not None and log.state in (State.ARCHIVED, State.PURGED)


def archived_text(archive: Archive, log: Log, path: Path) -> Iterator[bytes]:
    """The text of a log's archived copy, in chunks of 1 MiB, by way of a file that is removed. Raises ArchiveError."""
    archive.get(log.file, path)
    yield from _unpacked(path, log.bytes)


def _unpacked(path: Path, size: int) -> Iterator[bytes]:
    """The text of a gzip file, which is removed afterwards. Raises ArchiveError unless it has exactly ``size`` bytes."""
    unpacked = 0
    try:
        with gzip.open(path) as file:
            for chunk in _chunks(file):
                unpacked += len(chunk)
                if unpacked > size:
                    break
                yield chunk
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError("the archived copy can't be unpacked") from error
    finally:
        path.unlink(missing_ok=True)
    if unpacked != size:
        raise ArchiveError("the archived copy is not as long as the log")


def _chunks(file) -> Iterator[bytes]:
    while chunk := file.read(MiB):
        yield chunk
