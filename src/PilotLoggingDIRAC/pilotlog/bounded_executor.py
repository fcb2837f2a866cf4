"""Pools of threads and of places, for work that may wait; how much waits for them is bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from .errors import Overloaded

Result = TypeVar("Result")


class BoundedExecutor:
    """A pool of threads that refuses what would wait too long."""

    def __init__(self, name: str, threads: int, max_waiting: int):
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"pilotlog-{name}")
        self._stopped = False
        self._places = threading.BoundedSemaphore(threads + max_waiting)

    def submit(self, function: Callable[..., Result], arguments: Sequence[Any]) -> Future[Result]:
        """Return a future of the function's result.

        Raise Overloaded when too much is waiting already or no thread can be started, and RuntimeError after
        ``shutdown``; the function is never called then.
        """
        if not self._places.acquire(blocking=False):
            raise Overloaded("Too much is waiting: try again later")
        answer, calls = Future[Result](), [partial(function, *arguments)]
        answer.add_done_callback(lambda _: self._places.release())
        answer.add_done_callback(lambda _: calls.clear())
        try:
            queued = self._pool.submit(_run, answer, calls)
        except RuntimeError:  # no thread can be started; the pool's queue holds the call all the same
            if not answer.cancel():
                return answer  # another thread has begun it
            if self._stopped:
                raise
            raise Overloaded("No more threads can be started: try again later") from None
        queued.add_done_callback(lambda done: done.cancelled() and answer.cancel())
        return answer

    def shutdown(self) -> None:
        """Take no more and drop what waits; what runs goes on to its end."""
        self._stopped = True
        self._pool.shutdown(wait=False, cancel_futures=True)


def _run(answer: Future[Result], calls: list[partial[Result]]) -> None:
    """Answer with the result of the one call, unless the answer was cancelled."""
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(calls.pop()())
    except BaseException as error:
        answer.set_exception(error)
        del answer  # the error's traceback would hold the answer, and the answer the error


class WaitingPlaces:
    """Bounded number of places, with a bounded number of waiters, for coroutines of one event loop."""

    def __init__(self, places: int, max_waiting: int):
        self._free = asyncio.Semaphore(max(places, 1))
        self._max_waiting = max_waiting
        self._waiting = 0

    async def take(self) -> asyncio.Semaphore:
        """Return a place, to be given back by ``release``. Raise Overloaded when more waits already than is
        allowed.
        """
        if self._free.locked() and self._waiting >= self._max_waiting:
            raise Overloaded("Too much is waiting: try again later")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        return self._free
