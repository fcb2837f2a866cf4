"""How a log stands, in words: where its text is, whether all of it is there, and why."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Log, State
from .read.outputs import lost_parts


def standing(parts: Sequence[Log]) -> tuple[str, str]:
    """(``running``, ``complete`` or ``incomplete``; why) of a log with at least one part."""
    last, lost = parts[-1], lost_parts(parts)
    if lost:
        return "incomplete", f"No longer kept: part {', '.join(map(str, lost))} of this log."
    if last.state is State.RECEIVING:
        return "running", _again(parts) + "The pilot has not reported its end yet."
    if last.complete:
        return "complete", _again(parts) + f"The pilot reported its end, with return code {last.return_code or 'none'}."
    return "incomplete", _again(parts) + "The pilot fell silent and never reported its end: its last words may be missing."


def _again(parts: Sequence[Log]) -> str:
    return f"The pilot ran again under the same stamp, this is in {len(parts)} parts. " if len(parts) > 1 else ""


def whereabouts(parts: Sequence[Log]) -> str:
    """Where the text is, for people: the database, storage elements by name."""
    places = {_place(log): None for log in parts if log.state is not State.PURGED or log.file}
    return " and ".join(places) or "nowhere any more"


def _place(log: Log) -> str:
    return f"archive ({log.file.se})" if log.state is State.PURGED and log.file else "database"
