"""Alarms: an error in the component's log when a problem begins, a notice when it is over, and mail about both.

Mail goes to ``AlarmAddress`` in ``/Systems/WorkloadManagement/PilotLogging``, if set.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime

from DIRAC import gConfig, gLogger

from PilotLoggingDIRAC.assembly.mails import Mails, MailSettings
from PilotLoggingDIRAC.pilotlog.archive.alarms import Alarms
from PilotLoggingDIRAC.pilotlog.errors import Overloaded

_ADDRESS = "/Systems/WorkloadManagement/PilotLogging/AlarmAddress"
_SETTINGS = MailSettings()
_log = gLogger.getSubLogger("PilotLogging")


class Bell:
    """The reporter of one component's problems; mail is sent by a thread of its own and never delays the component."""

    def __init__(self, component: str, quiet_seconds: float = 0.0, mail: MailSettings = _SETTINGS):
        self._component = component
        self._mails = Mails(mail)
        self.alarms = Alarms(self._began, self._ended, quiet_seconds, updated=self._mails.start_again)

    def close(self, seconds: float | None = None) -> None:
        """Wait until the mail that waits now is sent, at most ``seconds``, by default 10.

        A process that ends by itself does so anyway; one that ends by a signal does not.
        """
        self._mails.finish(seconds)

    def _began(self, subject: str, text: str) -> None:
        _log.error(f"Alarm: {subject}", text)
        self._mail(f"Alarm: {subject}", text)

    def _ended(self, subject: str) -> None:
        _log.notice("Alarm is over:", subject)
        self._mail(f"Alarm is over: {subject}", "")

    def _mail(self, subject: str, text: str) -> None:
        # mail that is tried again may come after later mail, so that each tells its time
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        body = f"{self._component} on {socket.gethostname()}, {now} UTC\n\n{subject}\n{text}\n"
        for address in gConfig.getValue(_ADDRESS, []):
            try:
                self._mails.add(address, f"[PilotLogging] {subject}", body)
            except Overloaded as error:
                _log.warn("Could not send mail", str(error))
