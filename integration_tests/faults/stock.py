"""Stock pilots: a stand-in for the logger of the pilot that DIRAC sends, as it buffers, flushes, fails and dies.

Each logger has a buffer of its own: the pilot's main one, then one for each command. A buffer is flushed when it is
full, by its timer, and at the command's end. A failed flush keeps the text, and the next one sends it again with more
after it; the timer that saw it ends. A pilot survives a failed flush for a line of its logger, but not for output of a
program: the command raises, the pilot ends with 1, and what its buffer holds is gone. So it does where the flush at a
command's end fails, or the very first one. An answer is taken for good by its status alone; its body is not read.
"""

import json
import threading
import time
from contextlib import suppress

from ..pilot import Connection, pilot_line
from .programs import LOG
from .senders import ACKNOWLEDGED, REFUSED, UNANSWERED, Attempt

MAIN_INTERVAL = 10


class Failed(Exception):
    """A flush failed in a way that the pilot sees."""


class Buffer:
    """The stock logger's buffer: text, a number of lines at which it is full, a timer."""

    def __init__(self, send, size, interval):
        """``send(text, start)`` sends what is kept, which begins at that byte of all that was written."""
        self._send = send
        self._size = size
        self._lock = threading.RLock()
        self._kept, self._lines, self._start = "", 0, 0
        self._cancelled = threading.Event()
        if interval:
            threading.Thread(target=self._tick, args=(interval,), name="stock-timer", daemon=True).start()

    def write(self, text):
        """Take text; raise Failed when the buffer is full and can't be sent."""
        with self._lock:
            self._kept += text
            self._lines += max(1, text.count("\n"))
            if self._lines >= self._size:
                self.flush()

    def flush(self):
        """Send what is kept, or keep it and raise Failed."""
        with self._lock:
            if self._lines and not self._cancelled.is_set():
                self._send(self._kept, self._start)
                self._start += len(self._kept.encode())
                self._kept, self._lines = "", 0

    def cancel(self):
        """End the timer, and wait for a flush of it."""
        self._cancelled.set()
        with self._lock:
            pass

    def _tick(self, interval):
        while not self._cancelled.wait(interval):
            try:
                self.flush()
            except Failed:
                return


class StockPilot(threading.Thread):
    """Does what its plan says; ``ledger`` has what came of it."""

    def __init__(self, plan, ledger, url, ca_folder, credentials):
        super().__init__(name=plan.name, daemon=True)
        self.ledger = ledger
        self._plan = plan
        self._connection = Connection(url, ca_folder, credentials, timeout=plan.timeout)
        self._streams = 0

    def finish(self, seconds):
        """Faults are over; a stock pilot knows no patience and goes on."""

    def run(self):
        """Be a pilot, and die as one."""
        try:
            self._start_up()
            commands = self._plan.pilot.commands
            for number, acts in enumerate(commands):
                self._command(acts, is_last=number == len(commands) - 1)
        except Failed:
            self.ledger.died = True

    def _start_up(self):
        """Send at once what the wrapper wrote; the main logger's last flush may fail."""
        main = self._buffer(MAIN_INTERVAL)
        try:
            self._log(main, pilot_line("Remote logger activated", command="Pilot"))
            main.write(self._plan.wrapper)
            main.flush()
            self._log(main, pilot_line("Executing commands", command="Pilot"))
            self._flush_quietly(main)
        finally:
            main.cancel()

    def _command(self, acts, is_last):
        buffer = self._buffer(self._plan.pilot.interval)
        try:
            for act in acts:
                time.sleep(act.pause)
                self._log(buffer, act.text) if act.kind == LOG else buffer.write(act.text)
            if is_last:
                self._last_words(buffer)
            else:
                buffer.flush()
        except Failed:
            self._log(buffer, pilot_line("urlopen error", "ERROR"))
            self._log(buffer, pilot_line("Traceback (most recent call last):", "ERROR"))
            raise
        finally:
            buffer.cancel()

    def _last_words(self, buffer):
        if self._plan.end == "finalise":
            self._log(buffer, pilot_line(f"Flushing the remote logger buffer on sys.exit(): {self._plan.code}"))
            buffer.flush()
            self._finalise(self._plan.code)
        elif self._plan.end == "silent":
            buffer.flush()

    def _buffer(self, interval):
        stream, self._streams = self._streams, self._streams + 1
        return Buffer(lambda text, start: self._send(text, stream, start), self._plan.pilot.bufsize, interval)

    def _log(self, buffer, line):
        """The logger swallows a failure."""
        with suppress(Failed):
            buffer.write(line)

    def _flush_quietly(self, buffer):
        with suppress(Failed):
            buffer.flush()

    def _send(self, text, stream, start):
        form = Connection.message(text, self.ledger.stamp, self.ledger.vo)
        self._post(form, self.ledger.attempts, text.encode(), stream, start)

    def _finalise(self, code):
        arguments = [json.dumps({"retCode": code}), self.ledger.stamp, self.ledger.vo]
        self.ledger.codes.append(code)
        with suppress(Failed):
            self._post({"method": "finaliseLogs", "args": json.dumps(arguments)}, self.ledger.finalisations)

    def _post(self, form, attempts, text=b"", stream=0, start=0):
        """Post, and look for the ledger at the answer that the pilot does not read."""
        attempt = Attempt(text, UNANSWERED, time.monotonic(), 0.0, stream=stream, start=start)
        attempts.append(attempt)
        try:
            with self._connection.open(form) as response:
                attempt.outcome, attempt.detail = _heard(response)
                attempt.status = response.status if attempt.outcome != UNANSWERED else 0
        except Exception as error:  # whatever it is, the pilot sees a failed flush
            attempt.status = getattr(error, "code", 0)
            attempt.detail = f"{type(error).__name__}: {error}"
            raise Failed from error
        finally:
            attempt.ended = time.monotonic()


def _heard(response):
    try:
        answer = json.loads(response.read())
        return (ACKNOWLEDGED, "") if answer["OK"] else (REFUSED, answer["Message"])
    except Exception as error:  # the answer broke off: for the pilot all is well
        return UNANSWERED, f"within the answer, {type(error).__name__}: {error}"
