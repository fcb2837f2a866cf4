"""Pauses after work, so that it takes only a share of the time, and leaves the rest to others on the host."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


def pause(seconds: float, least_seconds: float, load_percent: float) -> float:
    """Return the pause after a step of ``seconds``: at least ``least_seconds``, and so long that steps take
    ``load_percent`` (1 to 100) of the time at most.
    """
    share = min(max(load_percent, 1.0), 100.0)
    return max(least_seconds, seconds * (100.0 / share - 1.0))


class Rests:
    """Rests within one step, one after each piece of work, so that work takes ``load_percent`` of the time at most.

    ``wait(seconds)`` waits for that time, or until the component ends; ``rested`` counts the seconds. Short pieces of
    work with short rests delay the messages of a collector on the same host by less.
    """

    def __init__(self, load_percent: float, wait: Callable[[float], object] = time.sleep):
        self._load_percent = load_percent
        self._wait = wait
        self.rested = 0.0

    def rest(self, seconds: float, most: float = math.inf) -> None:
        """Rest after a piece of work of ``seconds``, for ``most`` seconds at most."""
        began = time.monotonic()
        self._wait(min(pause(seconds, 0.0, self._load_percent), most))
        self.rested += time.monotonic() - began

    def left(self, seconds: float, least_seconds: float) -> float:
        """Return what is left of the ``pause`` after a step of ``seconds``, its rests included. The next step's rests
        count anew.
        """
        rested, self.rested = self.rested, 0.0
        return max(pause(seconds - rested, least_seconds, self._load_percent) - rested, 0.0)

    def worked(self) -> float:
        """Return the seconds of a clock that stands while the step rests; only differences mean something."""
        return time.monotonic() - self.rested
