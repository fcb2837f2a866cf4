"""What commands tell whoever runs them: names, references and messages that others chose are shown, never obeyed."""

from __future__ import annotations

from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.text import terminal


def say(text: object) -> None:
    """One line of a command's output."""
    gLogger.notice(terminal.one_line(text))


def complain(what: str, why: object = "") -> None:
    """One line about what went wrong."""
    gLogger.error(terminal.one_line(what), terminal.one_line(why))
