"""A log packed into a file for the archive: the same log always gives the same bytes, the same name, the same GUID."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol
from uuid import NAMESPACE_URL, uuid5

from ..errors import ArchiveError
from ..model import Log
from ..stored_file import StoredFile
from .custody import Content

_MAX_LFN = 255
_BLOCK = 1024 * 1024


class Texts(Protocol):
    """The text of stored logs."""

    def chunks(self, log: Log, sequence: int = 0) -> Iterator[tuple[int, bytes]]:
        """See ``StoredLogs.chunks``."""


@dataclass(frozen=True, slots=True)
class Target:
    """The storage element and the folder of a VO's archive."""

    se: str
    path: str

    def file(self, log: Log, generation: int, content: Content) -> StoredFile:
        """Return the file of a log's generation: ``<path>/<yyyy>/<mm>/<dd>/<stamp>.<part>.<generation>.log.gz``.

        The date is that of the first text. The GUID is made from the LFN, in capitals as DIRAC writes GUIDs. Raise
        ArchiveError for an LFN longer than the 255 characters that catalogues take.
        """
        return self._named(log.first_seen, copy_name(log.pilot.stamp, log.part, generation), content)

    def bundle(self, since: datetime, number: int, content: Content) -> StoredFile:
        """Return the file of a bundle: ``<path>/<yyyy>/<mm>/<dd>/<yyyymmdd>T<hhmmss>-<number>.zip``.

        ``since`` is the time of the first text in it. See ``file``.
        """
        return self._named(since, f"{since:%Y%m%dT%H%M%S}-{number}.zip", content)

    def rewritten(self, old: StoredFile, number: int, content: Content) -> StoredFile:
        """Return the file of a bundle that takes the place of another one, beside that."""
        since = old.lfn.rpartition("/")[2].partition("-")[0]
        return self._file(f"{old.lfn.rpartition('/')[0]}/{since}-{number}.zip", content)

    def _named(self, since: datetime, name: str, content: Content) -> StoredFile:
        return self._file(f"{self.path.rstrip('/')}/{since:%Y/%m/%d}/{name}", content)

    def _file(self, lfn: str, content: Content) -> StoredFile:
        if len(lfn) > _MAX_LFN:
            raise ArchiveError(f"The LFN would have {len(lfn)} characters, at most {_MAX_LFN} are possible")
        guid = str(uuid5(NAMESPACE_URL, f"lfn:{lfn}")).upper()
        return StoredFile(self.se, lfn, guid, content.size, content.checksum)


def copy_name(stamp: str, part: int, generation: int) -> str:
    """Return the name of a log's copy, whether that is a file of its own or a member of a bundle."""
    return f"{stamp}.{part}.{generation}.log.gz"


def pack(log: Log, texts: Texts, path: Path) -> Content:
    """Write a log's text into a gzip file without time or name; text that came after the log was read is left out.

    Raise ArchiveError when the store does not hold all of the text.
    """
    with (
        open(path, "wb", opener=_private) as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as file,
    ):
        found = _copy(log, texts, file)
    if found != log.bytes:
        raise ArchiveError(f"The database holds {found} bytes of this log's {log.bytes}")
    return content(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _copy(log: Log, texts: Texts, file: gzip.GzipFile) -> int:
    size = expected = 0
    for sequence, text in texts.chunks(log):
        if sequence >= log.next_sequence:
            break
        if sequence != expected:
            raise ArchiveError(f"The database lacks chunk {expected} of this log")
        size, expected = size + file.write(text), expected + 1
        if expected == log.next_sequence:  # another look into the store would find nothing that is wanted
            break
    return size


def content(path: Path) -> Content:
    """Return size and checksum of a file."""
    with path.open("rb") as file:
        return content_of(file)


def content_of(file: IO[bytes]) -> Content:
    """Return size and checksum of an open file, from where it is read next."""
    size, checksum = 0, zlib.adler32(b"")
    while block := file.read(_BLOCK):
        size, checksum = size + len(block), zlib.adler32(block, checksum)
    return Content(size, f"{checksum & 0xFFFFFFFF:08x}")
