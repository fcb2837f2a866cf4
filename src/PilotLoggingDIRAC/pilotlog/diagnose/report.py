"""A diagnosis as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..text.humanize import span
from ..text.terminal import one_line
from .causes.causes import Cause
from .diagnosis import Diagnosis
from .phases import Phase

_FACTS = (
    ("Pilot", ("stamp", "reference", "vo")),
    ("Site", ("site", "ce", "queue", "grid_middleware", "batch_system")),
    ("Host", ("host", "os", "architecture", "processors", "cpu", "memory_kb", "disk_mb")),
    ("Software", ("dirac", "pilot_version", "python", "platform")),
)
_MAX_TEXT = 160


def report(name: str, found: Diagnosis) -> str:
    """Return the diagnosis of a log as lines; nothing in it is obeyed by a terminal."""
    return "\n".join(one_line(line) for line in _lines(name, found)) + "\n"


def _lines(name: str, found: Diagnosis) -> Iterator[str]:
    yield f"{name}: {_summary(found)}"
    for number, cause in enumerate(found.causes, 1):
        yield from _cause(number, cause)
    values = found.reading.facts.values
    for title, names in _FACTS:
        if told := [f"{fact} {values[fact]}" for fact in names if fact in values]:
            yield f"  {title}: {', '.join(told)}"
    jobs = found.reading.jobs
    if jobs.matched:
        ends = ", ".join(f"{number} {status}" for status, number in jobs.ended.items() if number)
        yield f"  Jobs: {jobs.matched} matched, {ends}"
    yield from _clock(found)
    for phase in found.phases:
        yield f"  {_phase(phase)}"


def _summary(found: Diagnosis) -> str:
    code = "" if found.ending.return_code is None else f", return code {found.ending.return_code}"
    number = len(found.causes)
    causes = "no cause" if not number else f"{number} cause{'' if number == 1 else 's'}"
    return f"{found.ending.end}{code}, {causes}, {found.reading.lines:,} lines"


def _cause(number: int, cause: Cause) -> Iterator[str]:
    rule = cause.rule
    where = f"line {cause.line}" + (f", {cause.phase}" if cause.phase else "")
    root = f", because of {cause.because_of}" if cause.because_of else ""
    yield f"  {number}. {rule.name} [{rule.code}] ({rule.severity}; {rule.party}; {where}{root})"
    if cause.text:
        yield f"     {cause.text[:_MAX_TEXT]}"
    yield f"     {rule.hint}"


def _clock(found: Diagnosis) -> Iterator[str]:
    if found.ending.silent_seconds >= found.reading.clock.settings.silence_seconds:
        yield f"  Silent for {span(found.ending.silent_seconds)} before the end"
    for jump in found.reading.clock.jumps[:3]:
        yield f"  The clock jumped by {jump.seconds:.0f} s at line {jump.line}"


def _phase(phase: Phase) -> str:
    indent = "  " if phase.within else ""
    seconds = "       ?" if phase.seconds is None else f"{phase.seconds:8.1f}"
    return f"{seconds} s  {phase.outcome:<8} {indent}{phase.name} (line {phase.line})"
