"""The database's clock: the times that decide about logs are those of one clock, whichever host a process runs on.

It is asked once in a while; between two questions the time goes on by a clock of the process that nobody sets.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from ...ports import Clock
from ...settings import ClockSettings
from .engine import Transactions

_NOW = {
    "mysql": text("SELECT UTC_TIMESTAMP(6)"),
    "sqlite": text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"),
}


class StoreClock:
    """A ``Clock`` of the database, for any number of threads."""

    def __init__(
        self,
        ask: Callable[[], datetime],
        local: Clock,
        settings: ClockSettings,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """Make it; ``ask()`` returns the database's time or raises StoreUnavailable, ``local`` is the host's clock."""
        self._ask = ask
        self._local = local
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._answer: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return the database's time. Raise StoreUnavailable when a new answer is due and can't be had."""
        answer = self._answer
        if answer is None or self._monotonic() - answer[1] >= self._settings.clock_refresh_seconds:
            began = self._monotonic()
            moment = self._ask()
            with self._lock:
                self._answer = moment, (began + self._monotonic()) / 2
        return self.known()

    def known(self) -> datetime:
        """Return the database's time by its last answer, however old; before the first one, the host's."""
        if self._answer is None:
            return self._local()
        moment, at = self._answer
        return moment + timedelta(seconds=self._monotonic() - at)

    @property
    def difference(self) -> float | None:
        """Return the seconds by which the host's clock is ahead of the database's; None before the first answer."""
        return None if self._answer is None else (self._local() - self.known()).total_seconds()

    @property
    def problem(self) -> str:
        """Return the text of the alarm while the clocks differ by more than ``max_clock_seconds``, else nothing."""
        difference = self.difference
        if difference is None or abs(difference) <= self._settings.max_clock_seconds:
            return ""
        way = "ahead of" if difference > 0 else "behind"
        return f"this host's clock is {abs(difference):,.0f} s {way} the database's"


def store_time(transactions: Transactions) -> datetime:
    """Return the database's present time, UTC without a zone. Raise StoreUnavailable."""
    return transactions.run(_now)


def _now(connection: Connection) -> datetime:
    found = connection.execute(_NOW[connection.dialect.name]).scalar_one()
    return found if isinstance(found, datetime) else datetime.fromisoformat(found)
