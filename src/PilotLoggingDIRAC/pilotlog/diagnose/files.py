"""Logs in files: plain or compressed with gzip, or from standard input."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..errors import InvalidInput

STDIN = "-"
_PIECE_BYTES = 1024 * 1024
_GZIP = b"\x1f\x8b"


class UnreadableFile(InvalidInput):
    """A file that is not there, or whose contents can't be read."""


def pieces(name: str) -> Iterator[bytes]:
    """Yield the text of a file piece by piece, decompressed where it is compressed. Raise UnreadableFile."""
    try:
        if name == STDIN:
            yield from _read(sys.stdin.buffer)
        else:
            with Path(name).open("rb") as file:
                yield from _read(file)
    except (OSError, EOFError, zlib.error) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise UnreadableFile(f"{name}: {reason}") from None


def _read(file: IO[bytes]) -> Iterator[bytes]:
    head = file.read(_PIECE_BYTES)
    if not head.startswith(_GZIP):
        while head:
            yield head
            head = file.read(_PIECE_BYTES)
        return
    unpacked = gzip.GzipFile(fileobj=_Joined(head, file))  # type: ignore[call-overload]
    while piece := unpacked.read(_PIECE_BYTES):
        yield piece


class _Joined:
    """A file whose first bytes were read already."""

    def __init__(self, head: bytes, file: IO[bytes]) -> None:
        self._head, self._file = head, file

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes."""
        if not self._head:
            return self._file.read(size)
        size = len(self._head) if size < 0 else size
        part, self._head = self._head[:size], self._head[size:]
        return part
