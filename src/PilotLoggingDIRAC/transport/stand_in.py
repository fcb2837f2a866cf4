"""Stand-ins for handlers of Tornado whose code can't be imported or started: they answer 503, and alarm.

One Tornado serves many services: a library that is missing here must end none of the others. So this module imports
only DIRAC and tornado.
"""

from __future__ import annotations

from typing import Any

from DIRAC.Core.Tornado.Server.private.BaseRequestHandler import BaseRequestHandler
from tornado.web import RequestHandler, url

from PilotLoggingDIRAC.transport.missing import alarm

_RETRY_SECONDS = "60"


class StandIn(BaseRequestHandler):
    """A handler that answers any request with HTTP 503, without looking at it."""

    SUPPORTED_METHODS = RequestHandler.SUPPORTED_METHODS
    LOCATION = ""
    reason = ""

    @classmethod
    def _pre_initialize(cls) -> list:
        alarm(cls._fullComponentName, cls.reason)
        return [url(cls.LOCATION or f"/{cls._fullComponentName.strip('/')}", cls)]

    @classmethod
    def _getCSAuthorizationSection(cls, fullComponentName: str) -> str:
        return ""

    def initialize(self, **kwargs: Any) -> None:
        """Leave out DIRAC's initialisation."""

    async def prepare(self) -> None:
        """Answer at once; the reason is only in the server's log."""
        self.set_status(503)
        self.set_header("Retry-After", _RETRY_SECONDS)
        self.set_header("Content-Type", "application/json")
        self.finish('{"error": "Not available, see the log of the server"}')

    def on_finish(self) -> None:
        """Leave out DIRAC's statistics, as there is no caller."""


def for_code(name: str, error: Exception, location: str = "") -> Any:
    """Return the handler in place of one whose code raised an error; ``location`` is its path pattern, by default that
    of the service.
    """
    return type(f"{name}StandIn", (StandIn,), {"reason": repr(error), "LOCATION": location})


def routes(handler: Any, error: Exception, location: str = "") -> list:
    """Return the routes of a stand-in for a handler that failed to start, and raise the alarm."""
    failed = for_code(handler.__name__, error, location)
    failed._fullComponentName = handler._fullComponentName
    return failed._pre_initialize()
