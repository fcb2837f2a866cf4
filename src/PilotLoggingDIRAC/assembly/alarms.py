"""Alarms: an error in the component's log when a problem begins, a notice when it is over, and mail about both.

Mail goes to ``AlarmAddress`` in ``/Systems/WorkloadManagement/PilotLogging``, if set.
"""

from __future__ import annotations

import atexit
import queue
import socket
import threading
from collections.abc import Callable
from functools import partial

from DIRAC import gConfig, gLogger

from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.adapters.workers.proxies import HOST
from PilotLoggingDIRAC.pilotlog.archive.alarms import Alarms
from PilotLoggingDIRAC.pilotlog.errors import Overloaded, PilotLogError

_ADDRESS = "/Systems/WorkloadManagement/PilotLogging/AlarmAddress"
_MAX_WAITING = 100
#: Time for one mail; the start of the child that sends it is not counted.
_SEND_SECONDS = 30.0
#: So long a process that ends waits for its mail.
_END_SECONDS = 10.0
_log = gLogger.getSubLogger("PilotLogging")


class Bell:
    """The reporter of one component's problems; mail is sent by a thread of its own and never delays the component."""

    def __init__(self, component: str, quiet_seconds: float = 0.0, send_seconds: float = _SEND_SECONDS):
        self._component = component
        self._mails = _Mails(send_seconds)
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
            self._mails.add(addresses, f"[PilotLogging] {subject}", body)
        except Overloaded as error:
            _log.warn("Could not send mail", str(error))


class _Mails:
    """The mails that wait, and the thread that sends them, which begins with the first one.

    DIRAC's mail library knows no time limit, so each mail is sent in a child process that is killed after
    ``send_seconds``. A process that ends waits a few seconds for its mail, and no longer.
    """

    def __init__(self, send_seconds: float):
        self._send_seconds = send_seconds
        self._waiting = queue.Queue[Callable[[], None]](_MAX_WAITING)
        self._starting = threading.Lock()
        self._is_started = False
        self._workers = WorkerPool(1)

    def add(self, addresses: list[str], subject: str, body: str) -> None:
        """Have a mail sent. Raise Overloaded when too much waits, or no thread can be started: then it waits."""
        try:
            self._waiting.put_nowait(partial(self._send, addresses, subject, body))
        except queue.Full:
            raise Overloaded(f"{_MAX_WAITING} mails wait already") from None
        with self._starting:
            if not self._is_started:
                self._start()

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name="pilotlog-mail", daemon=True).start()
        except RuntimeError:
            raise Overloaded("No more threads can be started: it is tried again with the next mail") from None
        self._is_started = True
        atexit.register(self._finish)

    def _run(self) -> None:
        while True:
            self._waiting.get()()
            if self._waiting.empty():
                self._workers.close()

    def _finish(self) -> None:
        """Wait until what waits now is sent, at most ``_END_SECONDS``."""
        is_sent = threading.Event()
        try:
            self._waiting.put_nowait(is_sent.set)
        except queue.Full:
            return
        is_sent.wait(_END_SECONDS)

    def _send(self, addresses: list[str], subject: str, body: str) -> None:
        """Send mail to one address at a time: of several, DIRAC's client stops after the first that takes the mail."""
        mailer = self._workers.of(HOST)
        for address in addresses:
            try:
                mailer.call("send_mail", self._send_seconds, address=address, subject=subject, body=body)
            except Exception as error:  # mail that can't be sent must break nothing else
                _log.warn("Could not send mail", str(error) if isinstance(error, PilotLogError) else repr(error))
