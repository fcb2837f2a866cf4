"""Phases of a pilot: the wrapper, the pilot's start, each command, and the job agent's cycles within the last one.

A pilot goes on to the next command only if the present one did not end it: all phases but the last one were good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from . import marks
from .clock import moment
from .ending import End, Ending
from .reader import Reading

WRAPPER, START, CYCLE = "wrapper", "start", "JobAgent cycle"

GOOD, BAD, CUT_OFF, GOING_ON = "good", "failed", "cut off", "running"
_OUTCOMES = {End.GOOD: GOOD, End.FAILED: BAD, End.STOPPED: CUT_OFF, End.RUNNING: GOING_ON, End.UNKNOWN: CUT_OFF}


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase: its first and last line (from 1), when it began, and how it ended.

    ``start`` is the time of its first line, ISO 8601 without a zone, empty if unknown. ``seconds`` is None where a time
    is missing. ``outcome`` is GOOD, BAD, CUT_OFF (the text stops in it, and the pilot reported no end) or GOING_ON (the
    pilot is in it now). ``within`` is the phase that it is a part of.
    """

    name: str
    line: int
    last_line: int
    start: str
    seconds: float | None
    outcome: str
    module: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class _Start:
    name: str
    line: int
    time: datetime | None
    module: str = ""


def phases(reading: Reading, ending: Ending) -> list[Phase]:
    """Return the phases in order, each cycle after the command that it is a part of."""
    starts = _starts(reading)
    found: list[Phase] = []
    for number, start in enumerate(starts):
        after = starts[number + 1] if number + 1 < len(starts) else None
        found.append(_phase(reading, ending, start, after))
    for cycle in _cycles(reading, ending):
        holder = next((phase for phase in reversed(found) if phase.line <= cycle.line and not phase.within), None)
        found.append(cycle if holder is None else _part(cycle, holder.name))
    return sorted(found, key=lambda phase: (phase.line, bool(phase.within)))


def last_of(found: Sequence[Phase]) -> Phase | None:
    """Return the phase in which the pilot ended, or is now; None without phases."""
    return next((phase for phase in reversed(found) if not phase.within), None)


def _starts(reading: Reading) -> list[_Start]:
    """Return where phases begin."""
    found = []
    seen = reading.marks
    commands = [
        _Start(phase.command, phase.line + 1, moment(phase.time), phase.module) for phase in reading.outline.phases
    ]
    first = commands[0].line if commands else reading.lines + 2
    if seen.has(marks.WRAPPER):
        mark = seen.found[marks.WRAPPER]
        found.append(_Start(WRAPPER, mark.line, mark.time))
    pilot = [seen.found[text] for text in (marks.LAUNCHING, marks.PARAMETERS, marks.EXECUTING) if seen.has(text)]
    if begun := min((mark for mark in pilot if mark.line < first), key=lambda mark: mark.line, default=None):
        found.append(_Start(START, begun.line, begun.time))
    return [*(start for start in found if start.line < first), *commands]


def _phase(reading: Reading, ending: Ending, start: _Start, after: _Start | None) -> Phase:
    last_line = after.line - 1 if after else max(reading.lines, start.line)
    until = after.time if after else reading.clock.last
    seconds = reading.clock.between(start.time, until, start.line, last_line + 1)
    outcome = GOOD if after else _OUTCOMES[ending.end]
    time = start.time.isoformat(timespec="milliseconds") if start.time else ""
    return Phase(start.name, start.line, last_line, time, seconds, outcome, start.module)


def _cycles(reading: Reading, ending: Ending) -> list[Phase]:
    cycles = reading.marks.cycles
    return [
        _cycle(reading, ending, cycle, cycles[number + 1].start if number + 1 < len(cycles) else None)
        for number, cycle in enumerate(cycles)
    ]


def _cycle(reading: Reading, ending: Ending, cycle: marks.JobCycle, after: marks.Mark | None) -> Phase:
    end = cycle.end or after
    outcome = _OUTCOMES[ending.end] if cycle.good is None and not after else GOOD if cycle.good else BAD
    start, last_line = cycle.start.time, end.line if end else reading.lines
    seconds = reading.clock.between(start, end.time if end else reading.clock.last, cycle.start.line, last_line)
    time = start.isoformat(timespec="milliseconds") if start else ""
    return Phase(f"{CYCLE} {cycle.number}", cycle.start.line, last_line, time, seconds, outcome)


def _part(cycle: Phase, holder: str) -> Phase:
    return Phase(
        cycle.name, cycle.line, cycle.last_line, cycle.start, cycle.seconds, cycle.outcome, cycle.module, holder
    )
