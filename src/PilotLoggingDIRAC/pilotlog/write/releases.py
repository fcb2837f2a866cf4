"""Requests to offer the quarantine again: any thread asks, and the writer's thread does it in its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from ..errors import StoreUnavailable
from .spool import Spool

Numbers = Callable[[int], tuple[str, int]]
"""``numbers(n)`` reserves n numbers and returns their epoch and the first of them."""

#: A release that has begun can't be cancelled; one of a large quarantine takes some seconds.
BEGUN_SECONDS = 60.0


class ReleaseRequests:
    """The requests that wait for the writer's thread, which ``wake`` wakes.

    Each waits at most ``answer_seconds`` until it begins, and ``BEGUN_SECONDS`` until it is done.
    """

    def __init__(self, answer_seconds: float, wake: Callable[[], None]):
        self._answer_seconds = answer_seconds
        self._wake = wake
        self._waiting: deque[tuple[Numbers, Future[int]]] = deque()

    def ask(self, numbers: Numbers) -> int:
        """Return the number of batches that were moved back to the spool. Raise what moving them raised.

        Raise StoreUnavailable when it has not begun in time, and then it does not happen; or when it is not done in
        time.
        """
        answer: Future[int] = Future()
        self._waiting.append((numbers, answer))
        self._wake()
        try:
            return answer.result(self._answer_seconds)
        except TimeoutError:
            if answer.cancel():
                raise StoreUnavailable("The collector is busy with its database; try again later") from None
        try:
            return answer.result(BEGUN_SECONDS)
        except TimeoutError:
            raise StoreUnavailable("The quarantine is being released, and the disk is slow; look again later") from None

    def serve(self, spool: Spool) -> None:
        """Do what is asked for, one request after another; only the writer's thread calls it."""
        while self._waiting:
            numbers, answer = self._waiting.popleft()
            if answer.set_running_or_notify_cancel():
                _release(spool, numbers, answer)


def _release(spool: Spool, numbers: Numbers, answer: Future[int]) -> None:
    try:
        answer.set_result(spool.release(*numbers(spool.quarantined)))
    except Exception as error:  # whatever it is, who asked waits for it
        answer.set_exception(error)
