"""The report of an installation's doctor, check by check, each finding with its remedy."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from DIRAC import gLogger

from PilotLoggingDIRAC.commands.installation.doctor import Examination, examine, worst
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.pilotlog.admin.health import Level

_SECONDS = 20.0
_WORDS = {Level.OK: "good", Level.WARNING: "doubtful", Level.CRITICAL: "BROKEN", Level.UNKNOWN: "unknown"}


def doctor(options: Mapping[str, str]) -> int:
    """Examine as the switches say, and return the exit code."""
    gLogger.setLevel("FATAL")  # DIRAC tells of each server that does not answer, on standard output
    found = examine(switches.seconds(options, "Timeout", _SECONDS, 1, 600))
    level = worst(found)
    if "JSON" in options:
        console.as_json({"Level": level.name, "Checks": [_data(one) for one in found]})
        return int(level)
    for one in found:
        _tell(one)
    console.line("All that was looked at is good" if level is Level.OK else f"{level.name}: see above")
    return int(level)


def _data(one: Examination) -> dict:
    findings = [dataclasses.asdict(finding) | {"level": finding.level.name} for finding in one.findings]
    return {"Name": one.name, "Level": one.level.name, "Seconds": one.seconds, "Text": one.text, "Findings": findings}


def _tell(one: Examination) -> None:
    console.line(f"{_WORDS[one.level]:<8} {one.name:<9} {one.seconds:5.1f} s  {one.text}".rstrip())
    for finding in sorted(one.findings, key=lambda finding: finding.level != Level.CRITICAL):
        about = f"{finding.subject}: " if finding.subject else ""
        console.line(f"{'':<8} {_WORDS[finding.level]:<9} {about}{finding.text}")
        if finding.mend:
            console.line(f"{'':<18} mend: {finding.mend}")
