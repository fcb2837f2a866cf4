"""PilotLoggingDB: the database of pilot logs, connected by DIRAC's own parameters."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta

from DIRAC.ConfigurationSystem.Client.Utilities import getDBParameters
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise
from sqlalchemy import URL

from PilotLoggingDIRAC.pilotlog.sql.appending import SqlAppender
from PilotLoggingDIRAC.pilotlog.sql.custody import SqlCustody
from PilotLoggingDIRAC.pilotlog.sql.engine import Transactions, make_engine
from PilotLoggingDIRAC.pilotlog.sql.importing import SqlImporter
from PilotLoggingDIRAC.pilotlog.sql.mending import SqlMending
from PilotLoggingDIRAC.pilotlog.sql.migrations import migrate
from PilotLoggingDIRAC.pilotlog.sql.reading import SqlReader
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings

#: A step of a migration may take long; a collector spools meanwhile.
_MIGRATION_SECONDS = 3600

FULL_NAME = "WorkloadManagement/PilotLoggingDB"


def utc_now() -> datetime:
    """The present moment in UTC, without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def database_url() -> URL:
    """Where PilotLoggingDB is, by DIRAC's ``getDBParameters``. Raises when the CS does not say."""
    parameters = returnValueOrRaise(getDBParameters(FULL_NAME))
    return URL.create(
        "mysql+mysqldb",
        parameters["User"],
        parameters["Password"],
        parameters["Host"],
        parameters["Port"],
        parameters["DBName"],
    )


class PilotLoggingDB:
    """The steps on the database: ``appender`` (ingest), ``reader``, ``custody`` (the agent), ``importer``, ``mending``.

    Nothing connects before the first step; the first step that succeeds brings the schema up to date before.
    """

    def __init__(
        self,
        url: str | URL | None = None,
        settings: StoreSettings = StoreSettings(),
        clock=utc_now,
        accept_late: timedelta = timedelta(days=30),
    ):
        self._transactions = _MigratedTransactions(url, settings, clock)
        self.appender = SqlAppender(self._transactions, clock, accept_late)
        self.reader = SqlReader(self._transactions)
        self.custody = SqlCustody(self._transactions, clock)
        self.importer = SqlImporter(self._transactions, clock)
        self.mending = SqlMending(self._transactions)

    def close(self) -> None:
        """Give all connections back."""
        self._transactions.engine.dispose()


class _MigratedTransactions(Transactions):
    """Transactions on a database whose schema is brought up to date before the first one."""

    def __init__(self, url: str | URL | None, settings: StoreSettings, clock):
        super().__init__(make_engine(url or database_url(), settings), settings)
        self._clock = clock
        self._migrating = dataclasses.replace(settings, read_seconds=_MIGRATION_SECONDS)
        self._lock = threading.Lock()
        self._migrated = False

    def _migrate(self) -> None:
        engine = make_engine(self.engine.url, self._migrating)
        try:
            migrate(engine, self._clock)
        finally:
            engine.dispose()

    def run(self, step, *args):
        """See ``Transactions.run``; StoreUnavailable too when the schema can't be brought up to date."""
        if not self._migrated:
            with self._lock:
                if not self._migrated:
                    self._migrate()
                    self._migrated = True
        return super().run(step, *args)
