"""The owners of jobs, in JobDB."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from sqlalchemy import URL, Connection, column, select, table

from PilotLoggingDIRAC.adapters.database import database_url
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine

_JOB_DB = "WorkloadManagement/JobDB"
_JOBS_PER_QUERY = 1000
_jobs = table("Jobs", column("JobID"), column("Owner"))
_UNKNOWN = "Unknown"


class JobOwners:
    """``unsettled.KnownOwners`` over JobDB; it connects at the first look-up."""

    def __init__(self, settings: StoreSettings, url: str | URL | None = None):
        """Create the adapter over a JobDB, by default the one that the CS names."""
        self._settings = settings
        self._url = url
        self._lock = threading.Lock()
        self._transactions: Transactions | None = None

    def owners(self, jobs: Sequence[int]) -> dict[int, str]:
        """See ``unsettled.KnownOwners.owners``; jobs that JobDB has no more are left out."""
        steps = [jobs[start : start + _JOBS_PER_QUERY] for start in range(0, len(jobs), _JOBS_PER_QUERY)]
        return {job: owner for step in steps for job, owner in self._connected().run(_owners, step)}

    def close(self) -> None:
        """Close all connections."""
        if self._transactions is not None:
            self._transactions.engine.dispose()

    def _connected(self) -> Transactions:
        with self._lock:
            if self._transactions is None:
                engine = make_engine(self._url or database_url(_JOB_DB), self._settings)
                self._transactions = Transactions(engine, self._settings)
            return self._transactions


def _owners(connection: Connection, jobs: Sequence[int]) -> list[tuple[int, str]]:
    found = connection.execute(select(_jobs).where(_jobs.c.JobID.in_(jobs)))
    return [(row.JobID, row.Owner) for row in found if row.Owner != _UNKNOWN]
