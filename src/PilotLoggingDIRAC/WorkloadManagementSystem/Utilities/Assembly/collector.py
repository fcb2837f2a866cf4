"""The collector, put together: database, writer, intake and query of one service process."""

from __future__ import annotations

import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import DIRAC
from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.errors import PilotLogError, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.ingest import Writer
from PilotLoggingDIRAC.pilotlog.intake import Intake
from PilotLoggingDIRAC.pilotlog.model import Batch
from PilotLoggingDIRAC.pilotlog.query import LogQuery
from PilotLoggingDIRAC.pilotlog.settings import IngestSettings, ReadSettings, StoreSettings
from PilotLoggingDIRAC.WorkloadManagementSystem.DB.PilotLoggingDB import PilotLoggingDB, utc_now
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Assembly import options

_log = gLogger.getSubLogger("PilotLogging")


class Collector:
    """What one service process needs to receive logs and to read them back."""

    def __init__(self, db: PilotLoggingDB, ingest: IngestSettings, reading: ReadSettings):
        self.db = db
        self._writer = Writer(db.appender, ingest, on_refused=_alarm)
        self._writer.start()
        self.intake = Intake(self._writer, ingest, utc_now)
        self.query = LogQuery(db.reader, reading)
        self.readers = ThreadPoolExecutor(reading.threads, thread_name_prefix="pilotlog-read")

    def status(self) -> dict:
        """What ``getStatus`` answers; it answers too when the database is away."""
        answer = {"Collector": self.intake.status(), "Version": _version()}
        try:
            return answer | self.query.status() | {"Database": "available"}
        except StoreUnavailable as error:
            return answer | {"Database": str(error)}

    def metadata(self) -> dict:
        """What ``getMetadata`` answers: stock callers look for finished files in ``LogPath``, where there are none."""
        path = os.path.join(DIRAC.rootPath, "work", "WorkloadManagement", "PilotLogging")
        return {"LogPath": path, "Storage": "PilotLoggingDB", "Version": _version()}

    def stop(self) -> None:
        """Bring what was taken to the database, refuse the rest, let go of connections."""
        self._writer.stop()
        self.readers.shutdown(wait=False, cancel_futures=True)
        self.db.close()


def _alarm(batch: Batch, error: PilotLogError) -> None:
    _log.error("The store refused a batch", f"of {batch.pilot}, {len(batch.text)} bytes: {error}")


@functools.cache
def _version() -> str:
    from importlib.metadata import version

    return version("PilotLoggingDIRAC")


_lock = threading.Lock()
_collectors: dict[str, Collector] = {}


def collector(full_name: str) -> Collector:
    """The collector of this process for a service, ``<System>/<Service>``; made and started at the first call."""
    with _lock:
        if full_name not in _collectors:
            option = options.service(full_name)
            db = PilotLoggingDB(settings=options.fill(StoreSettings, option))
            _collectors[full_name] = Collector(
                db, options.fill(IngestSettings, option), options.fill(ReadSettings, option)
            )
        return _collectors[full_name]


