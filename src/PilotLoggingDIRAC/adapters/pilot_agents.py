"""DIRAC's word on pilots and the jobs that they took: PilotAgentsDB, many pilots at once.

It has its own statements: DIRAC's class tries for minutes when the database is unavailable, and takes a connection that
was idle for some seconds without a test.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from DIRAC.WorkloadManagementSystem.Client.PilotStatus import PILOT_FINAL_STATES, PILOT_TRANSIENT_STATES
from sqlalchemy import URL, ColumnElement, Connection, Row, column, select, table, true

from PilotLoggingDIRAC.adapters.database import PILOT_AGENTS, database_url
from PilotLoggingDIRAC.pilotlog.model import PilotId, PilotInfo
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine

#: The stamp has no index, so that each query reads the whole table: queries should be few.
_KEYS_PER_QUERY = 500
_UNKNOWN = frozenset({"Unknown", "NotAssigned"})

_COLUMNS = ("PilotID", "PilotStamp", "VO", "PilotJobReference", "GridSite", "DestinationSite", "Status")
_agents = table("PilotAgents", *map(column, _COLUMNS))
_taken = table("JobToPilotMapping", column("PilotID"), column("JobID"))
#: There is an index of statuses: those of pilots that have not ended, a small part of the table.
_IS_RUNNING = _agents.c.Status.in_(PILOT_TRANSIENT_STATES)


class PilotAgents:
    """``ports.Pilots`` and ``unsettled.KnownPilots`` over PilotAgentsDB; it connects at the first look-up."""

    def __init__(self, settings: StoreSettings, url: str | URL | None = None, keys_per_query: int = _KEYS_PER_QUERY):
        """Create the adapter over a PilotAgentsDB, by default the one that the CS names."""
        self._settings = settings
        self._url = url
        self._keys_per_query = keys_per_query
        self._lock = threading.Lock()
        self._transactions: Transactions | None = None

    def by_stamp(self, pilots: Sequence[PilotId]) -> dict[PilotId, PilotInfo]:
        """See ``ports.Pilots.by_stamp``. Of several rows for one stamp, the latest counts.

        Stamps of 36 characters and of clouds may never match: the column takes 32, and clouds leave it empty.
        """
        return self._found(pilots, true())

    def running(self, pilots: Sequence[PilotId]) -> dict[PilotId, PilotInfo]:
        """See ``unsettled.KnownPilots.running``; rows of pilots that have ended are not read."""
        return self._found(pilots, _IS_RUNNING)

    def by_id(self, ids: Sequence[int]) -> dict[int, PilotInfo]:
        """See ``unsettled.KnownPilots.by_id``."""
        return {info.id: info for info in self._in_steps(_infos_by_id, ids)}

    def jobs(self, ids: Sequence[int]) -> dict[int, list[int]]:
        """See ``unsettled.KnownPilots.jobs``."""
        found: dict[int, list[int]] = {}
        for pilot_id, job_id in self._in_steps(_jobs, ids):
            found.setdefault(pilot_id, []).append(job_id)
        return found

    def _found(self, pilots: Sequence[PilotId], which: ColumnElement[bool]) -> dict[PilotId, PilotInfo]:
        wanted = frozenset(pilots)
        stamps = sorted({pilot.stamp for pilot in wanted})
        return {pilot: info for pilot, info in self._in_steps(_infos, stamps, which) if pilot in wanted}

    def _in_steps(self, step: Callable[..., list[Any]], keys: Sequence[Any], *more: Any) -> Iterator[Any]:
        """Yield what a step finds for its keys, a bounded number of them in one query."""
        for start in range(0, len(keys), self._keys_per_query):
            yield from self._connected().run(step, keys[start : start + self._keys_per_query], *more)

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


def _infos(
    connection: Connection, stamps: Sequence[str], which: ColumnElement[bool]
) -> list[tuple[PilotId, PilotInfo]]:
    statement = select(_agents).where(_agents.c.PilotStamp.in_(stamps), which).order_by(_agents.c.PilotID)
    return [(PilotId(row.VO, row.PilotStamp), _info(row)) for row in connection.execute(statement)]


def _infos_by_id(connection: Connection, ids: Sequence[int]) -> list[PilotInfo]:
    return [_info(row) for row in connection.execute(select(_agents).where(_agents.c.PilotID.in_(ids)))]


def _jobs(connection: Connection, ids: Sequence[int]) -> list[tuple[int, int]]:
    statement = select(_taken).where(_taken.c.PilotID.in_(ids)).distinct().order_by(_taken.c.JobID)
    return [(row.PilotID, row.JobID) for row in connection.execute(statement)]


def _info(row: Row[Any]) -> PilotInfo:
    final = row.Status in PILOT_FINAL_STATES
    place = (_known(row.GridSite), _known(row.DestinationSite))
    return PilotInfo(row.PilotJobReference, *place, final, row.Status, row.PilotID)


def _known(name: str) -> str:
    return "" if name in _UNKNOWN else name
