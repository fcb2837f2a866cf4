"""The caller of a request, and the lines in the service's log about readings and refusals, for all handlers."""

from __future__ import annotations

from collections.abc import Callable

from PilotLoggingDIRAC.assembly.access import audit, callers
from PilotLoggingDIRAC.pilotlog.access import Caller
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.read.audit import Audit


class AuditedMixin:
    """Mixin for handlers of either protocol; each request has an instance of its own."""

    #: Returns the subject of the request, called on a refusal; it may raise, as arguments are not checked yet.
    about: Callable[[], dict[str, object]] = dict

    _who: Caller | None = None

    @property
    def who(self) -> Caller:
        """Return the caller of this request."""
        if self._who is None:
            self._who = callers.caller_of(self)
        return self._who

    @property
    def audit(self) -> Audit:
        """Return the audit log that readings are written to."""
        return audit.audit()

    def refused(self, error: PilotLogError, method: str) -> None:
        """Write a refusal to the audit log; ``exported`` calls this."""
        self.audit.refused(self.who, method, error, **self._known_about())

    def _known_about(self) -> dict[str, object]:
        try:
            return self.about()
        except PilotLogError:
            return {}
