"""Ctrl-C: it ends a command in order, without a traceback, and at once when it is pressed again.

Before DIRAC is imported it is Python's own.
"""

from __future__ import annotations

import functools
import signal
import sys
import time
from collections.abc import Callable
from types import TracebackType

from PilotLoggingDIRAC.commands.terminal import console

#: ``timeout`` sends a signal to the process, and another one to its group.
SAME_SECONDS = 1.0


def interrupt_in_order() -> None:
    """Let the first SIGINT raise KeyboardInterrupt; another one within a second does nothing, a later one ends the
    process. One that the caller ignores stays ignored.
    """
    sys.excepthook = functools.partial(_say, sys.excepthook)
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    first: list[float] = []

    def handle(*_: object) -> None:
        if not first:
            first.append(time.monotonic())
            raise KeyboardInterrupt
        if time.monotonic() - first[0] > SAME_SECONDS:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, handle)


def _say(
    others: Callable[..., object], kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    """Tell of an interrupt where nothing catches it, as while DIRAC reads its configuration."""
    if issubclass(kind, KeyboardInterrupt):
        console.remark("Interrupted")
    else:
        others(kind, error, where)
