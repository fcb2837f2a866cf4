"""LogDatabase: PilotLoggingDB, the database of pilot logs, connected by DIRAC's own parameters."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from DIRAC.ConfigurationSystem.Client.Utilities import getDBParameters
from sqlalchemy import URL

from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.ports import Clock
from PilotLoggingDIRAC.pilotlog.settings import ClockSettings, StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.admin.deletion import SqlDeletion, SqlRetry
from PilotLoggingDIRAC.pilotlog.sql.admin.importer import SqlImporter
from PilotLoggingDIRAC.pilotlog.sql.admin.usage import SqlUsage
from PilotLoggingDIRAC.pilotlog.sql.archive.custody import SqlCustody
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine
from PilotLoggingDIRAC.pilotlog.sql.connection.store_clock import StoreClock, store_time
from PilotLoggingDIRAC.pilotlog.sql.describe.duties import SqlDuties
from PilotLoggingDIRAC.pilotlog.sql.describe.pilot_jobs import SqlPilotJobs
from PilotLoggingDIRAC.pilotlog.sql.describe.unsettled import SqlUnsettled
from PilotLoggingDIRAC.pilotlog.sql.diagnose.diagnoses import SqlDiagnoses
from PilotLoggingDIRAC.pilotlog.sql.diagnose.running import SqlReceivedLogs
from PilotLoggingDIRAC.pilotlog.sql.forward.cursors import SqlForwardedLogs
from PilotLoggingDIRAC.pilotlog.sql.forward.destinations import SqlDestinations
from PilotLoggingDIRAC.pilotlog.sql.forward.parcels import SqlParcels
from PilotLoggingDIRAC.pilotlog.sql.forward.replays import SqlReplays
from PilotLoggingDIRAC.pilotlog.sql.notify.standings import SqlStandings
from PilotLoggingDIRAC.pilotlog.sql.read.ce_outputs import SqlCEOutputs
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from PilotLoggingDIRAC.pilotlog.sql.schema import payload
from PilotLoggingDIRAC.pilotlog.sql.schema.dictionaries import UnknownDictionary, standard
from PilotLoggingDIRAC.pilotlog.sql.schema.dictionaries import stored as dictionaries
from PilotLoggingDIRAC.pilotlog.sql.schema.identity import SqlIdentity
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import migrate, missing
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from PilotLoggingDIRAC.pilotlog.text.limits import TextFilter
from PilotLoggingDIRAC.pilotlog.turns import Turns

#: A step of a migration may take long; a collector spools meanwhile.
_MIGRATION_SECONDS = 3600
_PREPARED = "The database is being prepared, or does not answer: try again later"

_SETTINGS = StoreSettings()
_CLOCKS = ClockSettings()

FULL_NAME = "WorkloadManagement/PilotLoggingDB"
PILOT_AGENTS = "WorkloadManagement/PilotAgentsDB"


def utc_now() -> datetime:
    """Return the present moment in UTC, without a zone, as the database stores it."""
    return datetime.now(UTC).replace(tzinfo=None)


def database_url(full_name: str = FULL_NAME) -> URL:
    """Return the URL of ``<System>/<database>`` by DIRAC's ``getDBParameters``. Raise StoreUnavailable when the CS
    lacks it.
    """
    found = getDBParameters(full_name)
    if not found["OK"]:
        raise StoreUnavailable(f"The CS does not say where {full_name.split('/')[1]} is: {found['Message']}")
    parameters = found["Value"]
    return URL.create(
        "mysql+mysqldb",
        parameters["User"],
        parameters["Password"],
        parameters["Host"],
        parameters["Port"],
        parameters["DBName"],
    )


class LogDatabase:
    """The steps on the database: ``appender`` (ingest), ``reader``, ``searcher``, ``usage``, ``views`` (the page),
    ``custody`` (the agent), ``importer``, ``mending``, ``deleting``, ``identity``, ``clock``, ``ce_outputs``,
    ``diagnoses`` and ``received`` (why pilots fail), ``unsettled`` and ``duties`` (describing), ``pilot_jobs``,
    ``standings`` (notices), ``forwarded``, ``destinations``, ``parcels`` and ``replays`` (forwarding).

    It connects at the first step, and brings the schema up to date before the first step that succeeds.
    """

    def __init__(
        self,
        url: str | URL | None = None,
        settings: StoreSettings = _SETTINGS,
        accept_late: timedelta = timedelta(days=30),
        text_filter: TextFilter | None = None,
        clocks: ClockSettings = _CLOCKS,
    ):
        self._transactions = _MigratedTransactions(url, settings, utc_now)
        self.clock = clock = StoreClock(lambda: store_time(self._transactions), utc_now, clocks)
        self.appender = SqlAppender(self._transactions, clock, accept_late, text_filter, self._pack)
        self.reader = SqlReader(self._transactions)
        self.searcher = SqlSearcher(self._transactions)
        self.usage = SqlUsage(self._transactions)
        self.custody = SqlCustody(self._transactions, clock)
        self.importer = SqlImporter(self._transactions, clock)
        self.mending = SqlRetry(self._transactions, clock)
        self.deleting = SqlDeletion(self._transactions, clock)
        self.diagnoses = SqlDiagnoses(self._transactions, clock)
        self.received = SqlReceivedLogs(self._transactions, clock)
        self.ce_outputs = SqlCEOutputs(self._transactions, clock)
        self.views = SqlPageQueries(self._transactions)
        self.unsettled = SqlUnsettled(self._transactions)
        self.pilot_jobs = SqlPilotJobs(self._transactions)
        self.duties = SqlDuties(self._transactions, clock)
        self.standings = SqlStandings(self._transactions)
        self.forwarded = SqlForwardedLogs(self._transactions, clock)
        self.destinations = SqlDestinations(self._transactions, clock)
        self.parcels = SqlParcels(self._transactions)
        self.replays = SqlReplays(self._transactions, clock)
        self.identity = SqlIdentity(self._transactions, clock)

    def close(self) -> None:
        """Close all connections."""
        self._transactions.close()

    def _pack(self, text: bytes) -> bytes:
        may_use = utc_now() >= self._transactions.dictionary_from
        return payload.pack(text, dictionary=standard() if may_use else None)


class _MigratedTransactions(Transactions):
    """Transactions on a database whose schema is brought up to date before the first one."""

    def __init__(self, url: str | URL | None, settings: StoreSettings, clock: Clock):
        super().__init__(None, settings)  # type: ignore[arg-type]  # the first step makes the engine
        self._url, self._clock = url, clock
        self._turns = Turns(StoreUnavailable, settings.prepare_seconds, _PREPARED)
        self._ready = False
        self.dictionary_from = datetime.max

    def run(self, step, *args):
        """See ``Transactions.run``. Raise StoreUnavailable too when the database's URL or its schema can't be had.

        Both are tried again at the next step. While one thread prepares the database, the steps of others wait until
        ``prepare_seconds`` after its beginning, and raise StoreUnavailable then. A step that meets a text of another
        version's dictionary is run again when that is learned.
        """
        if not self._ready:
            with self._turns.turn():
                if not self._ready:
                    self._prepare()
                    self._ready = True
        try:
            return super().run(step, *args)
        except UnknownDictionary:
            super().run(dictionaries.learn_all)
        return super().run(step, *args)

    def close(self) -> None:
        """Close all connections."""
        if self.engine is not None:
            self.engine.dispose()

    def _prepare(self) -> None:
        if self.engine is None:
            self.engine = make_engine(self._url or database_url(), self.settings)
        if missing(self.engine, self.settings):
            self._migrate()
        self.dictionary_from = super().run(dictionaries.store_standard, self._clock())

    def _migrate(self) -> None:
        patient = dataclasses.replace(self.settings, read_seconds=_MIGRATION_SECONDS)
        engine = make_engine(self.engine.url, patient)
        try:
            migrate(engine, self._clock, self.settings)
        finally:
            engine.dispose()
