"""Readers of logs that are kept in memory from one look to the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...diagnose import DiagnosisReader, Rules
from ...diagnose.settings import DiagnosisSettings
from ...model import Log, PartIdentity

#: Among this many that were not looked at for the longest time, the one of the smallest log is forgotten.
_OLDEST = 16


@dataclass(slots=True)
class OpenReader:
    """A log's reader, None for a text that can't be read, and how far it has read.

    ``noted`` is the reader's at the last diagnosis, -1 before the first; ``has_ended`` is what was stored then.
    """

    identity: PartIdentity
    reader: DiagnosisReader | None
    rules: Rules
    sequence: int = 0
    size: int = 0
    noted: int = -1
    has_ended: bool = False

    def is_behind(self, log: Log) -> bool:
        """Return whether the log has text that was not read, and can be."""
        return self.reader is not None and self.sequence < log.next_sequence

    def with_bounds(self, bounds: DiagnosisSettings) -> DiagnosisReader | None:
        """Return the reader if it has these bounds; of the log's end it may keep less."""
        if self.reader is None or self.reader.settings != replace(bounds, end_bytes=self.reader.settings.end_bytes):
            return None
        return self.reader

    def stored(self, ended: bool) -> None:
        """Note that what it says now is stored."""
        self.noted, self.has_ended = self.reader.noted if self.reader else -1, ended

    def read(self, sequence: int, text: bytes) -> None:
        """Read one chunk."""
        if self.reader is not None:
            self.reader.advance(text)
        self.sequence, self.size = sequence + 1, self.size + len(text)


class Readings:
    """The kept readers by the ids of their logs, at most ``most``. Large logs are kept for longest: they take most time
    to read again.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[int, OpenReader] = {}

    def __contains__(self, log_id: int) -> bool:
        """Return whether there is a reading of a log, by whatever rules. Any thread may ask."""
        return log_id in self._kept

    def of(self, log: Log, rules: Rules) -> OpenReader | None:
        """Return the reading of a log by these rules; None if there is none."""
        if (kept := self.take(log, rules)) is not None:
            self._kept[log.id] = kept
        return kept

    def take(self, log: Log, rules: Rules) -> OpenReader | None:
        """Return the reading as ``of``, and forget it."""
        kept = self._kept.pop(log.id, None)
        return None if kept is None or kept.identity != log.identity or kept.rules is not rules else kept

    def keep(self, log: Log, kept: OpenReader) -> None:
        """Keep a reading."""
        while len(self._kept) >= self._most:
            oldest = list(itertools.islice(self._kept, _OLDEST))
            del self._kept[min(oldest, key=lambda log_id: self._kept[log_id].size)]
        self._kept[log.id] = kept

    def ids(self) -> list[int]:
        """Return the ids of logs that have one."""
        return list(self._kept)

    def drop(self, ids: Iterable[int]) -> None:
        """Forget the readings of some logs."""
        for log_id in ids:
            self._kept.pop(log_id, None)

    def clear(self) -> None:
        """Forget all readings."""
        self._kept.clear()
