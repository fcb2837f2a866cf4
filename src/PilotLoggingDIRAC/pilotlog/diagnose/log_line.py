"""One line of a log, as rules and facts see it: its text, its header, and whose text it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from ..text.outline import piece_start
from ..text.terminal_lines import GLUED, PILOT_TIME, Header, header

_HEADER_BYTES = 400
#: Length of the longest time at a line's beginning.
_TIME_BYTES = 30
_QUIET = frozenset(("DEBUG", "VERBOSE"))


class Origin(Enum):
    """Whose text a line is."""

    PILOT = "pilot"
    """The wrapper's, the pilot's or a program of DIRAC's: it has a header."""

    PROGRAM = "program"
    """Output of a program that a command runs, or the rest of a message of several lines."""

    JOB = "job"
    """A job's own output, which the JobWrapper repeats."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line or, where one has several pieces, a piece; ``number`` counts from 1."""

    number: int
    start: int
    end: int
    text: bytes
    header: Header | None
    origin: Origin

    @property
    def quiet(self) -> bool:
        """Return whether the line is of a level for developers."""
        return self.header is not None and self.header.level in _QUIET


@dataclass(slots=True)
class Lines:
    """The line around a place, between line breaks. The last one is remembered, with the rules tried on it."""

    block: bytes
    looked_bytes: int
    _start: int = 0
    _end: int = -1
    _text: bytes = b""
    _tried: set[int] = field(default_factory=set)

    def untried(self, place: int, rule_id: int) -> bytes | None:
        """Return the text around a place, up to the bounds of its line; None if the rule was tried on it before."""
        if not self._start <= place < self._end:
            self._go_to(place)
        if rule_id in self._tried:
            return None
        self._tried.add(rule_id)
        return self._text

    def _go_to(self, place: int) -> None:
        least, most = max(place - self.looked_bytes, 0), place + self.looked_bytes
        self._start = max(self.block.rfind(b"\n", least, place) + 1, least)
        end = self.block.find(b"\n", place, most)
        self._end = end if end >= 0 else most
        self._text = self.block[self._start : self._end]
        self._tried.clear()


def line_at(block: bytes, place: int, number: int, in_job: bool, looked_bytes: int) -> LogLine:
    """Return the line that has a place."""
    start = block.rfind(b"\n", max(place - looked_bytes, 0), place) + 1
    end = block.find(b"\n", place, place + looked_bytes)
    if start == 0 or end < 0 or _has_pieces(block, start, end):
        start, end = _piece(block, place, looked_bytes)
    known = header(block[start : start + _HEADER_BYTES])
    text = block[max(start, place - looked_bytes) : min(end, place + looked_bytes)]
    origin = Origin.JOB if in_job else Origin.PILOT if known else Origin.PROGRAM
    return LogLine(number, start, end, text, known, origin)


def _has_pieces(block: bytes, start: int, end: int) -> bool:
    """Return whether a line may have several pieces: it has a carriage return, or a time after its beginning."""
    first = block.find(b"Z ", start, end)
    if first - start > _TIME_BYTES or (first >= 0 and not block[start : start + 1].isdigit()):
        return True
    return block.find(b"Z ", first + 1, end) >= 0 <= first or block.find(b"\r", start, end) >= 0


def _piece(block: bytes, place: int, looked_bytes: int) -> tuple[int, int]:
    start, _ = piece_start(block, place)
    end = block.find(b"\n", place)
    end = len(block) if end < 0 else end
    glued = GLUED.search(block, place, min(end, place + looked_bytes))
    return start, glued.start() if glued else end


#: A job's output in a log: after BEGINNINGS, up to the next line of the JobWrapper or of the pilot.
BEGINNINGS = (b"================START================", b" lines of application output from JobWrapper on ")
_AGENT = rb"\n\d{4}-[^\n ]{6,30}(?: [\d:.,]{8,20})?(?: UTC)? [^\n ]*JobAgent "
_PILOT = rb"\n" + PILOT_TIME + rb"[A-Z]{4,9}[ \t]+\["
_WRAPPER = rb"\n\d{4}-[^\n ]{6,30}(?: [\d:.,]{8,20})?(?: UTC)? [^\n ]*(?:JobWrapper|Watchdog|WorkloadManagement)"
_ENDINGS = (
    re.compile(b"|".join((rb"=================END=================", _AGENT, _PILOT))),
    re.compile(b"|".join((_WRAPPER, _AGENT, _PILOT))),
)


@dataclass(slots=True)
class OutputPlace:
    """The place of a job's output: whether a block begins within one, and where the present one ends."""

    kind: int | None = None
    until: int = 0

    def begin_block(self, block: bytes) -> None:
        """Look for the end of output that began in a block before."""
        self.until = self._end(block, 0) if self.kind is not None else 0

    def begin(self, block: bytes, place: int, text: bytes) -> None:
        """Note that a job's output begins at a place."""
        if not self.has(place):
            self.kind = BEGINNINGS.index(text)
            self.until = self._end(block, place + len(text))

    def has(self, place: int) -> bool:
        """Return whether a place is within a job's output."""
        return place < self.until

    def _end(self, block: bytes, place: int) -> int:
        assert self.kind is not None
        if match := _ENDINGS[self.kind].search(block, place):
            self.kind = None
            return match.start() + 1
        return len(block) + 1
