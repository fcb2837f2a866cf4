"""Gaps: refused text is counted by log, and one marked line reports it with the next group.

Text whose commit got no answer, and which the spool did not take either, is refused and may be stored after all. The
line about it is offered under the number of that text: the store skips what it has, so the line is stored if and only
if the text is not.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import StoreUnavailable
from ..model import Batch, Numbered, PilotId
from ..ports import Clock
from ..text.marked_line import marked_line

_MAX_LOGS = 10_000
_LOGS_PER_STEP = 200
#: At most this many reports of text that may be stored are held; the text of others counts as missing.
_MAX_DOUBTFUL = 1000


@dataclass(frozen=True, slots=True)
class Gap:
    """Text that is missing at one place of a log: number of batches, bytes, and the last reason."""

    batches: int
    bytes: int
    reason: str

    def __add__(self, other: Gap) -> Gap:
        return Gap(self.batches + other.batches, self.bytes + other.bytes, other.reason)


@dataclass(frozen=True, slots=True)
class GapReport:
    """A gap to be reported in a log. ``number``: that of the text, if it may be stored after all; else 0."""

    pilot: PilotId
    gap: Gap
    number: int = 0

    @classmethod
    def of(cls, batch: Batch, reason: str, number: int = 0) -> GapReport:
        """Return the report of a refused batch."""
        return cls(batch.pilot, Gap(1, len(batch.text) + batch.missing_bytes, reason), number)


@dataclass(slots=True)
class Tried:
    """The numbers of a turn: those that are stored, spooled or put aside (``taken``), and those that were offered to
    the store and not refused by it (``in_doubt``, as far as they are not taken).
    """

    taken: set[int] = field(default_factory=set)
    in_doubt: set[int] = field(default_factory=set)

    def doubt(self, item: Numbered) -> int:
        """Return the number of a batch that may be stored, 0 for one that is not."""
        return item.number if item.number in self.in_doubt else 0


def together(reports: Iterable[GapReport]) -> list[GapReport]:
    """Return the reports of one transaction, one for each log, in the order of their numbers."""
    found: dict[PilotId, GapReport] = {}
    for report in reports:
        before = found.get(report.pilot)
        found[report.pilot] = dataclasses.replace(report, gap=before.gap + report.gap) if before else report
    return sorted(found.values(), key=lambda report: report.number)


class Gaps:
    """The gaps that no line reports yet. Their number is bounded: no line will report those beyond the bound."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._lock = threading.Lock()
        self._gaps: dict[PilotId, Gap] = {}
        self._doubtful: list[GapReport] = []
        self._last = datetime.min
        self._beyond = 0

    def add(self, batch: Batch, reason: str) -> None:
        """Add the gap of a refused batch; a finalise mark without text leaves none."""
        if batch.text:
            self.keep([GapReport.of(batch, reason)])

    def keep(self, reports: Iterable[GapReport]) -> None:
        """Keep reports for later; also those that ``take`` returned and whose lines could not be stored.

        Numbers must not be smaller than those of reports that are kept already.
        """
        with self._lock:
            for report in reports:
                if report.number and len(self._doubtful) < _MAX_DOUBTFUL:
                    self._doubtful.append(report)
                else:
                    self._merge(report.pilot, report.gap)

    def _merge(self, pilot: PilotId, gap: Gap) -> None:
        if pilot in self._gaps:
            self._gaps[pilot] += gap
        elif len(self._gaps) < _MAX_LOGS:
            self._gaps[pilot] = gap
        else:
            self._beyond += 1

    def take(self) -> list[GapReport]:
        """Take out the oldest reports, a bounded number; those with numbers come first, in their order."""
        if not len(self):
            return []
        with self._lock:
            doubtful, self._doubtful = self._doubtful, []
            certain = [GapReport(pilot, self._gaps.pop(pilot)) for pilot in sorted(list(self._gaps)[:_LOGS_PER_STEP])]
        return doubtful + certain

    def require_certain(self) -> None:
        """Raise StoreUnavailable while there are reports with numbers: the store would skip their lines once it has
        larger ones.
        """
        if self._doubtful:
            raise StoreUnavailable("Lines about refused text go to the database first; try again later")

    @property
    def untold(self) -> int:
        """Return how many logs wait for a line, each once, and how many messages beyond the bound were refused: their
        logs are not known, and they count as long as the process lives.
        """
        with self._lock:
            return len(self._gaps.keys() | {report.pilot for report in self._doubtful}) + self._beyond

    def __len__(self) -> int:
        """Return the number of reports that wait for a line."""
        return len(self._gaps) + len(self._doubtful)

    def line(self, report: GapReport) -> Batch:
        """Return the line of a report. It begins with a line break, as the text before may end mid-line. No two lines
        have the same time: of two equal ones the second would count as sent again.
        """
        now = self._last = max(self._clock(), self._last + timedelta(microseconds=1))
        gap = report.gap
        what = f"{gap.batches} messages with {gap.bytes} bytes are missing here: {gap.reason}"
        return Batch(report.pilot, now, marked_line(now, what), missing_bytes=gap.bytes)
