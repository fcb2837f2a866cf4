"""Cursors that callers are given: each tells which database it belongs to, as a restored one has other text.

A restored database gives the same numbers again, to other text and to other logs. It has another name.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from .errors import CursorOutdated, StoreUnavailable
from .turns import Turns

_NAME_CHARACTERS = 8
_CURSOR = re.compile(rf"(?:([0-9a-f]{{{_NAME_CHARACTERS}}})-)?([0-9a-z.]+)", re.ASCII)


class Cursors:
    """The mark of one database on the cursors that are given."""

    def __init__(
        self,
        name: Callable[[], str] = lambda: "",
        seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """Create the mark; ``name()`` returns the database's name, and is called once in ``seconds`` at most.

        Without a name there is no mark.
        """
        self._ask = name
        self._seconds = seconds
        self._monotonic = monotonic
        self._turns = Turns(StoreUnavailable)
        self._known, self._due = "", 0.0

    def give(self, cursor: str) -> str:
        """Return a cursor as a caller is given it; an empty one stays empty."""
        name = self._name() if cursor else ""
        return f"{name}-{cursor}" if name else cursor

    def take(self, cursor: object) -> object:
        """Return the cursor in one that a caller was given; what is none is returned as it is.

        Raise CursorOutdated for one of another database, or of a version before.
        """
        found = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
        if not found or not (name := self._name()):
            return cursor
        if found[1] != name:
            raise CursorOutdated("The cursor was given before the database was restored: begin again")
        return found[2]

    def _name(self) -> str:
        with self._turns.turn():
            now = self._monotonic()
            if not self._known or now >= self._due:
                self._known, self._due = self._ask()[:_NAME_CHARACTERS], now + self._seconds
            return self._known
