"""Diagnoses as they are stored."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..diagnose import Diagnosis, Rules
from ..diagnose.causes.templates import template
from ..diagnose.causes.unknown import telling_line
from ..diagnose.phases import last_of
from ..diagnosed import Diagnosed

_MAX_DETAILS = 16_384
_MAX_TEXT = 300
#: Numbers of causes, phases and facts that are tried in turn until the details are within their bound.
_AMOUNTS = ((50, 200, 60), (20, 50, 40), (10, 10, 20), (3, 0, 0))


def compact(found: Diagnosis, rules: Rules) -> Diagnosed:
    """Return a diagnosis as it is stored."""
    line = telling_line(found, rules)
    last = last_of(found.phases)
    made = Diagnosed(
        rules=rules.version,
        details=_details(found),
        telling=template(line.text).text if line else "",
        telling_line=line.line if line else 0,
        phase=last.name if last else "",
    )
    if not found.causes:
        return made
    first, rule = found.causes[0], found.causes[0].rule
    return replace(made, cause=rule.code, name=rule.name, party=str(rule.party), line=first.line, hint=rule.hint)


def _details(found: Diagnosis) -> str:
    """Return JSON of causes, phases and facts; of long lists, and of long texts, the beginning."""
    told = found.as_json()
    for causes, phases, facts in _AMOUNTS:
        text = json.dumps(
            {
                "end": told["end"],
                "causes": _cut(told["causes"][:causes]),
                "phases": _cut(told["phases"][:phases]),
                "facts": _cut(dict(list(told["facts"].items())[:facts])),
                "jobs": {name: told["jobs"][name] for name in ("matched", "ended")},
                "lines": told["lines"],
            },
            separators=(",", ":"),
        )
        if len(text) <= _MAX_DETAILS:
            break
    return text


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cut(inner) for inner in value]
    return value[:_MAX_TEXT] if isinstance(value, str) else value
