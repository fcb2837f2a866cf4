"""Lines out of chunks, which may begin and end in the middle of a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class LineCutter:
    """The cutter of one log's text. ``sequence`` and ``offset`` are where the line begins that was not yielded yet, or
    has not ended.
    """

    sequence: int
    offset: int
    _held: list[bytes] = field(default_factory=list)

    def feed(self, sequence: int, text: bytes) -> Iterator[bytes]:
        """Yield the lines that end in a chunk, without their line ends. The first chunk is that of ``sequence``."""
        begin = 0 if self._held else self.offset
        while (end := text.find(b"\n", begin)) >= 0:
            line = text[begin:end]
            if self._held:
                line, self._held = b"".join((*self._held, line)), []
            begin = end + 1
            self.sequence, self.offset = sequence, begin
            yield line
        if begin < len(text):
            self._hold(sequence, begin, text[begin:])
        elif not self._held:
            self.sequence, self.offset = sequence + 1, 0

    def _hold(self, sequence: int, begin: int, rest: bytes) -> None:
        if not self._held:
            self.sequence, self.offset = sequence, begin
        self._held.append(rest)

    def skip(self, sequence: int) -> None:
        """Go on after a chunk, without the line that has not ended."""
        self.sequence, self.offset, self._held = sequence + 1, 0, []

    @property
    def rest(self) -> bytes:
        """Return the beginning of the line that has not ended."""
        return b"".join(self._held)
