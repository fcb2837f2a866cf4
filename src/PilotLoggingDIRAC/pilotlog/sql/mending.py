"""Mending by hand: logs whose archiving failed are due again at once."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from ..access import Scope
from ..model import Selection, State
from .engine import Transactions
from .reading import matching
from .schema import logs

_LOGS_PER_STEP = 1000
_WAITING = (State.COMPLETE.value, State.INCOMPLETE.value, State.KEPT.value)


class SqlMending:
    """Steps that an administrator asks for."""

    def __init__(self, transactions: Transactions):
        self._run = transactions.run

    def retry(self, wanted: Selection) -> int:
        """Let those that failed among the selected logs be tried again now; how many there were.

        Only logs that failed are touched, so that no selection means all of those. Leases stay as they are.
        """
        done = 0
        while step := self._run(_retry, wanted):
            done += step
        return done


def _retry(connection: Connection, wanted: Selection) -> int:
    failed = select(logs.c.LogID).where(
        matching(Scope(everything=True), wanted), logs.c.State.in_(_WAITING), logs.c.Attempts > 0
    )
    ids = list(connection.execute(failed.order_by(logs.c.LogID).limit(_LOGS_PER_STEP)).scalars())
    if ids:
        connection.execute(update(logs).where(logs.c.LogID.in_(ids)).values(Attempts=0, RetryAfter=None))
    return len(ids)
