"""Ctrl-C: it ends a command in order, without a traceback wherever that is, and at once when it is pressed again."""

from __future__ import annotations

import signal
import sys
import time
from types import TracebackType

from PilotLoggingDIRAC.commands.terminal import console

#: ``timeout`` sends a signal to the process, and another one to its group.
_SAME_SECONDS = 1.0


def interrupt_in_order() -> None:
    """Let the first SIGINT raise KeyboardInterrupt; another one within a second does nothing, a later one ends the
    process. One that the caller ignores stays ignored.
    """
    sys.excepthook = _say
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    first: list[float] = []

    def handle(*_: object) -> None:
        if not first:
            first.append(time.monotonic())
            raise KeyboardInterrupt
        if time.monotonic() - first[0] > _SAME_SECONDS:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, handle)


def _say(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """Tell of an interrupt where nothing catches it, as while DIRAC reads its configuration."""
    if issubclass(kind, KeyboardInterrupt):
        console.remark("Interrupted")
    else:
        sys.__excepthook__(kind, error, where)
