"""The text of one part of a log, in chunks: its place, and a cache of recent chunks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from cachetools import LRUCache

from ..model import Log, PartIdentity, State
from ..stored_file import StoredFile

DATABASE = "Database"
ARCHIVE = "Archive"

TextKey = tuple[PartIdentity, str, StoredFile | None]
"""Whose text it is, its source, and the copy's file; no id of the database, as a restored one uses ids again."""

ChunkKey = tuple[TextKey, int]
"""A text, and the number of the chunk in its part."""


#: Memory of an entry besides its text.
_ENTRY_BYTES = 512


class PartText(Protocol):
    """The text of one part of a log, in numbered chunks that never change; more may be added at the end."""

    source: str

    def sizes(self, start: int) -> list[tuple[int, int]]:
        """Return (line ends, bytes) of the chunks from ``start`` on."""

    def step(self, start: int) -> list[bytes]:
        """Return some chunks from ``start`` on, at least one; empty at the end."""


class ChunkCache:
    """The chunks that were read last, of all logs together, within a limit of bytes."""

    def __init__(self, max_bytes: int):
        self._lock = threading.Lock()
        self._chunks: LRUCache[ChunkKey, bytes] = LRUCache(max_bytes, getsizeof=lambda text: len(text) + _ENTRY_BYTES)

    def get(self, key: ChunkKey) -> bytes | None:
        """Return a chunk, None if it is not cached."""
        with self._lock:
            return self._chunks.get(key)

    def clear(self) -> None:
        """Forget all chunks."""
        with self._lock:
            self._chunks.clear()

    def put(self, key: ChunkKey, text: bytes) -> None:
        """Cache a chunk, unless it is larger than the cache; the least recently used ones make room."""
        with self._lock:
            if len(text) + _ENTRY_BYTES <= self._chunks.maxsize:
                self._chunks[key] = text


class DatabaseText:
    """A part's text in the store, which is a ``part_text.PartText``."""

    source = DATABASE

    def __init__(
        self,
        log: Log,
        sizes: Callable[[Log, int], list[tuple[int, int]]],
        step: Callable[[Log, int], list[tuple[int, bytes]]],
    ):
        """Make it; ``sizes(log, start)`` and ``step(log, start)`` are those of ``sql.read.page_queries`` and
        ``sql.read.reader``.
        """
        self._log = log
        self._sizes = sizes
        self._step = step

    def sizes(self, start: int) -> list[tuple[int, int]]:
        """See ``PartText.sizes``."""
        return self._sizes(self._log, start)

    def step(self, start: int) -> list[bytes]:
        """See ``PartText.step``."""
        return [text for _, text in self._step(self._log, start)]


def text_of(log: Log, in_database: Callable[[Log], PartText], copy: Callable[[Log], PartText]) -> PartText:
    """Return a part's text: from the store while it is there, else from its archived copy."""
    return copy(log) if log.state is State.PURGED else in_database(log)
