"""Log records of one line each, whatever text of callers is in them.

DIRAC, Tornado and other libraries log names as callers sent them: groups, DNs, methods, paths. A line break in a name
would forge a line. Every record of this process passes through one function, whichever logger and backend it has. A
traceback keeps its lines; each is indented.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.text import terminal
from PilotLoggingDIRAC.transport.guards.replacing import guard_of, is_guard, takes

_INDENT = "    "
_formatter = logging.Formatter()
_log = gLogger.getSubLogger("PilotLogging")


def guard_log() -> None:
    """Make every logger of this process pass on records of one line."""
    original = getattr(logging.Logger, "callHandlers", None)
    if not takes(original, 2):
        _log.warn("Records of the log can't be guarded, Python has changed", "Logger.callHandlers")
    elif not is_guard(original):
        logging.Logger.callHandlers = _guarded(original)  # type: ignore[method-assign]  # the guard


def _guarded(call_handlers: Callable) -> Callable:
    @guard_of(call_handlers)
    def call(self: logging.Logger, record: logging.LogRecord) -> None:
        flatten(record)
        call_handlers(self, record)

    return call


def flatten(record: logging.LogRecord) -> None:
    """Reduce the message of a record, and what DIRAC adds to it, to one line each; indent the lines of a traceback."""
    record.msg, record.args = terminal.one_line(_message(record)), ()
    for name in ("varmessage", "local_name"):
        if hasattr(record, name):
            setattr(record, name, terminal.one_line(getattr(record, name)))
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = _indented(_formatter.formatException(record.exc_info))
    if record.stack_info:
        record.stack_info = _indented(record.stack_info)


def _message(record: logging.LogRecord) -> str:
    """Return the message of a record, also if its arguments do not fit its format."""
    try:
        return record.getMessage()
    except Exception:  # formatting may raise anything
        return f"{record.msg} {record.args}"


def _indented(text: str) -> str:
    return "\n".join(_INDENT + line for line in terminal.harmless(text).split("\n"))
