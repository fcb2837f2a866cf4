"""A bounded number of places for those who hold one for long, in all and for each user."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Overloaded


class UserPlaces:
    """Places that are taken for the time of a context. ``what`` names what too many do."""

    def __init__(self, what: str, most: int, most_of_user: int):
        self._what, self._most, self._most_of_user = what, most, most_of_user
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, user: str) -> Iterator[None]:
        """Hold a place for a user. Raise Overloaded when none is free, or the user has too many."""
        self._take(user)
        try:
            yield
        finally:
            with self._lock:
                self._taken -= Counter([user])

    def _take(self, user: str) -> None:
        with self._lock:
            if self._taken.total() >= self._most:
                raise Overloaded(f"Too many {self._what}: try again later")
            if self._taken[user] >= self._most_of_user:
                raise Overloaded(f"You have too many {self._what}: end some")
            self._taken[user] += 1
