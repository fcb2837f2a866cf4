"""The collector of one service process: database, writer, receiver and readers."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import DIRAC
from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly import option_check, options
from PilotLoggingDIRAC.assembly.access.ownership import OwnershipWatch
from PilotLoggingDIRAC.assembly.access.quotas import QuotaOptions
from PilotLoggingDIRAC.assembly.alarms import Bell
from PilotLoggingDIRAC.assembly.describing import DescribingWatch
from PilotLoggingDIRAC.assembly.reading import statuses
from PilotLoggingDIRAC.assembly.reading.search import searches
from PilotLoggingDIRAC.assembly.redaction import redactor
from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.archive.deletion.request import Deletion
from PilotLoggingDIRAC.pilotlog.bounded_executor import BoundedExecutor, WaitingPlaces
from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Selection
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.receive.quotas import Quotas
from PilotLoggingDIRAC.pilotlog.receive.receiver import Receiver
from PilotLoggingDIRAC.pilotlog.settings import (
    BodySettings,
    ClockSettings,
    IngestSettings,
    ReadSettings,
    SpoolSettings,
    StoreSettings,
    TextSettings,
    UsageSettings,
)
from PilotLoggingDIRAC.pilotlog.text.limits import TextFilter
from PilotLoggingDIRAC.pilotlog.write.spool import Spool
from PilotLoggingDIRAC.pilotlog.write.writer import Writer

#: A problem of the collector that returns within this time counts as the same problem.
_QUIET_SECONDS = 30.0
_MAX_WAITING_TO_DECODE = 1000
_log = gLogger.getSubLogger("PilotLogging")


class Collector:
    """The parts with which one service process receives logs and reads them."""

    def __init__(
        self,
        db: LogDatabase,
        writer: Writer,
        receiver: Receiver,
        watches: Sequence[OwnershipWatch | DescribingWatch],
        option: options.Getter,
        bells: Sequence[Bell] = (),
    ):
        reading = options.fill(ReadSettings, option)
        self.db = db
        self._writer = writer
        self._watches, self._bells = watches, bells
        self.receiver = receiver
        cursors = Cursors(lambda: db.identity.look().name, reading.identity_seconds)
        self.query = LogReader(db.reader, reading, cursors)
        self._store = options.fill(StoreSettings, option)
        self.fates = statuses.fates(option)
        self.deletion = Deletion(db.deleting, db.clock)
        self.bodies = options.fill(BodySettings, option)
        self.search, self._archived = searches(db, option, cursors)
        self._disk_bytes = int(options.fill(UsageSettings, option).database_disk_gb * 1e9)
        self.reading = BoundedExecutor("read", reading.threads, reading.max_waiting_reads)
        self.streams = WaitingPlaces(reading.max_streams, reading.max_waiting_reads)
        # one thread, which bounds the memory for bodies; a second would only wait for the interpreter lock
        self.decoding = BoundedExecutor("decode", 1, _MAX_WAITING_TO_DECODE)

    def release_quarantine(self) -> int:
        """Write the messages again that the database refused, and return their number.

        Raise StoreUnavailable when it is to be tried again later, SpoolUnavailable if the spool can't be written.
        """
        return self._writer.release_quarantine()

    def status(self) -> dict:
        """Return the answer of ``getStatus``, also while the database is unavailable."""
        answer: dict[str, Any] = {"Collector": self.receiver.status(), "Version": _version()}
        answer |= {"ClockDifference": self.db.clock.difference, "Options": option_check.problems()}
        try:
            return answer | self.query.status() | self._outcomes() | {"Database": "available"}
        except StoreUnavailable as error:
            return answer | {"Database": str(error)}

    def _outcomes(self) -> dict[str, Any]:
        """Return how the pilots fared whose logs were heard of last, a bounded number of them."""
        everything, most = Scope(everything=True), self.query.settings.max_counted
        found = self.db.views.outcomes(everything, Selection(), most, self.fates.silent_before())
        return {"Outcomes": {outcome.value: number for outcome, number in found.items()}}

    def usage(self) -> dict:
        """Return the answer of ``getUsage``. Raise StoreUnavailable."""
        usage = self.db.usage
        return {
            "VOs": [dataclasses.asdict(vo) for vo in usage.by_vo(self.db.clock())],
            "StoredBytes": usage.stored_bytes() or 0,
            "DiskBytes": self._disk_bytes,
            "Failures": [dataclasses.asdict(failure) for failure in usage.failures()],
            "Server": usage.server(),
            "PilotAgents": statuses.problem(self._store),
        }

    def metadata(self) -> dict:
        """Return the answer of ``getMetadata``; ``LogPath`` is for DIRAC's own callers and holds no files."""
        path = Path(DIRAC.rootPath, "work", "WorkloadManagement", "PilotLogging")
        return {"LogPath": str(path), "Storage": "PilotLoggingDB", "Version": _version()}

    def stop(self) -> None:
        """Write the messages that were taken, refuse new ones, close connections, and wait for mail of alarms, all that
        within twice ``StopSeconds``.
        """
        until = time.monotonic() + 2 * self.receiver.settings.stop_seconds
        self._writer.stop()
        self.decoding.shutdown()
        self.reading.shutdown()
        for watch in self._watches:
            watch.stop()
        self._archived.close()
        self.db.close()
        for bell in self._bells:
            bell.close(max(until - time.monotonic(), 0.0))


@functools.cache
def _version() -> str:
    from importlib.metadata import version

    return version("PilotLoggingDIRAC")


_lock = threading.Lock()
_collectors: dict[str, Collector] = {}


def collector(full_name: str) -> Collector:
    """Return this process's collector for a service, ``<System>/<Service>``; the first call makes and starts it."""
    with _lock:
        if full_name not in _collectors:
            _collectors[full_name] = _make(full_name, options.service(full_name))
        return _collectors[full_name]


def collectors() -> dict[str, Collector]:
    """Return the collectors of this process by the full name of their service."""
    with _lock:
        return dict(_collectors)


def _make(full_name: str, option: options.Getter) -> Collector:
    ingest, spooling = options.fill(IngestSettings, option), options.fill(SpoolSettings, option)
    accept_late = timedelta(days=ingest.accept_late_days)
    store = options.fill(StoreSettings, option)
    rules = redactor()
    text_filter = TextFilter(rules, options.fill(TextSettings, option))
    clocks = options.fill(ClockSettings, option)
    db = LogDatabase(settings=store, accept_late=accept_late, text_filter=text_filter, clocks=clocks)
    quotas, bell = Quotas(QuotaOptions()), Bell(full_name, _QUIET_SECONDS)
    opener = _spool_opener(full_name, option, spooling)

    def report(problems: dict[str, str]) -> None:
        clock = {"clock": db.clock.problem} if db.clock.problem else {}
        bell.alarms.update(problems | quotas.problems() | clock)

    writer = Writer(db.appender, ingest, db.clock.known, opener, spooling, report)
    writer.start()
    owners = OwnershipWatch(full_name, option, store)
    watches = (owners, DescribingWatch(db, option, store))
    for watch in watches:
        watch.start()
    receiver = Receiver(writer, ingest, db.clock.known, owners.check, quotas, rules.open_bytes)
    return Collector(db, writer, receiver, watches, option, (bell, owners.bell))


def _spool_opener(full_name: str, option: options.Getter, settings: SpoolSettings) -> Callable[[], Spool]:
    """Return the opener of the spool in ``SpoolPath``, an absolute folder, by default below DIRAC's root."""
    default = Path(DIRAC.rootPath, "work", *full_name.split("/"), "spool")
    path = Path(option("SpoolPath", str(default)))
    if not path.is_absolute():
        _log.error("SpoolPath is not absolute, the default is used", f"{path}")
        path = default
    return lambda: Spool(path, settings)
