"""Alarms: an error in the component's log when a problem begins, a notice when it is over, and mail about both.

Mail goes to ``AlarmAddress`` in ``/Systems/WorkloadManagement/PilotLogging``, if set.
"""

from __future__ import annotations

import socket

from DIRAC import gConfig, gLogger
from DIRAC.FrameworkSystem.Client.NotificationClient import NotificationClient

from PilotLoggingDIRAC.pilotlog.archive.alarms import Alarms
from PilotLoggingDIRAC.pilotlog.bounded_executor import BoundedExecutor
from PilotLoggingDIRAC.pilotlog.errors import Overloaded

_ADDRESS = "/Systems/WorkloadManagement/PilotLogging/AlarmAddress"
_MAX_WAITING = 100
_log = gLogger.getSubLogger("PilotLogging")


class Bell:
    """The reporter of one component's problems; mail is sent by a thread of its own and never delays the component."""

    def __init__(self, component: str, quiet_seconds: float = 0.0):
        self._component = component
        self._post = BoundedExecutor("mail", 1, _MAX_WAITING)
        self.alarms = Alarms(self._began, self._ended, quiet_seconds)

    def _began(self, subject: str, text: str) -> None:
        _log.error(f"Alarm: {subject}", text)
        self._mail(f"Alarm: {subject}", text)

    def _ended(self, subject: str) -> None:
        _log.notice("Alarm is over:", subject)
        self._mail(f"Alarm is over: {subject}", "")

    def _mail(self, subject: str, text: str) -> None:
        addresses = gConfig.getValue(_ADDRESS, [])
        if not addresses:
            return
        body = f"{self._component} on {socket.gethostname()}\n\n{subject}\n{text}\n"
        try:
            self._post.submit(_send, (addresses, f"[PilotLogging] {subject}", body))
        except Overloaded as error:
            _log.warn("Could not send mail", str(error))


def _send(addresses: list[str], subject: str, body: str) -> None:
    """Send mail to one address at a time: of several, DIRAC's client stops after the first that takes the mail."""
    for address in addresses:
        try:
            result = NotificationClient().sendMail(address, subject, body)
        except Exception as error:  # mail that can't be sent must break nothing else
            _log.warn("Could not send mail", repr(error))
            continue
        if not result["OK"]:
            _log.warn("Could not send mail", result["Message"])
