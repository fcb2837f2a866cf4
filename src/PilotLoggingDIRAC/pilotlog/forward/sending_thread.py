"""The sending thread of one destination: its own, so that a destination that hangs delays no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import DestinationUnavailable, PilotLogError
from .cursor import WantedLogs
from .forwarder import Forwarder
from .replay.replayer import Replayer
from .settings import ForwardSettings

#: The share of a pause that is left after a step that took longer than the pause.
_REST = 0.2


@dataclass(slots=True)
class Retries:
    """The pauses after failures of a destination, which double up to a limit."""

    first_seconds: float
    most_seconds: float
    _next: float = 0.0

    def failed(self, asked_seconds: float) -> float:
        """Return the pause after one more failure, at least the one that the destination asks for, and never more than
        ``most_seconds``.
        """
        self._next = min(max(self._next * 2, self.first_seconds), self.most_seconds)
        return max(self._next, min(asked_seconds, self.most_seconds))

    def succeeded(self) -> None:
        """Begin with the first pause again."""
        self._next = 0.0


@dataclass(slots=True)
class SendingThread:
    """A thread that takes one step after the other, with a pause where there was little to do.

    ``problem`` is what is wrong since the last step that went well, empty if nothing is.
    """

    sender: Forwarder | Replayer
    wanted: Callable[[], WantedLogs]
    settings: ForwardSettings
    monotonic: Callable[[], float] = time.monotonic
    problem: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)
    _failing_since: float | None = None
    _thread: threading.Thread | None = None
    _retries: Retries = field(init=False)

    def __post_init__(self) -> None:
        self._retries = Retries(self.settings.forward_retry_seconds, self.settings.forward_max_retry_seconds)
        self.sender.is_stopped = self.stopped.is_set

    def start(self) -> None:
        """Start the thread. Raise RuntimeError if none can be started."""
        name = f"pilotlog-forward-{self.sender.name}"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        thread.start()
        self._thread = thread

    def stop(self, seconds: float) -> bool:
        """Stop after the present call of the destination, within some seconds. Return False if it goes on."""
        self.stopped.set()
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def once(self) -> float:
        """Take one step. Return the seconds until the next; whatever goes wrong is a problem, and tried again.

        Pauses between steps are counted from the step's beginning; a part of them is left after a long one.
        """
        began = self.monotonic()
        try:
            self.sender.step(self.wanted())
        except DestinationUnavailable as error:
            return self._failed(str(error), error.retry_seconds)
        except PilotLogError as error:
            return self._failed(str(error), 0.0)
        except Exception as error:  # the thread must live on; a message may hold the pilot's text
            return self._failed(f"unexpected {type(error).__name__}", 0.0)
        if not self.sender.left_to_others:
            self._retries.succeeded()
            self._failing_since, self.problem = None, ""
        pause = self.sender.pause_seconds
        return max(pause - (self.monotonic() - began), pause * _REST)

    def alarm(self) -> str:
        """Return what is wrong for longer than is normal, empty if nothing is."""
        now, limit = self.monotonic(), self.settings.forward_alarm_seconds
        sending = self.sender.sending_since
        if sending is not None and now - sending >= limit:
            return f"it has not answered for {now - sending:.0f} s"
        failing = self._failing_since
        return self.problem if failing is not None and now - failing >= limit else ""

    def _run(self) -> None:
        pause = 0.0
        while not self.stopped.wait(pause):
            pause = self.once()
        self.sender.destination.close()

    def _failed(self, problem: str, asked_seconds: float) -> float:
        self.problem = problem
        self._failing_since = self.monotonic() if self._failing_since is None else self._failing_since
        return self._retries.failed(asked_seconds)
