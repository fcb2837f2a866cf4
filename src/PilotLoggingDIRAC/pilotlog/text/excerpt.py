"""Messages that are longer than one may be: the head and the tail are stored, with a marked line between them.

Both are whole lines where there are any, so that no secret is cut in two. The tail begins where no secret is open that
began before it; for that, the text in front of it is looked at too.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..model import Batch, Cut
from .marked_line import marked_line
from .redaction.swallow import MAX_BYTES
from .sums import Sums
from .utf8 import character_boundary

OpenBytes = Callable[[bytes, bytes], int]
"""``open_bytes(before, text)``: how many bytes at the start of ``text`` are of a secret that begins in ``before``."""

_TIME_BYTES = 64 * 1024
_TIME = re.compile(rb"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[.,](\d{1,6})\d*Z ", re.MULTILINE)


class HeadAndTail:
    """Text that comes in pieces. All of it is held up to ``max_bytes``, of longer text half of that at each end."""

    def __init__(self, max_bytes: int):
        self.max_bytes = max_bytes
        self.size = 0
        self._head_room = max_bytes // 2
        self._tail_room = max_bytes - self._head_room
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._head_bytes = self._tail_bytes = 0
        self._sums: Sums | None = None
        self._is_forgotten = False

    @property
    def held_bytes(self) -> int:
        """Return the bytes in memory."""
        return self._head_bytes + self._tail_bytes

    @property
    def is_whole(self) -> bool:
        """Return whether nothing had to be left out."""
        return self.size <= self.max_bytes

    def add(self, piece: bytes) -> None:
        """Take the next piece of text."""
        self.size += len(piece)
        self._sum_up(piece)
        room = self._head_room - self._head_bytes
        if room > 0:
            self._head.append(piece[:room])
            self._head_bytes += len(self._head[-1])
            piece = piece[room:]
        if piece:
            self._tail.append(piece)
            self._tail_bytes += len(piece)
        while self._tail and self._tail_bytes - len(self._tail[0]) >= self._tail_room:
            self._tail_bytes -= len(self._tail.popleft())

    def _sum_up(self, piece: bytes) -> None:
        """Take sums of a text that is too long, from its beginning on, which is held until now."""
        if self._sums is None and not self.is_whole and not self._is_forgotten:
            self._sums = Sums()
            for held in (*self._head, *self._tail):
                self._sums.add(held)
        if self._sums:
            self._sums.add(piece)

    def sums(self) -> bytes:
        """Return the sums of a text that is too long (``sums``)."""
        return self._sums.dump() if self._sums else b""

    def forget(self) -> None:
        """Hold nothing any more; what comes is only counted."""
        self._is_forgotten, self._sums = True, None
        self._head_room = self._tail_room = 0
        self._head, self._tail = [], deque()
        self._head_bytes = self._tail_bytes = 0

    def head(self) -> bytes:
        """Return the beginning of the text."""
        return b"".join(self._head)

    def tail(self) -> bytes:
        """Return the end of the text, after what was left out."""
        return b"".join(self._tail)[-self._tail_room :]

    def whole(self) -> bytes:
        """Return all of a text of which nothing was left out."""
        return b"".join([*self._head, *self._tail])


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a message's text that is stored, the number of bytes that are not, and where it was cut."""

    text: bytes
    missing_bytes: int = 0
    cut: Cut | None = None


def excerpt(arrived: HeadAndTail, received: datetime, open_bytes: OpenBytes) -> Excerpt:
    """Return the text to be stored of a message: all of it, or its head and tail with a marked line between.

    The line has the time of the last pilot's line before it.
    """
    if arrived.is_whole:
        return Excerpt(arrived.whole())
    head = _whole_lines(arrived.head())
    tail = _without_secret(arrived.tail(), arrived.max_bytes, open_bytes)
    missing = arrived.size - len(head) - len(tail)
    told = (
        f"{missing} bytes of a message are missing here: its {arrived.size} are over the limit of {arrived.max_bytes}"
    )
    line = marked_line(_last_time(head) or received, told)
    text = head + (line[1:] if head.endswith(b"\n") else line) + tail
    return Excerpt(text, missing, Cut(arrived.size, len(head), arrived.size - len(tail), arrived.sums()))


def behind(batch: Batch, repeated: int) -> Excerpt:
    """Return what is stored of a message whose first ``repeated`` bytes, as sent, were received before."""
    cut = batch.cut
    if not cut or repeated <= cut.head:
        return Excerpt(batch.text[repeated:], batch.missing_bytes)
    if not begins_left_out(batch, repeated):
        return Excerpt(batch.text[len(batch.text) - (cut.size - repeated) :], batch.missing_bytes - cut.missing)
    told, fewer = (b" %d bytes of a message" % number for number in (cut.missing, cut.tail - repeated))
    line_and_tail = batch.text[cut.head :].removeprefix(b"\n").replace(told, fewer, 1)
    return Excerpt(line_and_tail, batch.missing_bytes - (repeated - cut.head))


def begins_left_out(batch: Batch, place: int) -> bool:
    """Return whether the message from this place on begins in what was left out."""
    return batch.cut is not None and batch.cut.head < place < batch.cut.tail


def _whole_lines(head: bytes) -> bytes:
    return head[: head.rfind(b"\n") + 1] or head[: character_boundary(head, max(len(head) - 3, 0))]


def _without_secret(tail: bytes, max_bytes: int, open_bytes: OpenBytes) -> bytes:
    """Return the lines of a tail in front of which no secret is open; the lines before them are left out."""
    looked_at = min(MAX_BYTES, max_bytes // 8)
    start = tail.find(b"\n", looked_at) + 1
    if not start:
        return b""
    return tail[start + open_bytes(tail[max(start - looked_at, 0) : start], tail[start:]) :]


def _last_time(head: bytes) -> datetime | None:
    times = _TIME.findall(head[-_TIME_BYTES:])
    try:
        return datetime.fromisoformat(b".".join(times[-1]).decode()) if times else None
    except ValueError:
        return None
