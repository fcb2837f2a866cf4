"""Senders: threads that log as stock pilots do, through the proxy, and note what became of each message."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field

from ..pilot import Connection

ACKNOWLEDGED, REFUSED, UNANSWERED = "acknowledged", "refused", "unanswered"
RETRY_SECONDS = 0.4


@dataclass
class Attempt:
    """One message that was sent, and what its sender heard."""

    text: bytes
    outcome: str
    began: float
    ended: float
    detail: str = ""
    status: int = 0
    stream: int = 0
    """Which of the sender's buffers the text came from."""
    start: int | None = None
    """Where in that buffer's text the message begins; None: after the message before."""
    reached: bool = True
    """Whether a byte of it may have come to a collector."""


@dataclass
class Ledger:
    """All that one sender did."""

    name: str
    vo: str
    stamp: str
    collector: int
    careful: bool
    source: str = ""
    """The address that collectors see, empty where that is not its own."""
    died: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    finalisations: list[Attempt] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def as_json(self):
        """All of it, for the eyes of whoever looks into a failure."""
        return json.dumps(asdict(self), default=lambda text: text.decode(), indent=1)


class Sender(threading.Thread):
    """Does what its plan says; ``ledger`` has what came of it."""

    def __init__(self, plan, ledger, url, ca_folder, credentials):
        super().__init__(name=plan.name, daemon=True)
        self.ledger = ledger
        self._plan = plan
        self._connection = Connection(url, ca_folder, credentials, timeout=plan.timeout)
        self._kept, self._start = "", 0
        self._last_chance = None
        self._may_end = threading.Event()

    def finish(self, seconds):
        """Faults are over: what is kept may be tried for so long, then the sender gives up."""
        self._last_chance = time.monotonic() + seconds
        self._may_end.set()

    def run(self):
        """Go through the steps; then, unless it is killed, send what is kept and the end."""
        for step in self._plan.steps:
            time.sleep(step.pause)
            self._kept += step.chunk
            self._flush()
        if self._plan.end == "killed":
            return
        while not self._flush() and not self._given_up():
            time.sleep(RETRY_SECONDS)
        if self._plan.end.startswith("finalise") and not self._kept:
            self._finalise(self._plan.code)
        if self._plan.end == "finalise twice" and not self._kept:
            self._finalise(str(int(self._plan.code) + 1))

    def late(self, text, seconds):
        """Send more after the end, as the pilot of a job that was given up and runs on; it is tried for so long."""
        self.finish(seconds)
        self._kept += text
        while not self._flush() and not self._given_up():
            time.sleep(RETRY_SECONDS)

    def _given_up(self):
        return self._may_end.is_set() and time.monotonic() > self._last_chance

    def _flush(self):
        """Send what is kept; whether nothing is kept any more. A stock sender takes any answer for good."""
        if not self._kept:
            return True
        text = self._kept
        form = {"method": "sendMessage", "args": json.dumps([json.dumps(text), self.ledger.stamp, self.ledger.vo])}
        attempt = self._post(form, text.encode())
        attempt.start = self._start
        self.ledger.attempts.append(attempt)
        if attempt.outcome == ACKNOWLEDGED or (attempt.outcome == REFUSED and not self.ledger.careful):
            self._kept, self._start = "", self._start + len(attempt.text)
        return not self._kept

    def _finalise(self, code):
        while True:
            form = {
                "method": "finaliseLogs",
                "args": json.dumps([json.dumps({"retCode": code}), self.ledger.stamp, self.ledger.vo]),
            }
            attempt = self._post(form, b"")
            self.ledger.finalisations.append(attempt)
            self.ledger.codes.append(code)
            if attempt.outcome == ACKNOWLEDGED or self._given_up():
                return
            time.sleep(RETRY_SECONDS)

    def _post(self, form, text):
        began = time.monotonic()
        try:
            status, answer = self._connection.post(form)
        except Exception as error:  # whatever it is, there was no answer
            return Attempt(text, UNANSWERED, began, time.monotonic(), f"{type(error).__name__}: {error}")
        ended = time.monotonic()
        if status != 200 or not isinstance(answer, dict):
            return Attempt(text, UNANSWERED, began, ended, str(answer)[:200], status)
        if answer["OK"]:
            return Attempt(text, ACKNOWLEDGED, began, ended, status=status)
        return Attempt(text, REFUSED, began, ended, answer["Message"], status)
