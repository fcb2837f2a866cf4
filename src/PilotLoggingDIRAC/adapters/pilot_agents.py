"""DIRAC's word on pilots: PilotAgentsDB by their stamps, many at once, for the agent and for readers.

It has its own statement: DIRAC's class tries for minutes when the database is unavailable, and takes a connection that
was idle for some seconds without a test.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from DIRAC.WorkloadManagementSystem.Client.PilotStatus import PILOT_FINAL_STATES
from sqlalchemy import URL, Connection, Row, column, select, table

from PilotLoggingDIRAC.adapters.database import PILOT_AGENTS, database_url
from PilotLoggingDIRAC.pilotlog.model import PilotId, PilotInfo
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.engine import Transactions, make_engine

#: The stamp has no index, so that each query reads the whole table: queries should be few.
_STAMPS_PER_QUERY = 500
_UNKNOWN = frozenset({"Unknown", "NotAssigned"})

_COLUMNS = ("PilotID", "PilotStamp", "VO", "PilotJobReference", "GridSite", "DestinationSite", "Status")
_agents = table("PilotAgents", *map(column, _COLUMNS))


class PilotAgents:
    """A ``ports.Pilots`` over PilotAgentsDB; it connects at the first look-up."""

    def __init__(
        self, settings: StoreSettings, url: str | URL | None = None, stamps_per_query: int = _STAMPS_PER_QUERY
    ):
        """Create the adapter over a PilotAgentsDB, by default the one that the CS names."""
        self._settings = settings
        self._url = url
        self._stamps_per_query = stamps_per_query
        self._lock = threading.Lock()
        self._transactions: Transactions | None = None

    def by_stamp(self, pilots: Sequence[PilotId]) -> dict[PilotId, PilotInfo]:
        """See ``ports.Pilots.by_stamp``. Of several rows for one stamp, the latest counts.

        Stamps of 36 characters and of clouds may never match: the column takes 32, and clouds leave it empty.
        """
        wanted = frozenset(pilots)
        stamps = sorted({pilot.stamp for pilot in wanted})
        found = {}
        for start in range(0, len(stamps), self._stamps_per_query):
            for pilot, info in self._connected().run(_infos, stamps[start : start + self._stamps_per_query]):
                if pilot in wanted:
                    found[pilot] = info
        return found

    def ask(self) -> None:
        """Ask for any one row. Raise StoreUnavailable or StoreRefused."""
        self._connected().run(_any)

    def close(self) -> None:
        """Close all connections."""
        if self._transactions is not None:
            self._transactions.engine.dispose()

    def _connected(self) -> Transactions:
        with self._lock:
            if self._transactions is None:
                engine = make_engine(self._url or database_url(PILOT_AGENTS), self._settings)
                self._transactions = Transactions(engine, self._settings)
            return self._transactions


def _any(connection: Connection) -> None:
    connection.execute(select(_agents).limit(1)).all()


def _infos(connection: Connection, stamps: Sequence[str]) -> list[tuple[PilotId, PilotInfo]]:
    statement = select(_agents).where(_agents.c.PilotStamp.in_(stamps)).order_by(_agents.c.PilotID)
    return [(PilotId(row.VO, row.PilotStamp), _info(row)) for row in connection.execute(statement)]


def _info(row: Row[Any]) -> PilotInfo:
    final = row.Status in PILOT_FINAL_STATES
    return PilotInfo(row.PilotJobReference, _known(row.GridSite), _known(row.DestinationSite), final, row.Status)


def _known(name: str) -> str:
    return "" if name in _UNKNOWN else name
