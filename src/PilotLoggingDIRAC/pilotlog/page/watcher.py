"""Notification of growing logs: one query per tick for all watched logs, however many watch."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import Overloaded
from ..model import PilotId, State
from ..settings import PageSettings


class Head(NamedTuple):
    """The end of a log: its last part, that part's next sequence number and state, True if it is complete, and
    DIRAC's word on the pilot with the site.
    """

    part: int
    next_sequence: int
    state: State
    complete: bool
    pilot_status: str = ""
    site: str = ""


Heads = Callable[[Sequence[PilotId]], dict[PilotId, Head]]
"""``heads(pilots)``: how far the known ones among them are. Raise PilotLogError."""


@dataclass(eq=False, slots=True)
class LogWatch:
    """One watch of a log; ``wake`` is called in another thread with the log's new head whenever that changes.

    If it raises, the watch ends.
    """

    pilot: PilotId
    user: str
    wake: Callable[[Head], None]


class Watcher:
    """All watches of a process. Its thread runs while there are any."""

    def __init__(
        self, heads: Heads, settings: PageSettings, on_error: Callable[[Exception], None] = lambda error: None
    ):
        """Create the watcher; ``on_error`` is called with the first error of a series of failures, and with that of a
        watch whose ``wake`` fails.
        """
        self._heads = heads
        self._settings = settings
        self._on_error = on_error
        self._lock = threading.Lock()
        self._watches: dict[PilotId, list[LogWatch]] = {}
        self._known: dict[PilotId, Head] = {}
        self._users: Counter[str] = Counter()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._failing = False

    @property
    def number(self) -> int:
        """Return the number of watches."""
        return self._users.total()

    def watch(self, pilot: PilotId, user: str, wake: Callable[[Head], None]) -> LogWatch:
        """Watch a log until ``leave``; the caller looks at it once itself. Raise Overloaded when too many watch."""
        with self._lock:
            if self.number >= self._settings.max_watchers:
                raise Overloaded("Too many are watching logs: try again later")
            if self._users[user] >= self._settings.max_watchers_of_user:
                raise Overloaded("You are watching too many logs: close some")
            if self._thread is None:
                self._thread = self._started()  # it waits for the lock
            watch = LogWatch(pilot, user, wake)
            self._watches.setdefault(pilot, []).append(watch)
            self._users[user] += 1
            return watch

    def _started(self) -> threading.Thread:
        self._stop.clear()
        thread = threading.Thread(target=self._look, name="pilotlog-watch", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the limit of threads
            raise Overloaded("No more threads can be started: try again later") from None
        return thread

    def leave(self, watch: LogWatch) -> None:
        """Stop watching; a second time does nothing."""
        with self._lock:
            watches = self._watches.get(watch.pilot, [])
            if watch not in watches:
                return
            watches.remove(watch)
            self._users -= Counter([watch.user])
            if not watches:
                del self._watches[watch.pilot]
                self._known.pop(watch.pilot, None)

    def close(self) -> None:
        """End the thread; nobody is woken any more."""
        self._stop.set()

    def _look(self) -> None:
        while not self._stop.wait(self._settings.tick_seconds):
            with self._lock:
                pilots = list(self._watches)
                if not pilots:
                    self._thread = None
                    return
            self._tick(pilots)

    def _tick(self, pilots: list[PilotId]) -> None:
        try:
            heads = self._heads(pilots)
            self._failing = False
        except Exception as error:  # the next look may succeed; those who watch keep watching
            if not self._failing:
                self._on_error(error)
            self._failing = True
            return
        for watch, head in self._changed(heads):
            self._wake(watch, head)

    def _wake(self, watch: LogWatch, head: Head) -> None:
        try:
            watch.wake(head)
        except Exception as error:  # it must cost no other watch
            self.leave(watch)
            self._on_error(error)

    def _changed(self, heads: dict[PilotId, Head]) -> list[tuple[LogWatch, Head]]:
        with self._lock:
            changed = [
                pilot for pilot, head in heads.items() if self._known.get(pilot) != head and pilot in self._watches
            ]
            self._known.update({pilot: heads[pilot] for pilot in changed})
            return [(watch, heads[pilot]) for pilot in changed for watch in self._watches[pilot]]
