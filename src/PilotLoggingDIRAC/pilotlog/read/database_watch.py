"""A watch on the database: whoever keeps something that was read drops it when the database is another one."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import StoreUnavailable
from ..ports import StoreIdentity
from ..turns import Turns


class DatabaseWatch:
    """A look at the database's identity, at most one in ``seconds``."""

    def __init__(
        self,
        look: Callable[[], StoreIdentity],
        changed: Callable[[], None],
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """Make it; ``changed()`` is called when the database is another one than at the look before."""
        self._look = look
        self._changed = changed
        self._seconds = seconds
        self._monotonic = monotonic
        self._turns = Turns(StoreUnavailable)
        self._known: StoreIdentity | None = None
        self._due = 0.0

    def __call__(self) -> None:
        """Look if it is time to. Raise StoreUnavailable."""
        with self._turns.turn():
            now = self._monotonic()
            if self._known is not None and now < self._due:
                return
            found = self._look()
            if self._known is not None and not self._known.is_followed_by(found):
                self._changed()
            self._known, self._due = found, now + self._seconds
