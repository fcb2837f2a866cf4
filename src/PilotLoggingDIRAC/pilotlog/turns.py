"""Turns at a look that may hang: one thread looks at a time, and its failure is also that of the threads that wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Longer than a look at a database that hangs; one that prepares the database may take an hour.
_WAIT_SECONDS = 10.0
_TOO_LONG = "Another thread has been waiting for the database for too long: try again later"


class Turns:
    """The turns of several threads at one look."""

    def __init__(self, failure: type[Exception], wait_seconds: float = _WAIT_SECONDS, too_long: str = _TOO_LONG):
        """Create them; when a look raises ``failure``, the threads that wait raise it too, with the same message.

        They wait until ``wait_seconds`` after the beginning of the look; then they raise it with ``too_long``.
        """
        self._failure = failure
        self._wait_seconds, self._too_long = wait_seconds, too_long
        self._lock = threading.Lock()
        self._begun = 0
        self._since: float | None = None
        self._failed, self._told = 0, ""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and hold it. Raise the failure if the look that is under way takes too long.

        Raise the failure of the last turn if that began after this thread had come: its look is as good as one's own.
        """
        begun_before = self._begun
        if not self._lock.acquire(timeout=self._left()):
            raise self._failure(self._too_long)
        try:
            if self._failed > begun_before:
                raise self._failure(self._told)
            self._begun += 1
            self._since = time.monotonic()
            with self._noted():
                yield
        finally:
            self._since = None
            self._lock.release()

    def _left(self) -> float:
        """Return the seconds to wait for the present look."""
        since = self._since
        return self._wait_seconds if since is None else max(since + self._wait_seconds - time.monotonic(), 0.0)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except self._failure as error:
            self._failed, self._told = self._begun, str(error)
            raise
        self._failed = 0
