"""The outline of a pilot's log: the lines of its commands, its errors, its warnings and its gaps.

Looks for headers in the text as a whole, with a linear-time engine, which is much faster than looking at each line. Of
a long line that has not ended, only the last bytes wait for more. What a header is, and where in a line it may begin,
is told in ``terminal_lines``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import re2

from .terminal_lines import ERRORS, GLUED, PILOT_TIME, SPACE, TIME

_GAP = b" missing here: "
_TIME = re.compile(TIME)
_PHASE = re.compile(rb"Command ([\w.:-]{1,100}) instantiated from ([\w.:-]{1,100})")
_BEGINS = b" instantiated from "
_PHASES = re2.compile(rb"Command [\w.:-]{1,100} instantiated from [\w.:-]")
#: The page has the same grammar in ``web/static/shared/grammar.js``; both are tested with ``tests/log_lines.json``.
_NOTED = ERRORS + rb"|WARN(?:ING)?"
_LEVELS = re2.compile(
    rb"[\r\n]" + TIME + rb"(?:Z| UTC)?" + SPACE + rb"(?:" + _NOTED + rb")\b"
    rb"|" + PILOT_TIME + rb"(?:" + _NOTED + rb")[ \t]+\["
)

#: More than any header or the beginning of a command has.
_WINDOW_BYTES = 4096
_MAX_PHASES = 500
_MAX_ERRORS = 5000
_MAX_WARNINGS = 5000
_MAX_GAPS = 500


@dataclass(frozen=True, slots=True)
class CommandStart:
    """A command of the pilot: the line (counted from 0) where it began, and the time in that line."""

    line: int
    command: str
    module: str
    time: str


@dataclass(slots=True)
class Outline:
    """Findings so far; feed it the text chunk by chunk. Each list is bounded: beyond, nothing more is noted.

    ``lines`` is the number of line ends.
    """

    phases: list[CommandStart] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    warnings: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    lines: int = 0
    #: Text that waits for more, after the byte before it.
    _tail: bytes = b"\n"

    def feed(self, text: bytes) -> None:
        """Look at more text; the end of a line that has not ended is looked at later."""
        text = self._tail + text
        end = max(text.rfind(b"\n"), len(text) - _WINDOW_BYTES, 0)
        self._look(text, end)
        self.lines += text.count(b"\n", 1, end + 1)
        self._tail = text[end:]

    def whole(self) -> Outline:
        """Return the findings, with those in a line that has not ended."""
        found = dataclasses.replace(
            self,
            phases=list(self.phases),
            errors=list(self.errors),
            warnings=list(self.warnings),
            gaps=list(self.gaps),
            _tail=b"",
        )
        found._look(self._tail, len(self._tail))
        return found

    def _look(self, text: bytes, end: int) -> None:
        """Note what begins before ``end``; a line's or state's beginning is the byte before it."""
        levels = [(match.start(), _is_warning(match.group())) for match in _LEVELS.finditer(text)]
        self._note(self.errors, _MAX_ERRORS, self._places(text, (at for at, warns in levels if not warns), end))
        self._note(self.warnings, _MAX_WARNINGS, self._places(text, (at for at, warns in levels if warns), end))
        self._look_for_phases(text, end)
        self._note(self.gaps, _MAX_GAPS, self._places(text, _found(text, _GAP), end))

    @staticmethod
    def _note(noted: list[int], most: int, places: Iterator[tuple[int, int]]) -> None:
        """Add the lines of places to those that are noted, each once, up to a number of lines."""
        for line, _ in places:
            if len(noted) >= most:
                break
            if line not in noted[-1:]:
                noted.append(line)

    def _look_for_phases(self, text: bytes, end: int) -> None:
        last = -1
        for line, place in self._places(text, (match.start() for match in _PHASES.finditer(text)), end):
            if len(self.phases) >= _MAX_PHASES:
                return
            start, time = piece_start(text, place)
            if start != last:
                last = start
                self._note_phase(text, place, line, time)

    def _note_phase(self, text: bytes, place: int, line: int, time: str) -> None:
        glued = GLUED.search(text, place, place + _WINDOW_BYTES)
        if match := _PHASE.match(text, place, glued.start() if glued else len(text)):
            command, module = (name.decode() for name in match.groups())
            self.phases.append(CommandStart(line, command, module, time))

    def _places(self, text: bytes, places: Iterator[int], end: int) -> Iterator[tuple[int, int]]:
        """Yield (line, place) of the places before ``end``."""
        line, counted = self.lines, 1
        for place in places:
            if place >= end:
                return
            if place >= counted:
                line, counted = line + text.count(b"\n", counted, place + 1), place + 1
            yield line, place

    @property
    def more_errors(self) -> bool:
        """Return whether the list of errors is full, so that more errors may exist."""
        return len(self.errors) >= _MAX_ERRORS

    @property
    def more_warnings(self) -> bool:
        """Return whether the list of warnings is full, so that more warnings may exist."""
        return len(self.warnings) >= _MAX_WARNINGS


def command_in(text: bytes) -> str:
    """Return the command that begins in a piece of a line, empty if none does."""
    match = _PHASE.search(text) if _BEGINS in text else None
    return match[1].decode() if match else ""


def _is_warning(header: bytes) -> bool:
    """Return whether the level at the end of a header, or before the bracket that follows it, is that of a warning."""
    return header.rstrip(b" \t[").endswith((b"WARN", b"WARNING"))


def _found(text: bytes, wanted: bytes) -> Iterator[int]:
    """Yield the places of a text, one in each line."""
    place = text.find(wanted)
    while place >= 0:
        yield place
        end = text.find(b"\n", place)
        place = text.find(wanted, end) if end >= 0 else -1


def piece_start(text: bytes, place: int) -> tuple[int, str]:
    """Return the start of the piece, or of the state, that has a place (0: not in sight), and its time."""
    least = max(place - _WINDOW_BYTES, 0)
    start = max(text.rfind(b"\n", least, place), text.rfind(b"\r", least, place)) + 1
    for glued in GLUED.finditer(text, start or least, place):
        start = glued.start()
    time = _TIME.match(text, start) if start else None
    return start, time.group().decode() if time else ""
