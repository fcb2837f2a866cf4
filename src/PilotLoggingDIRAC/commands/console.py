"""Output of commands: results to standard output, progress and remarks to standard error, all of it harmless.

Names, references and messages that others chose are shown, never obeyed.
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


def table(fields: Sequence[str], records: Sequence[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """A table by DIRAC's own printer; columns in ``right`` hold figures and stand to the right."""
    if records:
        rows = [
            [_cell(value, field in right) for field, value in zip(fields, record, strict=True)] for record in records
        ]
        print(printTable(list(fields), rows, numbering=False, printOut=False, columnSeparator="  ").rstrip("\n"))


def _cell(value: Any, right: bool) -> dict:
    text = f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else terminal.one_line(value)
    return {"Value": text, "Just": "R" if right else "L"}


def as_json(value: Any, indent: int | None = 2) -> None:
    """A value for scripts; times as ISO 8601 text."""
    print(json.dumps(value, indent=indent, default=_plain), flush=True)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def line(text: object = "") -> None:
    """One line of a result."""
    print(terminal.one_line(text), flush=True)


def remark(text: object) -> None:
    """One line beside the result."""
    clear_progress()
    print(terminal.one_line(text), file=sys.stderr, flush=True)


def progress(text: str) -> None:
    """How far it is, in place of what was said before; nothing where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{terminal.one_line(text)}", end="", file=sys.stderr, flush=True)


def clear_progress() -> None:
    """Take the progress away, before something else is written."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def pilots_text(text: str, raw: bool) -> None:
    """Text of a pilot; ``raw`` as it is, else with what a terminal would obey shown as escapes."""
    shown = text if raw else terminal.harmless(text)
    sys.stdout.flush()
    sys.stdout.buffer.write(shown.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def say(text: object) -> None:
    """One line of a command's output."""
    gLogger.notice(terminal.one_line(text))


def complain(what: str, why: object = "") -> None:
    """One line about what went wrong."""
    gLogger.error(terminal.one_line(what), terminal.one_line(why))
