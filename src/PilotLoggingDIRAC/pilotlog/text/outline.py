"""The outline of a pilot's log: the lines of its commands, its errors and its gaps.

The text is searched for a few fixed words, and only lines with one of them are parsed: that is much faster than parsing
each line.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from dataclasses import dataclass, field

_PHASE_WORD = b" instantiated from "
_GAP_WORD = b" missing here: "
_ERROR_WORDS = (b"ERROR", b"FATAL", b"CRITICAL", b"EXCEPT")
_PHASE = re.compile(rb"Command ([\w.:-]{1,100}) instantiated from ([\w.:-]{1,100})")
_TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?")
#: A line of the pilot, of its wrapper, or of a program of DIRAC: time, optional component, level. The page has the same
#: grammar in ``web/static/grammar.js``; both are tested with ``tests/log_lines.json``.
_ERROR = re.compile(
    rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| UTC)?[ \t]+"
    rb"(?:[!-Z\\-~]{1,100} )?(?:ERROR|FATAL|CRITICAL|EXCEPT(?:ION)?)(?!\w)"
)

_MAX_LINE_BYTES = 4096
_MAX_PHASES = 500
_MAX_ERRORS = 5000
_MAX_GAPS = 500


@dataclass(frozen=True, slots=True)
class Phase:
    """A command of the pilot: the line (counted from 0) where it began, and the time in that line."""

    line: int
    command: str
    module: str
    time: str


@dataclass(slots=True)
class Outline:
    """The findings in the text so far. Feed it chunk by chunk; each list is bounded, further findings are dropped."""

    phases: list[Phase] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    lines: int = 0
    _carry: bytes = b""

    def feed(self, text: bytes) -> None:
        """Add text. An unfinished line is parsed when its end comes; of a long line only the beginning."""
        first_end = text.find(b"\n")
        if first_end < 0:
            self._carry = (self._carry + text[:_MAX_LINE_BYTES])[:_MAX_LINE_BYTES]
            return
        self._look(self._carry + text[:first_end][:_MAX_LINE_BYTES] + b"\n")
        end = text.rfind(b"\n") + 1
        self._look(text[first_end + 1 : end])
        self._carry = text[end:][:_MAX_LINE_BYTES]

    def _look(self, text: bytes) -> None:
        """Add whole lines."""
        line, counted = self.lines, 0
        for start in sorted(self._candidates(text)):
            line, counted = line + text.count(b"\n", counted, start), start
            self._note(text[start : start + _MAX_LINE_BYTES].partition(b"\n")[0], line)
        self.lines = line + text.count(b"\n", counted)

    def _candidates(self, text: bytes) -> set[int]:
        """Return the starts of lines that contain one of the words."""
        words: list[tuple[bytes, Sized, int]] = [
            (_PHASE_WORD, self.phases, _MAX_PHASES),
            (_GAP_WORD, self.gaps, _MAX_GAPS),
        ]
        words += [(word, self.errors, _MAX_ERRORS) for word in _ERROR_WORDS]
        found: set[int] = set()
        for word, notes, limit in words:
            place = text.find(word) if len(notes) < limit else -1
            while place >= 0:
                found.add(text.rfind(b"\n", 0, place) + 1)
                end = text.find(b"\n", place)
                place = text.find(word, end) if end >= 0 else -1
        return found

    def _note(self, line: bytes, number: int) -> None:
        if (phase := _PHASE.search(line)) and len(self.phases) < _MAX_PHASES:
            time = _TIME.match(line)
            command, module = (name.decode() for name in phase.groups())
            self.phases.append(Phase(number, command, module, time.group().decode() if time else ""))
        if _GAP_WORD in line and len(self.gaps) < _MAX_GAPS:
            self.gaps.append(number)
        if _ERROR.match(line) and len(self.errors) < _MAX_ERRORS:
            self.errors.append(number)

    @property
    def more_errors(self) -> bool:
        """Return whether the list of errors is full, so that more errors may exist."""
        return len(self.errors) >= _MAX_ERRORS
