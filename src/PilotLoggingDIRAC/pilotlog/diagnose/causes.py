"""Causes: the rules that fit a log, the likeliest first.

A pilot that ended well has no cause, whatever its lines say, if its work went well: what they tell did no harm. If its
last job did not, or the matcher gave none, rules for that count, in the job agent's phase. In a failed pilot all
findings count; those in the phase that failed come first, and a root before what it explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from . import marks
from .ending import End, Ending
from .phases import Phase
from .reader import Finding, Reading
from .rules import Depth, Rule, Rules, Scope

#: What the name of the command ends with that runs the job agent, also in extensions.
AGENT = "LaunchAgent"
#: The rule for what no other one knows.
_UNKNOWN = "unknown"
#: Where the text just stops, what stands further up than so many lines was survived.
_LAST_LINES = 150


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of a failure, the line where it was found, and the text of that line.

    It is ``close`` if it was found where the pilot ended; the pilot went on after any other. ``because_of`` is the code
    of the cause that explains it.
    """

    rule: Rule
    line: int
    phase: str
    text: str
    close: bool = True
    because_of: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """All that decides on the causes of one log."""

    reading: Reading
    ending: Ending
    phases: Sequence[Phase]
    figures: Mapping[str, float]
    scopes: frozenset[Scope]

    @property
    def last(self) -> Phase | None:
        """The phase in which the pilot ended."""
        return next((phase for phase in reversed(self.phases) if not phase.within), None)

    def phase_at(self, line: int) -> str:
        """Return the name of the phase that has a line."""
        found = [phase for phase in self.phases if phase.line <= line and not phase.within]
        return found[-1].name if found else ""


def causes(reading: Reading, rules: Rules, ending: Ending, phases: Sequence[Phase]) -> list[Cause]:
    """Return the causes, the likeliest first; none of a pilot that ended well."""
    scopes = _scopes(ending)
    if not scopes:
        return []
    case = _Case(reading, ending, phases, figures(reading, ending), scopes)
    return _in_order([cause for rule in rules if (cause := _cause(case, rule))])


def _scopes(ending: Ending) -> frozenset[Scope]:
    """Return the scopes of the rules that count."""
    if ending.end in (End.FAILED, End.STOPPED):
        return frozenset(Scope)
    return frozenset((Scope.AGENT, Scope.JOB)) if ending.end is End.GOOD else frozenset()


def figures(reading: Reading, ending: Ending) -> dict[str, float]:
    """Return the figures that conditions know: those that the log has."""
    facts = reading.facts
    numbers = {
        "disk_mb": facts.number("disk_mb"),
        "last_disk_mb": facts.number("last_disk_mb"),
        "memory_mb": _thousandth(facts.number("memory_kb")),
        "free_memory_mb": _thousandth(facts.number("free_memory_kb")),
        "cpu_time_left": facts.number("cpu_time_left"),
        "return_code": ending.return_code,
        "silent_seconds": ending.silent_seconds,
        "failed": ending.end is End.FAILED,
        "stopped": ending.end is End.STOPPED,
        "matched_jobs": reading.jobs.matched,
        "job_running": reading.jobs.is_running,
        "cycles": reading.marks.number_of_cycles,
        "lines": reading.lines,
        "jump_seconds": max((abs(jump.seconds) for jump in reading.clock.jumps), default=None),
    }
    return {name: float(number) for name, number in numbers.items() if number is not None}


def _thousandth(number: float | None) -> float | None:
    return None if number is None else number / 1000


def _cause(case: _Case, rule: Rule) -> Cause | None:
    """Return a rule's cause at its best finding, None if the rule does not fit."""
    if rule.scope not in case.scopes or not all(condition.holds(case.figures) for condition in rule.when):
        return None
    if rule.without_job and case.reading.jobs.matched:
        return None
    if not rule.texts:
        return _of_the_whole(case, rule)
    found = [finding for finding in case.reading.findings.get(rule.code, ()) if _counts(case, rule, finding)]
    if not found:
        return None
    best = min(found, key=lambda finding: (not _is_close(case, rule, finding.line), finding.line))
    return Cause(rule, best.line, case.phase_at(best.line), best.text, _is_close(case, rule, best.line))


def _counts(case: _Case, rule: Rule, finding: Finding) -> bool:
    """Return whether a finding is where its rule may be, and where the pilot did not end well."""
    phase = case.phase_at(finding.line)
    if not _is_in(phase, rule.phases):
        return False
    if rule.near_end and finding.line <= case.reading.lines - rule.near_end:
        return False
    if Scope.PILOT in case.scopes:
        return True
    harm = _was_harm(case, finding.line) or (rule.scope is Scope.JOB and case.reading.jobs.has_failed(finding.line))
    return harm and (not phase or phase.endswith(AGENT))


def _was_harm(case: _Case, line: int) -> bool:
    """Return whether nothing went well behind a line: no job, no answer of the matcher, no end of the slot."""
    reading = case.reading
    well = max(reading.jobs.last_good_line, *(reading.marks.line(text) for text in marks.WELL))
    return line >= reading.jobs.last_line and line > well


def _of_the_whole(case: _Case, rule: Rule) -> Cause | None:
    """Return the cause of a rule that has conditions alone; its place is the last error, or the end."""
    last = case.last
    if not _is_in(last.name if last else "", rule.phases):
        return None
    place = case.reading.last_error if case.ending.end is End.FAILED else None
    place = place or case.reading.last_line or Finding(case.reading.lines, "")
    return Cause(rule, place.line, case.phase_at(place.line), place.text)


def _is_in(phase: str, wanted: frozenset[str]) -> bool:
    """Return whether a phase is one of those, or of an extension's command that is called after one."""
    return not wanted or any(phase == name or (name and phase.endswith(name)) for name in wanted)


def _is_close(case: _Case, rule: Rule, line: int) -> bool:
    """Return whether a line is in the phase in which the pilot ended, and behind its last job and last good cycle.

    What was before did not keep the pilot from going on. Where the text just stops, it is near the end.
    """
    reading, last = case.reading, case.last
    if last is not None and line < last.line:
        return False
    if case.ending.end is End.STOPPED and line <= reading.lines - _LAST_LINES:
        return False
    if rule.scope is Scope.JOB or Scope.PILOT not in case.scopes:
        return True
    return line >= max(reading.jobs.last_line, reading.marks.last_good_line)


def _in_order(found: list[Cause]) -> list[Cause]:
    """Return causes in order: those where the pilot ended, and what explains them, before others; roots first.

    Of others only roots are told: a step that failed before did not keep the pilot from going on.
    """
    explained = dict(_explained(found))
    told = [replace(cause, because_of=explained.get(cause.rule.code, "")) for cause in found]
    has_root = any(cause.close and cause.rule.depth is Depth.ROOT for cause in told)
    near = set() if has_root else {cause.because_of for cause in told if cause.close}
    told = [replace(cause, close=cause.close or cause.rule.code in near) for cause in told]
    told = [cause for cause in told if cause.close or cause.rule.depth is Depth.ROOT]
    if any(cause.close and cause.rule.code != _UNKNOWN for cause in told):
        told = [cause for cause in told if cause.rule.code != _UNKNOWN]
    ordered = sorted(told, key=_key)
    ends = [cause for cause in ordered if cause.rule.depth is Depth.END]
    return [cause for cause in ordered if cause not in ends[1:]]


def _explained(found: list[Cause]) -> Iterator[tuple[str, str]]:
    """Yield (code, code of the root) of causes that are consequences of another one."""
    for root in found:
        for cause in found:
            if cause.rule.code in root.rule.explains and root.rule.code not in cause.rule.explains:
                yield cause.rule.code, root.rule.code


def _key(cause: Cause) -> tuple[bool, bool, int, int, int]:
    return (not cause.close, bool(cause.because_of), cause.rule.depth, cause.rule.first, cause.line)
