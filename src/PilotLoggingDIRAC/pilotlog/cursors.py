"""Cursors that callers are given: each names the database that it belongs to.

A restored database gives the same numbers again, to other text and to other logs: a cursor from before would lead to
the wrong place. It has another name.
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
    """The cursors of one database: its name is put on each that is given, and taken off each that comes back."""

    def __init__(
        self,
        name: Callable[[], str] = lambda: "",
        seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """Create them; ``name()`` returns the database's name, and is called once in ``seconds`` at most.

        Without a name, cursors stay as they are.
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
        """Return the cursor without the name; what is no cursor is returned as it is.

        Raise CursorOutdated for one of another database, or one without a name, as an older version gave them.
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
