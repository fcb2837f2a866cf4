"""Colours on a terminal; not where ``NO_COLOR`` is set (https://no-color.org), and not on a dumb one."""

from __future__ import annotations

import os
from typing import TextIO

from PilotLoggingDIRAC.pilotlog.text.terminal_lines import header

RED, GREEN, YELLOW, CYAN, DIM, BOLD = "31", "32", "33", "36", "2", "1"
#: Colours that tell pilots apart, none of which means anything elsewhere.
APART = ("36", "32", "35", "34", "33", "96", "92", "95", "94", "93")

_OUTCOMES = {
    "running": CYAN,
    "silent": YELLOW,
    "succeeded": GREEN,
    "failed": RED,
    "killed": RED,
}


def wanted(stream: TextIO) -> bool:
    """Return whether text on this stream may have colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def painted(text: str, colour: str, stream: TextIO) -> str:
    """Return a text in a colour, or as it is: without one, and where the stream takes none."""
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and text and wanted(stream) else text


def of_outcome(text: str) -> str:
    """Return the colour of an outcome in words, as ``silent for 25 min``; empty for one that has none."""
    return _OUTCOMES.get(text.partition(" ")[0], "")


def of_line(line: str) -> str:
    """Return the colour of a pilot's line by the level in its header; empty for most lines."""
    found = header(line.encode("utf-8", "backslashreplace"))
    if found is None:
        return ""
    return RED if found.error else YELLOW if found.level.startswith("WARN") else ""
