"""The way out for DIRAC's own services when our code can't be imported: refuse pilots' output, alarm, serve the rest.

This module imports only DIRAC, and no tornado, which services over DISET do without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from DIRAC import S_ERROR, gLogger

_log = gLogger.getSubLogger("PilotLogging")


class NoMixin:
    """A class in place of a mixin."""


def exported(error: Exception) -> Callable[[Callable], Callable]:
    """Return a decorator in place of ``edge.exported``: the method answers an error, whatever its arguments."""
    alarm("Pilots' output", repr(error))

    def decorate(method: Callable) -> Callable:
        def refuse(self: Any, *arguments: Any) -> dict:
            return S_ERROR(f"{method.__name__.removeprefix('export_')}: not available, see the log of the server")

        refuse.__doc__, refuse.__name__ = method.__doc__, method.__name__
        return refuse

    return decorate


def alarm(name: str | None, reason: str) -> None:
    """Write an alarm into the component's log, and send the mail where that can be done."""
    subject, text = f"{name} is not served", f"{reason}: look at the packages in DIRAC's environment on this host"
    try:
        from PilotLoggingDIRAC.assembly.alarms import Bell

        Bell(name or "").alarms.update({subject: text})
    except Exception as error:  # the same may be missing here
        _log.error(f"Alarm: {subject}", f"{text} (no mail: {error!r})")
