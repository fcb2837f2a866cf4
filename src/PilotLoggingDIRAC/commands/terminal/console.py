"""Output of commands: results to standard output, progress, remarks and errors to standard error.

Control characters in names, references and messages are escaped, and so is what the terminal's encoding can't show.
When the reader of a stream has closed it (``| head``), the rest is discarded, and the command ends as it would
otherwise.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from DIRAC.Core.Utilities.PrettyPrint import printTable

from PilotLoggingDIRAC.commands.terminal import colours
from PilotLoggingDIRAC.pilotlog.text import humanize, terminal
from PilotLoggingDIRAC.pilotlog.text.terminal_lines import TerminalText

_SEPARATOR = "  "
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


def table(
    fields: Sequence[str],
    records: Sequence[Sequence[Any]],
    right: Sequence[str] = (),
    colour: Mapping[str, Callable[[str], str]] | None = None,
) -> None:
    """Print a table with DIRAC's own printer; columns in ``right`` hold figures and are aligned to the right.
    ``colour``: by column, the colour of a value.
    """
    if records:
        rows = [
            [_cell(value, field in right) for field, value in zip(fields, record, strict=True)] for record in records
        ]
        text = printTable(list(fields), rows, numbering=False, printOut=False, columnSeparator=_SEPARATOR)
        lines = text.rstrip("\n").split("\n")
        if colour and colours.wanted(sys.stdout):
            lines[2:] = map(_painter(fields, rows, colour), lines[2:])
        _write("\n".join(lines) + "\n")


def _painter(
    fields: Sequence[str], rows: Sequence[Sequence[dict]], colour: Mapping[str, Callable[[str], str]]
) -> Callable[[str], str]:
    """Return the painter of a table's line."""
    widths = [max(len(field), *(len(row[n]["Value"].strip()) for row in rows)) for n, field in enumerate(fields)]
    starts = [sum(widths[:n]) + n * len(_SEPARATOR) for n in range(len(fields))]
    places = [(start, start + width, colour[field])
              for field, start, width in zip(fields, starts, widths, strict=True) if field in colour]  # fmt: skip

    def paint(line: str) -> str:
        for start, end, of_value in reversed(places):
            value = line[start:end]
            line = line[:start] + colours.painted(value, of_value(value.strip()), sys.stdout) + line[end:]
        return line

    return paint


def _cell(value: Any, right: bool) -> dict:
    text = f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else terminal.one_line(value)
    return {"Value": text, "Just": "R" if right else "L"}


def as_json(value: Any, indent: int | None = 2) -> None:
    """Print a value as JSON for scripts; times as ISO 8601 text, which ends in Z as they are UTC."""
    _write(json.dumps(value, indent=indent, default=_plain) + "\n")


def _plain(value: Any) -> str:
    return f"{value.isoformat()}{'' if value.tzinfo else 'Z'}" if isinstance(value, datetime) else str(value)


def line(text: object = "", colour: str = "") -> None:
    """Print one line of a result."""
    _write(colours.painted(terminal.one_line(text), colour, sys.stdout) + "\n")


def beside(mark: str, colour: str, text: str) -> None:
    """Print one line of a pilot, with a coloured mark before it that tells whose it is."""
    marked = colours.painted(terminal.one_line(mark), colour, sys.stdout)
    shown = terminal.harmless(text)
    _write(f"{marked} {colours.painted(shown, colours.of_line(shown), sys.stdout)}\n")


def counted(number: int, what: str) -> str:
    """Return a number of things in words, see ``humanize.count``."""
    return humanize.count(number, what)


def remark(text: object, colour: str = "") -> None:
    """Print one line to standard error."""
    clear_progress()
    _write(colours.painted(terminal.one_line(text), colour, sys.stderr) + "\n", sys.stderr)


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
        self._write(text if self._raw else _coloured(terminal.harmless(self._lines.feed(text))))

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


def _coloured(text: str) -> str:
    """Return whole lines with the colours of their levels."""
    if not colours.wanted(sys.stdout):
        return text
    lines = text.split("\n")
    return "\n".join(colours.painted(line, colours.of_line(line), sys.stdout) for line in lines)


def complain(what: str, why: object = "") -> None:
    """Print one line about an error."""
    remark(f"{what}: {why}" if str(why) else what, colours.RED)
