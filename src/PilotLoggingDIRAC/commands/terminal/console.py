"""Output of commands: results to standard output, progress, remarks and errors to standard error.

Control characters in names, references and messages are escaped, and so is what the terminal's encoding can't show.
When the reader of a stream has closed it (``| head``), the rest is discarded, and the command ends as it would
otherwise.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO

from DIRAC.Core.Utilities.PrettyPrint import printTable

from PilotLoggingDIRAC.pilotlog.text import terminal
from PilotLoggingDIRAC.pilotlog.text.terminal_lines import TerminalText

_unread: set[int] = set()


def is_read() -> bool:
    """Return False once the reader of standard output has closed it."""
    return 1 not in _unread


def _write(text: str, stream: TextIO | None = None) -> None:
    stream = stream or sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        discard(stream)


def discard(stream: TextIO) -> None:
    """Discard what a stream holds, and all that follows."""
    number = stream.fileno()
    _unread.add(number)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def table(fields: Sequence[str], records: Sequence[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """Print a table with DIRAC's own printer; columns in ``right`` hold figures and are aligned to the right."""
    if records:
        rows = [
            [_cell(value, field in right) for field, value in zip(fields, record, strict=True)] for record in records
        ]
        text = printTable(list(fields), rows, numbering=False, printOut=False, columnSeparator="  ")
        _write(text.rstrip("\n") + "\n")


def _cell(value: Any, right: bool) -> dict:
    text = f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else terminal.one_line(value)
    return {"Value": text, "Just": "R" if right else "L"}


def as_json(value: Any, indent: int | None = 2) -> None:
    """Print a value as JSON for scripts; times as ISO 8601 text, which ends in Z as they are UTC."""
    _write(json.dumps(value, indent=indent, default=_plain) + "\n")


def _plain(value: Any) -> str:
    return f"{value.isoformat()}{'' if value.tzinfo else 'Z'}" if isinstance(value, datetime) else str(value)


def line(text: object = "") -> None:
    """Print one line of a result."""
    _write(terminal.one_line(text) + "\n")


def remark(text: object) -> None:
    """Print one line to standard error."""
    clear_progress()
    _write(terminal.one_line(text) + "\n", sys.stderr)


def confirmed(question: str) -> bool:
    """Return True if the user confirms; the end of the input counts as no."""
    _write(f"{question} [y/N] ", sys.stderr)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def progress(text: str) -> None:
    """Show the progress in place of the last one; do nothing unless standard error is a terminal."""
    if sys.stderr.isatty():
        _write(f"\r\x1b[K{terminal.one_line(text)}", sys.stderr)


def clear_progress() -> None:
    """Clear the progress line, before other output."""
    if sys.stderr.isatty():
        _write("\r\x1b[K", sys.stderr)


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
        try:
            sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            discard(sys.stdout)


def complain(what: str, why: object = "") -> None:
    """Print one line about an error."""
    remark(f"{what}: {why}" if str(why) else what)
