"""The text of one part of a log, in chunks: where they come from, and those that were read last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from ..model import Log, State

DATABASE = "Database"
ARCHIVE = "Archive"


class PartText(Protocol):
    """The text of one part of a log, in numbered chunks that never change; more may come behind them."""

    source: str

    def sizes(self, start: int) -> list[tuple[int, int]]:
        """(ends of lines, bytes) of the chunks from the start-th on."""

    def step(self, start: int) -> list[bytes]:
        """Some chunks from the start-th on, one at least; empty when there is none."""


class ChunkCache:
    """The chunks that were read last, of all logs together, up to so many bytes."""

    def __init__(self, max_bytes: int):
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._chunks: OrderedDict[tuple, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple) -> bytes | None:
        """A chunk, if it is still there."""
        with self._lock:
            if key in self._chunks:
                self._chunks.move_to_end(key)
            return self._chunks.get(key)

    def put(self, key: tuple, text: bytes) -> None:
        """Keep a chunk; the ones that were not asked for longest make room."""
        with self._lock:
            self._bytes += len(text) - len(self._chunks.pop(key, b""))
            self._chunks[key] = text
            while self._bytes > self._max_bytes:
                self._bytes -= len(self._chunks.popitem(last=False)[1])


class DatabaseText:
    """A part's text in the store: a ``part_text.PartText``."""

    source = DATABASE

    def __init__(self, log: Log, sizes: Callable, step: Callable):
        """``sizes(id, start)`` and ``step(id, start)`` are those of ``sql.page_queries`` and ``sql.reading``."""
        self._id = log.id
        self._sizes = sizes
        self._step = step

    def sizes(self, start: int) -> list[tuple[int, int]]:
        """See ``PartText.sizes``."""
        return self._sizes(self._id, start)

    def step(self, start: int) -> list[bytes]:
        """See ``PartText.step``."""
        return [text for _, text in self._step(self._id, start)]


def text_of(log: Log, in_database: Callable[[Log], PartText], copy: Callable[[Log], PartText]) -> PartText:
    """Where a part is read: in the store while it is there, else its archived copy."""
    return copy(log) if log.state is State.PURGED else in_database(log)
