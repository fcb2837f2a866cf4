"""Output of commands: results to standard output, progress and remarks to standard error.

Control characters in names, references and messages are escaped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from DIRAC import gLogger
from DIRAC.Core.Utilities.PrettyPrint import printTable

from PilotLoggingDIRAC.pilotlog.text import terminal
from PilotLoggingDIRAC.pilotlog.text.terminal_lines import TerminalText


def table(fields: Sequence[str], records: Sequence[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """Print a table with DIRAC's own printer; columns in ``right`` hold figures and are aligned to the right."""
    if records:
        rows = [
            [_cell(value, field in right) for field, value in zip(fields, record, strict=True)] for record in records
        ]
        print(printTable(list(fields), rows, numbering=False, printOut=False, columnSeparator="  ").rstrip("\n"))


def _cell(value: Any, right: bool) -> dict:
    text = f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else terminal.one_line(value)
    return {"Value": text, "Just": "R" if right else "L"}


def as_json(value: Any, indent: int | None = 2) -> None:
    """Print a value as JSON for scripts; times as ISO 8601 text."""
    print(json.dumps(value, indent=indent, default=_plain), flush=True)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def line(text: object = "") -> None:
    """Print one line of a result."""
    print(terminal.one_line(text), flush=True)


def remark(text: object) -> None:
    """Print one line to standard error."""
    clear_progress()
    print(terminal.one_line(text), file=sys.stderr, flush=True)


def progress(text: str) -> None:
    """Show the progress in place of the last one; do nothing unless standard error is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{terminal.one_line(text)}", end="", file=sys.stderr, flush=True)


def clear_progress() -> None:
    """Clear the progress line, before other output."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class PilotText:
    """The display of a pilot's text, which comes in parts: ``raw``, or as lines of a terminal with control characters
    escaped.
    """

    def __init__(self, raw: bool):
        self._raw = raw
        self._lines = TerminalText()

    def show(self, text: str) -> None:
        """Print text; a line that has not ended waits for the rest."""
        self._write(text if self._raw else terminal.harmless(self._lines.feed(text)))

    def flush(self) -> None:
        """Print what waits."""
        self._write("" if self._raw else terminal.harmless(self._lines.flush()))

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()


def say(text: object) -> None:
    """Print one line through DIRAC's logger."""
    gLogger.notice(terminal.one_line(text))


def complain(what: str, why: object = "") -> None:
    """Print one line about an error."""
    gLogger.error(terminal.one_line(what), terminal.one_line(why))
