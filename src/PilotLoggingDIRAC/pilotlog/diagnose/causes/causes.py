"""Causes: the rules that fit a log, the likeliest first.

A pilot that ended well has no cause, whatever its lines say: what they tell did no harm. If the matcher refused it, or
a job failed, only rules for that count, in the lines of that job. An application that fails is no failure of a pilot,
neither is it that no job waits. In a failed pilot all findings count; those in the phase that failed come first, and a
root before what it explains. In a pilot that runs, those in the last lines of the present phase count, as it went on
after all others; while jobs are run, it is judged as one that ended well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .. import marks
from ..ending import End, Ending
from ..phases import Phase, last_of
from ..reader import FittingLine, Reading
from .rule import Depth, Rule, RuleScope
from .rules import Rules

#: Phases before the first command: a pilot that has come to a command has got over what they tell.
_BEFORE_COMMANDS = frozenset(("", "wrapper"))
_FIRST_PHASES = _BEFORE_COMMANDS | {"start"}
#: The command in which jobs are run.
_JOBS = frozenset(("LaunchAgent", "MultiLaunchAgent"))
#: Words of a program that tries again.
_TRIES_AGAIN = ("Retrying (", "retrying")
_NEAR_LINES = 10
#: A pilot that runs has got over what it told before this many last lines.
_RUN_LINES = 8
#: All figures that conditions may name.
FIGURES = frozenset(
    (
        *("disk_mb", "last_disk_mb", "memory_mb", "free_memory_mb", "cpu_time_left", "return_code", "silent_seconds"),
        *("failed", "stopped", "traceback", "matched_jobs", "job_running", "cycles", "lines", "jump_seconds"),
    )
)
#: The rule for what no other one knows.
_UNKNOWN = "unknown"
#: The rule for any error of a program: it tells nothing more where another one fits its line.
_ANY_ERROR = "program-error"
#: All rules that fit whatever else is unknown.
CATCH_ALL = frozenset(("program-error", "unknown", "pilot-exception"))


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
    parts: Mapping[RuleScope, Sequence[tuple[int, int]]]

    @property
    def last(self) -> Phase | None:
        """Return the phase in which the pilot ended."""
        return last_of(self.phases)

    def phase_at(self, line: int) -> str:
        """Return the name of the phase that has a line."""
        found = [phase for phase in self.phases if phase.line <= line and not phase.within]
        return found[-1].name if found else ""


def causes(reading: Reading, rules: Rules, ending: Ending, phases: Sequence[Phase]) -> list[Cause]:
    """Return the causes, the likeliest first; none of a pilot that ended well."""
    parts = _parts(reading, ending, phases)
    if not parts:
        return []
    case = _Case(reading, ending, phases, figures(reading, ending), parts)
    tried = [rule for rule in rules if rule.code in reading.findings or not rule.texts]
    found = [cause for rule in tried if (cause := _cause(case, rule))]
    told = {cause.rule.code for cause in found}
    return _in_order(found, [cause for rule in tried if rule.code not in told and (cause := _early(case, rule))])


def _parts(reading: Reading, ending: Ending, phases: Sequence[Phase]) -> dict[RuleScope, list[tuple[int, int]]]:
    """Return the scopes that count, each with the parts of the log where it does: their first and last lines."""
    if ending.end in (End.FAILED, End.STOPPED):
        return {scope: [(1, reading.lines)] for scope in RuleScope}
    found: dict[RuleScope, list[tuple[int, int]]] = {}
    if ending.end is End.RUNNING and phases and (last := last_of(phases)) and last.name not in _JOBS:
        found = {scope: [(max(last.line, reading.lines - _RUN_LINES), reading.lines)] for scope in RuleScope}
    for trouble in reading.jobs.troubles:
        part = (trouble.line, trouble.last_line + _NEAR_LINES)
        for scope in (RuleScope.JOB, RuleScope.WRAPPER) if trouble.blameless else (RuleScope.JOB,):
            found.setdefault(scope, []).append(part)
    asked_in_vain = reading.jobs.refused or (ending.end is End.GOOD and not reading.jobs.answered_line)
    if asked_in_vain and ending.end in (End.GOOD, End.RUNNING):
        asked = (reading.jobs.answered_line + 1, reading.lines)
        found[RuleScope.AGENT] = [asked]
        for scope in (RuleScope.JOB, RuleScope.WRAPPER):
            found.setdefault(scope, []).append(asked)
    if not reading.jobs.matched and ending.end is End.GOOD:
        found[RuleScope.EMPTY] = [(1, reading.lines)]
    return found


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
        "traceback": reading.marks.has(marks.TRACEBACK, marks.LOGGED_TRACEBACK),
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
    if rule.scope not in case.parts or not all(condition.holds(case.figures) for condition in rule.when):
        return None
    if rule.without_job and case.reading.jobs.matched:
        return None
    if not _tells_now(case, rule):
        return None
    if not rule.texts:
        return _of_the_whole(case, rule)
    found = [finding for finding in case.reading.findings.get(rule.code, ()) if _counts(case, rule, finding)]
    if not found:
        return None
    best = _best(case, rule, found)
    close = any(_is_close(case, finding.line) for finding in found)
    return Cause(rule, best.line, case.phase_at(best.line), best.text, close)


def _early(case: _Case, rule: Rule) -> Cause | None:
    """Return the cause of a rule for what lasts, if a line before the pilot's commands tells it."""
    counts = rule.lasts and rule.scope in case.parts and case.ending.end is not End.RUNNING
    found = case.reading.findings.get(rule.code, ()) if counts else ()
    early = [finding for finding in found if case.phase_at(finding.line) in _BEFORE_COMMANDS]
    return Cause(rule, early[0].line, "", early[0].text, close=False) if early else None


def _tells_now(case: _Case, rule: Rule) -> bool:
    """Return False if the pilot still runs and the rule tells only which step failed, or how a pilot ended."""
    if case.ending.end is not End.RUNNING or RuleScope.PILOT not in case.parts:
        return True
    return bool(rule.texts) and rule.depth in (Depth.ROOT, Depth.MECHANISM) and rule.code not in CATCH_ALL


def _best(case: _Case, rule: Rule, found: Sequence[FittingLine]) -> FittingLine:
    """Return the first finding where the pilot ended, or one shortly before; those of further tries last."""
    if rule.last:
        return found[-1]
    final = [finding for finding in found if not any(word in finding.text for word in _TRIES_AGAIN)]
    found = final or found
    best = min(found, key=lambda finding: (not _is_close(case, finding.line), finding.line))
    return next((finding for finding in found if 0 <= best.line - finding.line <= _NEAR_LINES), best)


def _counts(case: _Case, rule: Rule, finding: FittingLine) -> bool:
    """Return whether a finding is where its rule may be, and where the pilot did not go on well."""
    phase = case.phase_at(finding.line)
    if rule.phases and phase not in rule.phases:
        return False
    if rule.near_end and finding.line <= case.reading.lines - rule.near_end:
        return False
    if case.last and case.last.name not in _FIRST_PHASES and phase in _BEFORE_COMMANDS:
        return False
    return any(first <= finding.line <= last for first, last in case.parts[rule.scope])


def _of_the_whole(case: _Case, rule: Rule) -> Cause | None:
    """Return the cause of a rule that has only conditions; its place is the last error, or the end."""
    last = case.last
    if rule.phases and (last is None or last.name not in rule.phases):
        return None
    place = case.reading.last_error if case.ending.end is End.FAILED else None
    place = place or case.reading.last_line or FittingLine(case.reading.lines, "")
    return Cause(rule, place.line, case.phase_at(place.line), place.text)


def _is_close(case: _Case, line: int) -> bool:
    """Return whether a line is in the phase in which the pilot ended, and after the last job that it got.

    What was before did not keep the pilot from going on. Where a pilot ended well, only lines of bad jobs count anyway.
    """
    if RuleScope.PILOT not in case.parts:
        return True
    last = case.last
    if last is not None and line < last.line:
        return False
    return line >= case.reading.jobs.received_line


def _in_order(found: list[Cause], early: list[Cause]) -> list[Cause]:
    """Return causes in order: those where the pilot ended, and what explains them, before others; roots first.

    Of others only roots are told: a step that failed before did not keep the pilot from going on. Early ones are told
    only where they explain another one.
    """
    explained = dict(_explained(found + early))
    told = [replace(cause, because_of=explained.get(cause.rule.code, "")) for cause in found]
    near = {cause.because_of for cause in told if cause.close} - {""}
    told += [cause for cause in early if cause.rule.code in near]
    told = [cause for cause in told if cause.rule.code != _ANY_ERROR or cause.line not in _lines_of_others(told)]
    told = [replace(cause, close=cause.close or cause.rule.code in near) for cause in told]
    told = [cause for cause in told if cause.close or cause.rule.depth is Depth.ROOT]
    if any(cause.close and cause.rule.code != _UNKNOWN for cause in told):
        told = [cause for cause in told if cause.rule.code != _UNKNOWN]
    return sorted(told, key=_key)


def _lines_of_others(found: list[Cause]) -> set[int]:
    return {cause.line for cause in found if cause.rule.code != _ANY_ERROR and cause.rule.depth < Depth.STEP}


def _explained(found: list[Cause]) -> Iterator[tuple[str, str]]:
    """Yield (code, code of the root) of causes that are consequences of another one."""
    for root in found:
        for cause in found:
            if cause.rule.code in root.rule.explains and root.rule.code not in cause.rule.explains:
                yield cause.rule.code, root.rule.code


def _key(cause: Cause) -> tuple[bool, bool, int, int, int]:
    return (not cause.close, bool(cause.because_of), cause.rule.depth, cause.rule.first, cause.line)
