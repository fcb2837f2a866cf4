"""A summary of a pilot's log in plain text: where its text is, its completeness, its commands and errors."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from ..diagnosed import NONE, Diagnosed
from ..model import Log, State
from ..outcome import Fate, outcome_text
from ..text.humanize import size, span
from ..text.outline import Outline
from ..text.terminal import harmless
from ..text.terminal_lines import pieces
from .outputs import lost_parts

_MAX_ERRORS = 20
_MAX_ERROR_CHARACTERS = 300
_FORMAT = "%Y-%m-%d %H:%M:%S"


def summary(parts: Sequence[Log], text: str, fate: Fate | None = None, found: Diagnosed = NONE) -> str:
    """Return a summary of the parts of a log, why its pilot failed (``found``), its commands and its first errors.

    ``text`` is all of the log that can be read. Control characters in it are escaped.
    """
    raw = text.encode("utf-8", "backslashreplace")
    outline = Outline()
    outline.feed(raw if raw.endswith(b"\n") else raw + b"\n")
    return harmless(
        "\n".join([*_head(parts, fate or Fate(), found), *_cause(found), *_commands(outline), *_errors(outline, raw)])
        + "\n"
    )


def _head(parts: Sequence[Log], fate: Fate, found: Diagnosed) -> Iterator[str]:
    last, (state, why) = parts[-1], standing(parts, fate)
    yield "The computing element gives no logging info. This is what the pilot's own log tells (times UTC)."
    yield ""
    yield f"Pilot: {last.pilot.stamp} of {last.pilot.vo}"
    yield f"Outcome: {outcome_text(last, fate, found.name)}"
    if where := ", ".join(filter(None, (last.site, last.ce, last.host))):
        yield f"Where: {where}"
    yield f"Heard of: {parts[0].first_seen:{_FORMAT}} to {last.last_seen:{_FORMAT}}"
    silent = f" {silence(fate)}." if silence(fate) else ""
    yield f"Log: {state}{missing_text(parts)}. {why}{silent}"
    lines, length = sum(log.lines for log in parts), sum(log.bytes for log in parts)
    yield f"Text: {lines} lines, {length} bytes, {whereabouts(parts)}"


def _cause(found: Diagnosed) -> Iterator[str]:
    if found.phase:
        yield f"Phase: {found.phase}"
    if found.cause:
        line = f", line {found.line}" if found.line else ""
        yield f"Cause: {found.name} [{found.cause}]{line}. It is for: {found.party}"
        yield f"Hint: {found.hint}"


def _commands(outline: Outline) -> Iterator[str]:
    if outline.phases:
        yield from ("", "Commands")
    for phase in outline.phases:
        yield f"  {phase.time[:19].replace('T', ' ') or '?':19}  {phase.command}"


def _errors(outline: Outline, raw: bytes) -> Iterator[str]:
    if not outline.errors:
        return
    some = outline.errors[:_MAX_ERRORS]
    part = f", the first {len(some)} of {len(outline.errors)}" if len(some) < len(outline.errors) else ""
    yield from ("", f"Errors{part}")
    wanted = set(some)
    for number, line in enumerate(io.BytesIO(raw)):
        if number > some[-1]:
            return
        if number in wanted:
            for piece in pieces(line.rstrip(b"\n")):
                if piece.header and piece.header.error:
                    yield f"  {piece.text.decode('utf-8', 'replace').rstrip()[:_MAX_ERROR_CHARACTERS]}"


def standing(parts: Sequence[Log], fate: Fate | None = None) -> tuple[str, str]:
    """Return (``running``, ``ended``, ``complete`` or ``incomplete``; reason) of a log with at least one part.

    ``ended`` is a log that is not sealed yet, of a pilot that has ended, as DIRAC says.
    """
    last, lost = parts[-1], lost_parts(parts)
    if lost:
        return "incomplete", f"No longer kept: part {', '.join(map(str, lost))} of this log."
    if last.state is State.RECEIVING:
        return _open(parts, fate or Fate())
    if last.complete:
        return "complete", _again(parts) + _ended(last)
    silent = "The pilot fell silent and never reported its end: its last words may be missing."
    return "incomplete", _again(parts) + silent


def _ended(log: Log) -> str:
    if len(log.codes) > 1:
        codes = ", ".join(code or "none" for code in log.codes)
        return f"It was ended {len(log.codes)} times, with return codes {codes}."
    return f"The pilot reported its end, with return code {log.return_code or 'none'}."


def missing_text(parts: Sequence[Log]) -> str:
    """Return ``, 1.4 MB missing`` of a log with text missing, else an empty string."""
    missing = sum(log.missing_bytes for log in parts)
    return f", {size(missing)} missing" if missing else ""


def _open(parts: Sequence[Log], fate: Fate) -> tuple[str, str]:
    last = parts[-1]
    so_far = (
        f"{_ended(last)} More text came after that." if last.complete else "The pilot has not reported its end yet."
    )
    if fate.dead:
        told = _ended(last) if last.complete else "it has not reported its end."
        return "ended", _again(parts) + f"DIRAC says that the pilot is {fate.status}; {told}"
    said = f" DIRAC says that it is {fate.status}." if fate.status else ""
    return "running", _again(parts) + so_far + said


def silence(fate: Fate) -> str:
    """Return a silence in words, for one that is long enough to be told: ``silent for 25 min``."""
    return f"silent for {span(fate.silent_seconds)}" if fate.silent else ""


def _again(parts: Sequence[Log]) -> str:
    runs = sum(log.part > 0 for log in parts)  # part 0 is imported text
    return f"The pilot ran again under the same stamp, this is in {len(parts)} parts. " if runs > 1 else ""


def whereabouts(parts: Sequence[Log]) -> str:
    """Return the places of the text for people: the database, storage elements by name."""
    places = {_place(log): None for log in parts if log.state is not State.PURGED or log.file}
    return " and ".join(places) or "nowhere any more"


def _place(log: Log) -> str:
    return f"archive ({log.file.se})" if log.state is State.PURGED and log.file else "database"
