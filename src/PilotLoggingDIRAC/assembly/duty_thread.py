"""A thread that works on a duty, which one of several components has at a time."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.sql.describe.duties import SqlDuties

#: The pause after a step if ``pause_after`` can't tell it.
PAUSE_SECONDS = 60.0
_log = gLogger.getSubLogger("PilotLogging")


@dataclass(slots=True)
class DutyThread:
    """The thread. ``work`` does one step, which holds the duty by itself; ``pause_after(seconds)`` returns the
    seconds to wait after a step that took that long. An exception of either is logged, and the next step is taken. A
    component that ends waits ``stop_seconds`` for the present step.
    """

    name: str
    duty: str
    duties: SqlDuties
    owner: str
    work: Callable[[], None]
    pause_after: Callable[[float], float]
    stop_seconds: float
    stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _problems: set[str] = field(default_factory=set)

    def start(self) -> None:
        """Start the thread, unless it has been started. Raise RuntimeError if none can be: it may be tried again."""
        if self._thread is None:
            thread = threading.Thread(target=self._run, name=f"pilotlog-{self.name}", daemon=True)
            thread.start()
            self._thread = thread

    def stop(self) -> None:
        """Stop the thread after its present step; then another component may take the duty at once."""
        self.stopped.set()
        if self._thread is not None:
            self._thread.join(self.stop_seconds)

    def hold(self, seconds: float) -> bool:
        """Take the duty for some time, or go on with it; see ``SqlDuties.hold``."""
        return self.duties.hold(self.duty, self.owner, seconds)

    def _run(self) -> None:
        pause = 0.0
        while not self.stopped.wait(pause):
            pause = self._step()
        try:
            self.duties.leave(self.duty, self.owner)
        except PilotLogError as error:
            _log.verbose(f"Another component takes the duty only in a while: {self.duty}", str(error))

    def _step(self) -> float:
        """Take one step, whatever it meets. Return the seconds until the next one."""
        began, problems = time.monotonic(), set[str]()
        try:
            self.work()
        except Exception as error:  # the next step may go better; without the thread nobody has the duty
            problems.add(self._failed(error))
        try:
            pause = self.pause_after(time.monotonic() - began)
        except Exception as error:
            problems.add(self._failed(error))
            pause = PAUSE_SECONDS
        self._problems = problems
        return pause

    def _failed(self, error: Exception) -> str:
        """Log an exception, unless the step before met it, too. Return its text."""
        problem = repr(error)
        if problem not in self._problems:
            _log.exception("Unexpected error in a duty, it goes on", self.duty, lException=error)
        return problem


def owner_name() -> str:
    """Return a name for this component that no other has, for its duties and leases: host, process, random letters."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(8)}"
