"""Lines out of batches, which may begin and end in the middle of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class LineCutter:
    """The cutter of one log's text. ``sequence`` and ``offset`` are where the line begins that has not ended."""

    sequence: int
    offset: int
    _held: list[bytes] = field(default_factory=list)

    def feed(self, sequence: int, text: bytes) -> Iterator[bytes]:
        """Yield the lines that end in a batch, without their line ends. The first batch is that of ``sequence``."""
        begin = 0 if self._held else self.offset
        lines = text[begin:].split(b"\n")
        rest = lines.pop()
        if lines:
            lines[0] = b"".join((*self._held, lines[0]))
            self._held = []
        if not self._held:
            self.sequence, self.offset = sequence, len(text) - len(rest)
        if rest:
            self._held.append(rest)
        elif not self._held:
            self.sequence, self.offset = sequence + 1, 0
        yield from lines

    def skip(self, sequence: int) -> None:
        """Go on behind a batch; the line that has not ended is left."""
        self.sequence, self.offset, self._held = sequence + 1, 0, []

    @property
    def rest(self) -> bytes:
        """Return the beginning of the line that has not ended."""
        return b"".join(self._held)
