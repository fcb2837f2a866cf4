"""Lines of a search as text to be shown: as a terminal shows them, and cut to a limit."""

from __future__ import annotations

from ..text.terminal_lines import overview


def shown(line: bytes, match: int, limit: int) -> str:
    """Return the state of a line that has the match, cut to ``limit`` bytes around it. Bytes that are not UTF-8 become
    escapes.
    """
    begin, end = line.rfind(b"\r", 0, match) + 1, line.find(b"\r", match + 1)
    return _around(line[begin : end if end >= 0 else len(line)].rstrip(b"\r"), match - begin, limit)


def shown_beside(line: bytes, limit: int) -> str:
    """Return a line beside a hit as text: of states that took each other's place the last, cut to ``limit`` bytes."""
    return _around(overview(line), 0, limit)


def _around(line: bytes, match: int, limit: int) -> str:
    if len(line) <= limit:
        return line.decode("utf-8", "backslashreplace")
    start = max(0, min(match - limit // 2, len(line) - limit))
    part = line[start : start + limit].decode("utf-8", "ignore")
    return ("…" if start else "") + part + ("…" if start + limit < len(line) else "")
