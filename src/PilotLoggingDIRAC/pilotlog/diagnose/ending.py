"""The end of a pilot: with which code, by itself or cut off, and how long it had been silent.

The code stands in the log where the pilot reports its end, or is told by the caller. A pilot without remote logging
tells no code: there the last line of its last command is a good end, the list of child processes a bad one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .. import endings
from . import marks
from .reader import Reading

_LAST_LINES = 40
#: A pilot ends with one of these, unless it goes on after it: its wrapper tries other servers after a traceback.
_BAD = (marks.BAILING_OUT, marks.TRACEBACK, marks.LOGGED_TRACEBACK, *marks.LAST_WORDS)
#: After any of these a pilot has no more to do.
_ENDS = (marks.BAILING_OUT, marks.TRACEBACK, *marks.LAST_WORDS)
_LAST_STEPS = (marks.LAST_DISK, marks.AGENT_END)
_GONE_ON = (marks.LAUNCHING, marks.EXECUTING, marks.AGENT, *_LAST_STEPS)


class End(StrEnum):
    """The ways in which a pilot ends."""

    GOOD = "good"
    FAILED = "failed"
    STOPPED = "stopped"
    """The text stops without an end: the pilot was killed, or its node was lost."""

    RUNNING = "running"
    UNKNOWN = "unknown"
    """The end of the text is missing."""


@dataclass(frozen=True, slots=True)
class Known:
    """Facts about a pilot from outside its log: its return code, whether it is running."""

    return_code: int | None = None
    running: bool = False

    @classmethod
    def of(cls, code: str | None, has_ended: bool) -> Known:
        """Return what a reported return code tells: nothing of a pilot that runs, as an earlier run has reported it."""
        number = endings.number(code or "")
        return cls(number) if has_ended else cls(running=True)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a pilot. ``silent_seconds`` is the time without a line before its last lines."""

    end: End
    return_code: int | None
    silent_seconds: float


def ending(reading: Reading, known: Known) -> Ending:
    """Return how a pilot ended."""
    code = known.return_code if known.return_code is not None else _told_code(reading, known)
    before = reading.clock.silent_before_end(reading.lines, _LAST_LINES)
    return Ending(_end(reading, known, code), code, before.seconds if before else 0.0)


def _told_code(reading: Reading, known: Known) -> int | None:
    """Return the code that the text tells; of a pilot that runs, none that an earlier run has told."""
    seen = reading.marks
    return None if known.running and seen.exit_line < _last_command(reading) else seen.return_code


def _last_command(reading: Reading) -> int:
    """Return the line where the last command began, 0 without one."""
    begun = reading.outline.phases
    return begun[-1].line + 1 if begun else 0


def _end(reading: Reading, known: Known, code: int | None) -> End:
    seen = reading.marks
    if code is not None:
        return End.GOOD if code == 0 else End.FAILED
    if known.running:
        gone_on = max(_last_command(reading), *map(seen.line, _GONE_ON))
        return End.FAILED if max(map(seen.line, _ENDS)) > gone_on else End.RUNNING
    if seen.has(marks.CUT):
        return End.UNKNOWN
    if max(map(seen.line, _BAD)) > max(map(seen.line, _GONE_ON)):
        return End.FAILED
    if max(map(seen.line, _LAST_STEPS)) > seen.line(marks.AGENT):
        return End.GOOD
    return End.STOPPED
