"""How a pilot's log went, as a page of plain text: for who asks for logging info that the CE does not keep."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from ..model import Log
from ..standing import standing, whereabouts
from ..text.outline import Outline
from ..text.terminal import harmless

_MAX_ERRORS = 20
_MAX_ERROR_CHARACTERS = 300
_FORMAT = "%Y-%m-%d %H:%M:%S"


def story(parts: Sequence[Log], text: str) -> str:
    """What is known of the parts of a log, its commands and its first errors.

    ``text`` is all that can be read of it. What pilots wrote is shown, never obeyed, by a terminal.
    """
    raw = text.encode("utf-8", "backslashreplace")
    outline = Outline()
    outline.feed(raw if raw.endswith(b"\n") else raw + b"\n")
    return harmless("\n".join([*_head(parts), *_commands(outline), *_errors(outline, raw)]) + "\n")


def _head(parts: Sequence[Log]) -> Iterator[str]:
    last, (state, why) = parts[-1], standing(parts)
    yield "The computing element gives no logging info. This is what the pilot's own log tells (times UTC)."
    yield ""
    yield f"Pilot: {last.pilot.stamp} of {last.pilot.vo}"
    if where := ", ".join(filter(None, (last.site, last.ce))):
        yield f"Where: {where}"
    yield f"Heard of: {parts[0].first_seen:{_FORMAT}} to {last.last_seen:{_FORMAT}}"
    yield f"Log: {state}. {why}"
    yield f"Text: {sum(log.lines for log in parts)} lines, {sum(log.bytes for log in parts)} bytes, {whereabouts(parts)}"


def _commands(outline: Outline) -> Iterator[str]:
    if outline.phases:
        yield from ("", "Commands")
    for phase in outline.phases:
        yield f"  {phase.time[:19].replace('T', ' ') or '?':19}  {phase.command}"


def _errors(outline: Outline, raw: bytes) -> Iterator[str]:
    if not outline.errors:
        return
    some = outline.errors[:_MAX_ERRORS]
    yield from ("", f"Errors, the first {len(some)} of {len(outline.errors)}" if len(some) < len(outline.errors) else "Errors")
    wanted = set(some)
    for number, line in enumerate(io.BytesIO(raw)):
        if number > some[-1]:
            return
        if number in wanted:
            yield f"  {line.decode('utf-8', 'replace').rstrip()[:_MAX_ERROR_CHARACTERS]}"
