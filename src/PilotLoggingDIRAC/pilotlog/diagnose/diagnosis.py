"""A diagnosis: what a pilot's log says of the pilot, as one object."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import phases as phases_
from .causes import causes as causes_
from .causes.causes import Cause
from .causes.rules import Rules
from .ending import Ending, Known, ending
from .jobs import Job
from .phases import Phase
from .reader import DiagnosisReader, Reading
from .settings import DiagnosisSettings


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The causes of a failure (likeliest first), the phases, the end, and what was read."""

    reading: Reading
    ending: Ending
    phases: list[Phase]
    causes: list[Cause]

    def as_json(self) -> dict[str, Any]:
        """Return the diagnosis as plain lists and dictionaries. Lines count from 1."""
        return {
            "causes": [_cause(cause) for cause in self.causes],
            "end": {
                "how": str(self.ending.end),
                "return_code": self.ending.return_code,
                "silent_seconds": self.ending.silent_seconds,
            },
            "phases": [_fields(phase) for phase in self.phases],
            "facts": dict(self.reading.facts.values),
            "jobs": self._jobs(),
            "clock": self._clock(),
            "lines": self.reading.lines,
            "bytes": self.reading.bytes,
            "gaps": [line + 1 for line in self.reading.outline.gaps],
        }

    def _jobs(self) -> dict[str, Any]:
        jobs = self.reading.jobs
        return {
            "matched": jobs.matched,
            "ended": {status: number for status, number in jobs.ended.items() if number},
            "listed": [_fields(job) for job in jobs.listed],
        }

    def _clock(self) -> dict[str, Any]:
        clock = self.reading.clock
        return {
            "first": clock.first.isoformat() if clock.first else None,
            "last": clock.last.isoformat() if clock.last else None,
            "silences": [
                {"line": silence.line, "seconds": silence.seconds, "since": silence.since.isoformat()}
                for silence in sorted(clock.silences, key=lambda silence: silence.line)
            ],
            "jumps": [{"line": jump.line, "seconds": jump.seconds} for jump in clock.jumps],
        }


def diagnose(
    pieces: Iterable[bytes],
    known: Known | None = None,
    rules: Rules | None = None,
    settings: DiagnosisSettings | None = None,
) -> Diagnosis:
    """Return the diagnosis of a log that comes in pieces of any size; ``known`` is what others know of the pilot."""
    reader = DiagnosisReader(rules, settings)
    return of(reader.read(pieces), reader.rules, known or Known())


def of(reading: Reading, rules: Rules, known: Known) -> Diagnosis:
    """Return the diagnosis of a log that was read."""
    end = ending(reading, known)
    found = phases_.phases(reading, end)
    return Diagnosis(reading, end, found, causes_.causes(reading, rules, end, found))


def _fields(part: Phase | Job) -> dict[str, Any]:
    """Return the fields of a dataclass that holds no other one; ``asdict`` copies each value."""
    return {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}


def _cause(cause: Cause) -> dict[str, Any]:
    rule = cause.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": str(rule.severity),
        "party": str(rule.party),
        "line": cause.line,
        "phase": cause.phase,
        "text": cause.text,
        "hint": rule.hint,
        "because_of": cause.because_of,
    }
