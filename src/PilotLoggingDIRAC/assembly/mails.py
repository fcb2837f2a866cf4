"""The mail of alarms: sent by one thread, in a child process where one can be started, and tried again for a while.

Alarms tell of full disks, hung mounts and missing packages, for which no child may start: then the process itself
sends the mail.
"""

from __future__ import annotations

import atexit
import queue
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.adapters.workers.proxies import HOST
from PilotLoggingDIRAC.adapters.workers.worker import NoWorker
from PilotLoggingDIRAC.pilotlog.errors import NoticeNotSent, Overloaded, PilotLogError

#: One for each address: an outage of the storage begins some problems of each VO at once.
_MAX_WAITING = 1000
#: Threads of this process that were given up, as their mail server never answers.
_MAX_GIVEN_UP = 5
_log = gLogger.getSubLogger("PilotLogging")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The time for one mail, without the start of the child that sends it; how often a mail is tried, and after which
    pause; for how long a process that ends waits for its mail.
    """

    send_seconds: float = 30.0
    tries: int = 5
    pause_seconds: float = 60.0
    end_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail to one address: of several, DIRAC's client stops after the first that takes the mail."""

    address: str
    subject: str
    body: str
    tries_left: int


class Mails:
    """The mails that wait, and the thread that sends them, which begins with the first one.

    DIRAC's mail library knows no time limit, so each mail is sent in a child process that is killed after
    ``send_seconds``. A process that ends by itself waits for its mail for ``end_seconds``, and no longer.
    """

    def __init__(self, settings: MailSettings):
        self._settings = settings
        self._waiting = queue.Queue[_Mail | threading.Event](_MAX_WAITING)
        self._again = deque[tuple[float, _Mail]]()
        self._starting = threading.Lock()
        self._is_started, self._next_start = False, 0.0
        self._workers = WorkerPool(1)
        self._given_up: list[threading.Thread] = []

    def add(self, address: str, subject: str, body: str) -> None:
        """Have a mail sent. Raise Overloaded when too much waits, or no thread can be started: then it waits."""
        try:
            self._waiting.put_nowait(_Mail(address, subject, body, self._settings.tries))
        except queue.Full:
            raise Overloaded(f"{_MAX_WAITING} mails wait already") from None
        with self._starting:
            if not self._is_started:
                self._start()

    def start_again(self) -> None:
        """Start the thread for mail that waits, if it could not be started ``pause_seconds`` ago or earlier."""
        if not self._is_started and time.monotonic() >= self._next_start:
            self._start_for_waiting()

    def finish(self, seconds: float | None = None) -> None:
        """Wait until what waits now is sent, and what failed was tried once more, at most ``seconds``, by default
        ``end_seconds``.
        """
        self._start_for_waiting()
        if not self._is_started:
            return
        atexit.unregister(self.finish)
        is_sent = threading.Event()
        try:
            self._waiting.put_nowait(is_sent)
        except queue.Full:
            return
        is_sent.wait(self._settings.end_seconds if seconds is None else seconds)

    def _start_for_waiting(self) -> None:
        with self._starting, suppress(Overloaded):
            if not self._is_started and not self._waiting.empty():
                self._start()

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name="pilotlog-mail", daemon=True).start()
        except RuntimeError:
            self._next_start = time.monotonic() + self._settings.pause_seconds
            raise Overloaded("No more threads can be started: it is tried again later") from None
        self._is_started = True
        atexit.register(self.finish)

    def _run(self) -> None:
        while True:
            found = self._next()
            if isinstance(found, threading.Event):
                for _ in range(len(self._again)):
                    self._try(self._again.popleft()[1])
                found.set()
            else:
                self._try(found)
            if self._waiting.empty():
                self._workers.close()

    def _next(self) -> _Mail | threading.Event:
        """Return what waits, or else the first mail whose pause is over."""
        pause = max(self._again[0][0] - time.monotonic(), 0.0) if self._again else None
        try:
            return self._waiting.get(timeout=pause)
        except queue.Empty:
            return self._again.popleft()[1]

    def _try(self, mail: _Mail) -> None:
        try:
            self._send(mail)
        except Exception as error:  # mail that can't be sent must break nothing else
            left = mail.tries_left - 1 if len(self._again) < _MAX_WAITING else 0
            reason = str(error) if isinstance(error, PilotLogError) else repr(error)
            _log.warn("Could not send mail", f"{reason} ({left} tries are left)")
            if left > 0:
                due = time.monotonic() + self._settings.pause_seconds
                self._again.append((due, replace(mail, tries_left=left)))

    def _send(self, mail: _Mail) -> None:
        text = {"address": mail.address, "subject": mail.subject, "body": mail.body}
        try:
            self._workers.of(HOST).call("send_mail", self._settings.send_seconds, **text)
        except NoWorker as error:
            _log.verbose("Mail is sent without a worker", str(error))
            self._send_here(text)

    def _send_here(self, text: dict[str, str]) -> None:
        """Send a mail in a thread of this process, which is given up after the limit, as it can't be ended."""
        self._given_up = [thread for thread in self._given_up if thread.is_alive()]
        if len(self._given_up) >= _MAX_GIVEN_UP:
            raise NoticeNotSent(f"{_MAX_GIVEN_UP} mails before it hang")
        answer = queue.SimpleQueue[Exception | None]()
        thread = threading.Thread(target=_send_mail, args=(text, answer), name="pilotlog-mail-here", daemon=True)
        thread.start()
        try:
            error = answer.get(timeout=self._settings.send_seconds)
        except queue.Empty:
            self._given_up.append(thread)
            raise NoticeNotSent("it took too long") from None
        if error:
            raise error


def _send_mail(text: dict[str, str], answer: queue.SimpleQueue[Exception | None]) -> None:
    try:
        # what is imported here may be what is missing
        from PilotLoggingDIRAC.adapters.notice_operations import send_mail

        send_mail(**text)
    except Exception as error:  # whatever the library meets is told to the thread that waits
        answer.put(error)
    else:
        answer.put(None)
