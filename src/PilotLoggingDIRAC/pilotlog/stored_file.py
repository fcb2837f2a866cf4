"""Archived copies: files of a storage element, and the places of logs in bundles, files that hold many logs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes of a log's copy in a bundle: offset, size, and their CRC-32."""

    offset: int
    size: int
    crc: int


@dataclass(frozen=True, slots=True)
class Member(ByteRange):
    """Place of a log's copy in a bundle that is recorded: its bytes, and the bundle's number."""

    bundle: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Place and expected content of an archived file. Sizes in bytes, checksum adler32 as DIRAC writes it.

    Without ``member`` the file is one log's copy, as gzip writes it. With one it is a bundle, which holds the copy.
    """

    se: str
    lfn: str
    guid: str
    size: int
    checksum: str
    member: Member | None = None

    @property
    def whole(self) -> StoredFile:
        """Return the file as a whole: the bundle of a member, or the file itself."""
        return dataclasses.replace(self, member=None) if self.member else self
