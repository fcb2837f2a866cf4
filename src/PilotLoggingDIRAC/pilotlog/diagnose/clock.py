"""Times of a log's lines: how long steps took, where the log was silent, and where the clock jumped.

Times are those with a zone (``Z`` or ``UTC``) at the beginning of a line; a program may write local time in any other
form. A step back, or ahead by days, is a jump: it is noted, and no duration has it in it.
"""

from __future__ import annotations

import operator
import re
from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from .settings import DiagnosisSettings

_STAMP = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| UTC) ")
#: The part of a line that is its time up to the second, if it begins with one.
_SECOND = operator.itemgetter(slice(0, 19))
_LAST_STEPS = 30
#: Length of a time up to its minute.
_MINUTE = 16


@dataclass(frozen=True, slots=True, order=True)
class Silence:
    """A time without a line: its length, the line after it, and the last time before it."""

    seconds: float
    line: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump of the clock: by how much, and the line after it. Steps back are negative."""

    line: int
    seconds: float


@dataclass(slots=True)
class _Place:
    """A place in a block that goes on from time to time, and the number of its line."""

    block: bytes
    line: int
    at: int = 0

    def go_to(self, stamp: bytes) -> int:
        """Go on to the next line that begins with a time, and return its number."""
        at = self.block.find(b"\n" + stamp, self.at)
        if at > self.at:
            self.line += self.block.count(b"\n", max(self.at, 0) + 1, at + 1)
            self.at = at
        return self.line


@dataclass(slots=True)
class Clock:
    """The times so far. Its lists are bounded."""

    settings: DiagnosisSettings
    first: datetime | None = None
    last: datetime | None = None
    silences: list[Silence] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)
    _recent: deque[Silence] = field(default_factory=lambda: deque(maxlen=_LAST_STEPS))

    def feed(self, block: bytes, line: int) -> None:
        """Note the times of a block; ``line`` is the number of the line after its first byte.

        Times that go on within a minute are neither silence nor jumps, and are not looked at.
        """
        before, minute = b"", b""
        place = _Place(block, line)
        for stamp in _stamps(block):
            if stamp[:_MINUTE] == minute and stamp >= before:
                before = stamp
                continue
            self._note(before)
            self._look(stamp, place)
            before, minute = stamp, stamp[:_MINUTE]
        self._note(before)

    def _note(self, stamp: bytes) -> None:
        if stamp and (time := _time(stamp)):
            self.last = time

    def _look(self, stamp: bytes, place: _Place) -> None:
        """Look at the step to a time."""
        time = _time(stamp)
        self.first = self.first or time
        step = (time - self.last).total_seconds() if time and self.last else 0.0
        if not 0 <= step < self.settings.silence_seconds:
            self._step(step, place.go_to(stamp))

    def _step(self, step: float, number: int) -> None:
        if step > self.settings.jump_ahead_seconds or step < -self.settings.jump_back_seconds:
            if len(self.jumps) < self.settings.max_jumps:
                self.jumps.append(Jump(number, step))
        elif step > 0 and self.last:
            silence = Silence(step, number, self.last)
            self._recent.append(silence)
            insort(self.silences, silence)
            del self.silences[: -self.settings.max_silences]

    def between(self, start: datetime | None, end: datetime | None, first_line: int, last_line: int) -> float | None:
        """Return the seconds between the times of two lines, without the clock's jumps; None if one is unknown."""
        if start is None or end is None:
            return None
        jumped = sum(jump.seconds for jump in self.jumps if first_line < jump.line <= last_line)
        return max(round((end - start).total_seconds() - jumped, 3), 0.0)

    def silent_before_end(self, lines: int, within: int) -> Silence | None:
        """Return the longest silence after which at most ``within`` lines follow."""
        return max((silence for silence in self._recent if silence.line >= lines - within), default=None)


def _stamps(block: bytes) -> Iterator[bytes]:
    """Yield the times that lines begin with, after the first line break; one that follows itself is left out.

    Lines are grouped by their beginnings, which is much faster than to look for times in each.
    """
    for beginning, lines in groupby(block.split(b"\n")[1:], _SECOND):
        if beginning[4:5] == b"-" and any(map(_STAMP.match, lines)):
            yield beginning


def _time(stamp: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp.decode())
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """Return the time of a header, without its zone, None if it is none."""
    plain = text.removesuffix("Z").removesuffix(" UTC").replace(",", ".")
    whole, _, fraction = plain.partition(".")
    try:
        return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}" if fraction else whole)
    except ValueError:
        return None
