"""A record of the log is one line, whoever's words are in it.

DIRAC, Tornado and libraries log names as callers sent them: groups, DNs, methods, paths. Line breaks in them would make
lines that nobody wrote. Every record of this process passes through one function, whatever logger and backend it has.
Of a traceback each line is kept, and begins with spaces.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from PilotLoggingDIRAC.pilotlog.text import terminal

_INDENT = "    "
_formatter = logging.Formatter()


def guard_log() -> None:
    """Let every logger of this process hand on records of one line."""
    if not hasattr(logging.Logger.callHandlers, "__wrapped__"):
        logging.Logger.callHandlers = _guarded(logging.Logger.callHandlers)


def _guarded(call_handlers: Callable) -> Callable:
    @functools.wraps(call_handlers)
    def call(self: logging.Logger, record: logging.LogRecord) -> None:
        flatten(record)
        call_handlers(self, record)

    return call


def flatten(record: logging.LogRecord) -> None:
    """Make the message of a record, and what DIRAC adds to it, one line each; a traceback gets its lines indented."""
    record.msg, record.args = terminal.one_line(_message(record)), ()
    for name in ("varmessage", "local_name"):
        if hasattr(record, name):
            setattr(record, name, terminal.one_line(getattr(record, name)))
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = _indented(_formatter.formatException(record.exc_info))
    if record.stack_info:
        record.stack_info = _indented(record.stack_info)


def _message(record: logging.LogRecord) -> str:
    """The message; a caller's mistake with its arguments must not become the caller's exception."""
    try:
        return record.getMessage()
    except Exception:  # whatever formatting raises
        return f"{record.msg} {record.args}"


def _indented(text: str) -> str:
    return "\n".join(_INDENT + line for line in terminal.harmless(text).split("\n"))
