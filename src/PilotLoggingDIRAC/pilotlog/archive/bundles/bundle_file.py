"""Bundle files: ZIP with stored members, the same bytes for the same members, written and read by Python's zipfile."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import IO

from ...errors import ArchiveError
from ...stored_file import ByteRange

_BLOCK = 1024 * 1024
#: The earliest time that a ZIP can tell: the same logs give the same file.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o100600 << 16


class BundleWriter:
    """A bundle that is being written; a context, and the file is whole when that ends."""

    def __init__(self, path: Path):
        self._file = open(path, "w+b", opener=_private)  # noqa: SIM115  (closed by __exit__)
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._zip.close()
        finally:
            self._file.close()

    @property
    def size(self) -> int:
        """Return the bytes written so far."""
        return self._file.tell()

    def add(self, name: str, content: IO[bytes], size: int) -> ByteRange:
        """Add a member of ``size`` bytes, as it is, and return its place."""
        info = zipfile.ZipInfo(name, _NO_TIME)
        info.create_system, info.external_attr, info.file_size = _UNIX, _MODE, size
        with self._zip.open(info, "w") as member:
            offset, crc = self._file.tell(), 0
            while block := content.read(_BLOCK):
                member.write(block)
                crc = zlib.crc32(block, crc)
        return ByteRange(offset, self._file.tell() - offset, crc)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def write_without(names: Collection[str], old: Path, new: Path) -> dict[str, ByteRange]:
    """Write the bundle ``new`` with the members of ``old`` but those named. Return the places of its members, by name.

    Raise ArchiveError when ``old`` is no bundle or damaged.
    """
    places = {}
    try:
        with zipfile.ZipFile(old) as source, BundleWriter(new) as target:
            for info in source.infolist():
                if info.filename not in names:
                    with source.open(info) as member:
                        places[info.filename] = target.add(info.filename, member, info.file_size)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise ArchiveError(f"The bundle can't be read: {error}") from error
    return places


def cut(bundle: int, place: ByteRange, path: Path) -> None:
    """Write a member's bytes into a private file; ``bundle`` is the descriptor of an open bundle.

    Raise ArchiveError unless they can be read and are what was archived; OSError if the file can't be written.
    """
    try:
        content = os.pread(bundle, place.size, place.offset)
    except OSError as error:
        raise ArchiveError(f"The bundle can't be read: {error.strerror or error}") from error
    store(content, place, path)


def store(content: bytes, place: ByteRange, path: Path) -> None:
    """Write bytes that were read at a member's place. Raise ArchiveError unless they are what was archived."""
    if len(content) != place.size:
        raise ArchiveError(f"The bundle has {len(content)} bytes of a copy of {place.size}")
    if zlib.crc32(content) != place.crc:
        raise ArchiveError("The copy in the bundle is not what was archived")
    with open(path, "wb", opener=_private) as file:
        file.write(content)
