"""Turns at a look that may hang: one thread looks at a time, and a look that fails does so for those who wait, too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """The turns of several threads at one look."""

    def __init__(self, failure: type[Exception]):
        """Create them; ``failure`` is what a look raises that those who wait are told, made of its message."""
        self._failure = failure
        self._lock = threading.Lock()
        self._begun = 0
        self._failed, self._told = 0, ""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and hold it.

        Raise the failure of the last turn if that began after this thread had come: its look is as good as one's own.
        """
        begun_before = self._begun
        with self._lock:
            if self._failed > begun_before:
                raise self._failure(self._told)
            self._begun += 1
            try:
                yield
            except self._failure as error:
                self._failed, self._told = self._begun, str(error)
                raise
            self._failed = 0
