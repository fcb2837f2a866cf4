"""Answers of services: their values, and errors that tell whether asking again may help."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from typing import Any

from DIRAC.Core.Utilities.DErrno import ENOAUTH

from PilotLoggingDIRAC.commands.terminal import user_proxy
from PilotLoggingDIRAC.pilotlog.errors import (
    OUR_ERRORS,
    LogNotFound,
    NotAllowed,
    Overloaded,
    PilotLogError,
    ShuttingDown,
    StoreUnavailable,
)

_PASSING = {Overloaded.errno, ShuttingDown.errno, StoreUnavailable.errno}
_LASTING = {errno.ENOSYS}
_UNAUTHORISED = {errno.EACCES, ENOAUTH}
_PAUSE_SECONDS = 1.0
_TOLD_CHARACTERS = 120


class CallFailed(PilotLogError):
    """The service refused the call or failed; the message is its answer."""


class Unauthorised(CallFailed):
    """DIRAC does not let the call through: of nobody, or by the ``Authorization`` of the service."""


class NotAnswered(CallFailed):
    """No service answered, or it can't at the moment: asking again may help."""


def value(answer: dict) -> Any:
    """Return the value of DIRAC's answer. Raise LogNotFound, NotAllowed, Unauthorised, NotAnswered, or CallFailed for
    any other error.
    """
    if answer["OK"]:
        return answer["Value"]
    number, message = answer.get("Errno", 0), str(answer.get("Message", ""))
    named = {error.errno: error for error in (LogNotFound, NotAllowed)}
    if number in named:
        raise named[number](message)
    if number in _UNAUTHORISED:
        raise Unauthorised(message)
    lasting = number in _LASTING or (number in OUR_ERRORS and number not in _PASSING)
    raise (CallFailed if lasting else NotAnswered)(message)


def patiently(
    call: Callable[[], dict], seconds: float, tell: Callable[[str], Any], sleep: Callable[[float], None] = time.sleep
) -> Any:
    """Return the value of a call that is repeated for ``seconds`` while it is not answered; ``tell`` is called when
    that begins and when it ends. Raise what ``value`` raises, and what can't pass by waiting at once: a proxy that has
    expired.
    """
    until, waiting = time.monotonic() + seconds, False
    while True:
        try:
            found = value(call())
        except NotAnswered as error:
            if time.monotonic() >= until or user_proxy.problem():
                raise
            if not waiting:
                tell(f"No answer, trying again: {str(error)[:_TOLD_CHARACTERS]}")
            waiting = True
            sleep(_PAUSE_SECONDS)
            continue
        if waiting:
            tell("It answers again")
        return found
