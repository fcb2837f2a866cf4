"""The outline of a log for the page: what the scan of its text has found, and what the stored diagnosis tells.

The diagnosis reads with the same grammar as the scan, and knows more: the phases around the pilot's commands and
within them, how each ended, and the causes. It is there at once, the scan of a long log is not. What both tell of a
line is told by the diagnosis.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..model import Log, State
from ..text.outline import Outline

Details = Callable[[Log], str]
"""Return the JSON of the diagnosis of a log, empty without one. Raise StoreUnavailable."""


def no_details(log: Log) -> str:
    """Return no diagnosis: that of a store that has none."""
    return ""


def outlined(outline: Outline, done: bool, parts: Sequence[Log], details: Details) -> dict[str, Any]:
    """Return the phases, causes, errors, warnings and gaps of a log whose text is that of the parts.

    Lines count from 0. Each phase has a line, a command, a module and a time; of the diagnosis also its last line, its
    seconds, its outcome, and the phase that it is ``within``.
    """
    told = list(_diagnoses(parts, details))
    phases = {phase.line: _scanned(phase) for phase in outline.phases}
    for line, diagnosis in told:
        phases |= {phase["line"]: phase for phase in _phases(diagnosis, line)}
    return {
        "phases": [phases[line] for line in sorted(phases)],
        "causes": [cause for line, diagnosis in told for cause in _causes(diagnosis, line)],
        "errors": outline.errors,
        "moreErrors": outline.more_errors,
        "warnings": outline.warnings,
        "moreWarnings": outline.more_warnings,
        "gaps": outline.gaps,
        "lines": outline.lines,
        "done": done,
    }


def _diagnoses(parts: Sequence[Log], details: Details) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (first line of the part, diagnosis) of each part that has ended and that has one."""
    line = 0
    for part in parts:
        if part.state is not State.RECEIVING and (text := details(part)):
            yield line, json.loads(text)
        line += part.lines


def _scanned(phase: Any) -> dict[str, Any]:
    return {"line": phase.line, "command": phase.command, "module": phase.module, "time": phase.time}


def _phases(diagnosis: dict[str, Any], first: int) -> Iterator[dict[str, Any]]:
    for phase in diagnosis.get("phases", ()):
        yield {
            "line": first + phase["line"] - 1,
            "last": first + phase["last_line"] - 1,
            "command": phase["name"],
            "module": phase["module"],
            "time": phase["start"],
            "seconds": phase["seconds"],
            "outcome": phase["outcome"],
            "within": phase["within"],
        }


def _causes(diagnosis: dict[str, Any], first: int) -> Iterator[dict[str, Any]]:
    """Yield the causes, likeliest first, each with its line."""
    for cause in diagnosis.get("causes", ()):
        told = {name: cause[name] for name in ("code", "name", "party", "phase", "hint", "because_of")}
        yield {"line": first + max(cause["line"], 1) - 1} | told
