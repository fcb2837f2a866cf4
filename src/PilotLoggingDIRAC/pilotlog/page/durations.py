"""The durations of pilots' phases, from the diagnoses of their logs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from ..diagnose.phases import CYCLE, GOING_ON, GOOD

_MAX_PHASES = 40


def durations(details: Iterable[str]) -> list[dict[str, Any]]:
    """Return each phase, in the order in which pilots come to it, with its median and 95th percentile in seconds.

    ``logs`` is the number of phases whose time is known and that ended well, ``failed`` that of those that did not end
    well. Cycles of the job agent are one phase.
    """
    seconds: dict[str, list[float]] = {}
    failed: dict[str, int] = {}
    for phase in _phases(details):
        name = CYCLE if phase["name"].startswith(CYCLE) else phase["name"]
        if len(seconds) >= _MAX_PHASES and name not in seconds:
            continue
        times = seconds.setdefault(name, [])
        if phase["outcome"] == GOOD and phase["seconds"] is not None:
            times.append(phase["seconds"])
        failed[name] = failed.get(name, 0) + (phase["outcome"] not in (GOOD, GOING_ON))
    return [{"name": name, "failed": failed[name]} | _times(sorted(times)) for name, times in seconds.items()]


def _phases(details: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Yield the phases of logs, the log with most of them first: its order is that of all."""
    logs = sorted((json.loads(text).get("phases", []) for text in details if text), key=len, reverse=True)
    return (phase for phases in logs for phase in phases)


def _times(seconds: Sequence[float]) -> dict[str, Any]:
    if not seconds:
        return {"logs": 0, "median": None, "p95": None}
    return {"logs": len(seconds), "median": _at(seconds, 0.5), "p95": _at(seconds, 0.95)}


def _at(ordered: Sequence[float], share: float) -> float:
    """Return the value below or at which a share of the values is."""
    return ordered[math.ceil(share * len(ordered)) - 1]
