"""Pieces of logs: where a part's come from, and those that were read last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Protocol

DATABASE = "Database"
ARCHIVE = "Archive"


class PartText(Protocol):
    """The text of one part of a log, in numbered pieces that never change; more may come behind them."""

    source: str

    def sizes(self, start: int) -> list[tuple[int, int]]:
        """(ends of lines, bytes) of the pieces from the start-th on."""

    def step(self, start: int) -> list[bytes]:
        """Some pieces from the start-th on, one at least; empty when there is none."""


class PieceCache:
    """The pieces that were read last, of all logs together, up to so many bytes."""

    def __init__(self, max_bytes: int):
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._pieces: OrderedDict[tuple, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple) -> bytes | None:
        """A piece, if it is still there."""
        with self._lock:
            if key in self._pieces:
                self._pieces.move_to_end(key)
            return self._pieces.get(key)

    def put(self, key: tuple, text: bytes) -> None:
        """Keep a piece; the ones that were not asked for longest make room."""
        with self._lock:
            self._bytes += len(text) - len(self._pieces.pop(key, b""))
            self._pieces[key] = text
            while self._bytes > self._max_bytes:
                self._bytes -= len(self._pieces.popitem(last=False)[1])
