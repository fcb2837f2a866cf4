"""Gaps: refused text is counted by log, and one marked line reports it with the next group."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Batch, PilotId
from ..ports import Clock
from ..text.marked_line import marked_line

_MAX_LOGS = 10_000
_LOGS_PER_STEP = 200


@dataclass(frozen=True, slots=True)
class Gap:
    """Text that is missing at one place of a log: number of batches, bytes, and the last reason."""

    batches: int
    bytes: int
    reason: str

    def __add__(self, other: Gap) -> Gap:
        return Gap(self.batches + other.batches, self.bytes + other.bytes, other.reason)


class Gaps:
    """The gaps that no line reports yet. Their number is bounded; ``untold`` counts those beyond the bound."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._lock = threading.Lock()
        self._gaps: dict[PilotId, Gap] = {}
        self.untold = 0

    def add(self, batch: Batch, reason: str) -> None:
        """Add the gap of a refused batch; a finalise mark without text leaves none."""
        if batch.text:
            self.merge({batch.pilot: Gap(1, len(batch.text) + batch.missing_bytes, reason)})

    def merge(self, gaps: Mapping[PilotId, Gap]) -> None:
        """Add gaps; also those that ``take`` returned and whose lines could not be stored."""
        with self._lock:
            for pilot, gap in gaps.items():
                if pilot in self._gaps:
                    self._gaps[pilot] += gap
                elif len(self._gaps) < _MAX_LOGS:
                    self._gaps[pilot] = gap
                else:
                    self.untold += 1

    def take(self) -> tuple[dict[PilotId, Gap], list[Batch]]:
        """Take out the oldest gaps, a bounded number, and return them with the batches of their lines."""
        if not self._gaps:
            return {}, []
        with self._lock:
            gaps = {pilot: self._gaps.pop(pilot) for pilot in list(self._gaps)[:_LOGS_PER_STEP]}
        return gaps, [self._line(pilot, gap) for pilot, gap in sorted(gaps.items())]

    def __len__(self) -> int:
        return len(self._gaps)

    def _line(self, pilot: PilotId, gap: Gap) -> Batch:
        """Return the line that reports a gap. It begins with a line break, as the text before may end mid-line."""
        now = self._clock()
        what = f"{gap.batches} messages with {gap.bytes} bytes are missing here: {gap.reason}"
        return Batch(pilot, now, marked_line(now, what), missing_bytes=gap.bytes)
