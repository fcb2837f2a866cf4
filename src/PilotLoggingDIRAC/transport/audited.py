"""What our handlers share: who calls, and that readings and refusals are in the service's log."""

from __future__ import annotations

from collections.abc import Callable

from PilotLoggingDIRAC.assembly import auditing, callers
from PilotLoggingDIRAC.pilotlog.access import Caller
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.read.audit import Audit


class AuditedMixin:
    """For handlers of either protocol, of which each request has an instance of its own."""

    #: What the request is about, asked for when it is refused; it may raise, as what was sent may be anything.
    about: Callable[[], dict[str, object]] = dict

    _who: Caller | None = None

    @property
    def who(self) -> Caller:
        """The caller."""
        if self._who is None:
            self._who = callers.caller_of(self)
        return self._who

    @property
    def audit(self) -> Audit:
        """Where readings are noted."""
        return auditing.audit()

    def refused(self, error: PilotLogError, method: str) -> None:
        """Note a refusal; ``exported`` calls it."""
        self.audit.refused(self.who, method, error, **self._known_about())

    def _known_about(self) -> dict[str, object]:
        try:
            return self.about()
        except PilotLogError:
            return {}
