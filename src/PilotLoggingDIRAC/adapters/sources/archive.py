"""The source for archived copies, and for the files that DIRAC's own logging uploaded."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, LogNotFound, storing
from PilotLoggingDIRAC.pilotlog.model import Log, Output, PilotId, State
from PilotLoggingDIRAC.pilotlog.ports import Archive
from PilotLoggingDIRAC.pilotlog.read import outputs, source_chain
from PilotLoggingDIRAC.pilotlog.settings import MiB

FetchOld = Callable[[PilotId, Path], None]
"""Fetch the file that DIRAC's own logging uploaded for a pilot. Raise LogNotFound or ArchiveError."""


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """A pilot's log from its archived copies; parts that are not archived yet come from the database.

    Of a log of more than ``max_bytes`` the end is returned. ``archive_for(log)`` raises ArchiveError.
    """

    reader: outputs.LogLookup
    archive_for: Callable[[Log], Archive]
    fetch_old: FetchOld
    max_bytes: int
    name = source_chain.ARCHIVE

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return all parts in order; a part that is stored nowhere any more is left out, with a line that says so.

        Raise LogNotFound when no part of the log is in the archive, and ArchiveError.
        """
        with storing("an archived copy"), PrivateFolder("read") as folder:
            try:
                parts = outputs.parts_of(self.reader, pilot, reference)
            except LogNotFound:
                return self._old(pilot, folder)
            return self._new(parts, folder)

    def _new(self, parts: list[Log], folder: Path) -> Output:
        lost = outputs.lost_parts(parts)
        present = [log for log in parts if log.part not in lost]
        if not present:
            raise LogNotFound("the log is no longer kept")
        # of a log with a lost part CollectorSource gives nothing: what is left comes from here, also from the database
        if not lost and not any(map(_is_archived, present)):
            raise LogNotFound("the log is not in the archive")
        chunks = (text for log in present for text in self._text(log, folder))
        return outputs.describe(parts, source_chain.whole_text(chunks, self.max_bytes))

    def _text(self, log: Log, folder: Path) -> Iterator[bytes]:
        if not _is_archived(log):
            return outputs.stored_text(self.reader, log)
        return archived_text(self.archive_for(log), log, folder / f"{log.part}.gz")

    def _old(self, pilot: PilotId, folder: Path) -> Output:
        path = folder / "old"
        self.fetch_old(pilot, path)
        with path.open("rb") as file:
            text = source_chain.whole_text(_blocks(file), self.max_bytes)
        return Output(text, final=True, complete=True)  # DIRAC uploads what its pilot has finalised


def _is_archived(log: Log) -> bool:
    """Return whether the verified copy is the whole log; late text makes a log Receiving or Complete again."""
    return log.file is not None and log.state in (State.ARCHIVED, State.PURGED)


def archived_text(archive: Archive, log: Log, path: Path) -> Iterator[bytes]:
    """Yield the text of a log's archived copy, in blocks of 1 MiB; ``path`` is a temporary file. Raise ArchiveError."""
    if log.file is None:
        raise ArchiveError("the log has no archived copy")
    archive.get(log.file, path)
    yield from _unpacked(path, log.bytes)


def _unpacked(path: Path, size: int) -> Iterator[bytes]:
    """Yield the text of a gzip file, then remove the file. Raise ArchiveError unless the text has ``size`` bytes."""
    unpacked = 0
    try:
        with gzip.GzipFile(path) as file:
            for block in _blocks(file):
                unpacked += len(block)
                if unpacked > size:
                    break
                yield block
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError("the archived copy can't be unpacked") from error
    finally:
        path.unlink(missing_ok=True)
    if unpacked != size:
        raise ArchiveError("the archived copy is not as long as the log")


def _blocks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while block := file.read(MiB):
        yield block
