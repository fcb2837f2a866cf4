"""The chain of sources of one process, made from the CS at the first call."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.adapters.output_cache import OutputCache
from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords
from PilotLoggingDIRAC.adapters.sources.archive import ArchiveSource
from PilotLoggingDIRAC.adapters.sources.collector import CollectorSource
from PilotLoggingDIRAC.adapters.sources.computing_element import ComputingElementSource
from PilotLoggingDIRAC.adapters.sources.logging_info import JobLogSource, SummarySource
from PilotLoggingDIRAC.adapters.sources.search_engine import SearchEngineSource
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool, look_after
from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder, remove_abandoned
from PilotLoggingDIRAC.adapters.workers.proxies import HOST
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.assembly.reading.engines import Engines
from PilotLoggingDIRAC.assembly.reading.statuses import fates
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, storing
from PilotLoggingDIRAC.pilotlog.model import Log, PilotId
from PilotLoggingDIRAC.pilotlog.ports import Archive
from PilotLoggingDIRAC.pilotlog.read import source_chain
from PilotLoggingDIRAC.pilotlog.read.outputs import PilotOutputs
from PilotLoggingDIRAC.pilotlog.read.source_chain import SourceChain
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings, SourceSettings, StoreSettings
from PilotLoggingDIRAC.pilotlog.stored_file import StoredFile

_log = gLogger.getSubLogger("PilotLogging")

#: Workers for CEs, and as many for storage elements, so that one kind that hangs does not block the other.
_WORKERS = 4


def names_for(vo: str) -> Sequence[str]:
    """Return the sources for a VO's pilots in order: ``LogSources``, or the order by ``RemoteLogsPriority``."""
    option = options.operations(vo, "Pilot")
    return source_chain.order(option("LogSources", []), option("RemoteLogsPriority", False))


class _Reading:
    """The chains of one process with their sources, records and workers."""

    def __init__(self) -> None:
        remove_abandoned()
        option = options.section(options.SHARED)
        store, self._timing = options.fill(StoreSettings, option), options.fill(SourceSettings, option)
        self._max_bytes = options.fill(ReadSettings, option).max_whole_bytes
        self._ce_workers, self._se_workers = WorkerPool(_WORKERS), WorkerPool(_WORKERS)
        self._bundles = archives.bundle_cache(option)
        database, records = LogDatabase(settings=store), PilotRecords(settings=store)
        reader, cache = database.reader, OutputCache(records, database.ce_outputs)
        texts = (
            CollectorSource(reader, self._max_bytes),
            ArchiveSource(reader, self._archive_for, self._fetch_old, self._max_bytes),
        )
        engine = SearchEngineSource(reader, Engines(self._timing.source_seconds).of_vo, self._max_bytes)
        members = (ComputingElementSource(records, cache, self._fetch_output), *texts, engine)
        self.chain = SourceChain(members, self._timing, on_error=_report)
        self.outputs = PilotOutputs(records, reader, self.chain, names_for)
        told = SummarySource(reader, texts, fates(option).of_log, database.diagnoses.of)
        infos = (JobLogSource(records, self._fetch_logging), told)
        names = tuple(info.name for info in infos)
        info_chain = SourceChain(infos, self._timing, on_error=_report)
        self.logging_info = PilotOutputs(records, reader, info_chain, lambda vo: names)
        look_after("source-workers", self._ce_workers, self._se_workers)

    def _fetch_output(self, record: PilotRecord) -> tuple[str, str]:
        stdout, stderr = self._from_ce("ce_output", record)
        return stdout, stderr

    def _fetch_logging(self, record: PilotRecord) -> str:
        return self._from_ce("ce_logging", record)

    def _from_ce(self, operation: str, record: PilotRecord) -> Any:
        with storing("what the computing element gives"), PrivateFolder("ce") as folder:
            return self._ce_workers.of(HOST).call(
                operation,
                self._timing.source_seconds,
                reference=record.reference,
                fields=record.fields,
                folder=str(folder),
                max_bytes=self._max_bytes,
            )

    def _archive(self, vo: str) -> Archive:
        return archives.archive(vo, self._se_workers, self._timing.source_seconds, self._bundles)

    def _archive_for(self, log: Log) -> Archive:
        return self._archive(log.pilot.vo)

    def _fetch_old(self, pilot: PilotId, path: Path) -> None:
        folder = options.operations(pilot.vo, "Pilot")("UploadPath", "")
        if not pilot.stamp or not folder:
            raise LogNotFound("there is no log of this pilot")
        stamp = validation.pilot(pilot.vo, pilot.stamp).stamp
        old = StoredFile(se="", lfn=f"{folder.rstrip('/')}/{stamp}.log", guid="", size=-1, checksum="")
        try:
            self._archive(pilot.vo).get(old, path)
        except LogNotFound:
            raise LogNotFound("there is no log of this pilot, nor a file of DIRAC's own logging") from None


def _report(name: str, error: Exception) -> None:
    _log.exception(f"Unexpected error of source {name}", lException=error)


_lock = threading.Lock()
_readings: list[_Reading] = []


def _reading() -> _Reading:
    with _lock:
        if not _readings:
            _readings.append(_Reading())
        return _readings[0]


def pilot_outputs() -> PilotOutputs:
    """Return the pilots' outputs by reference, for callers who may read them; made at the first call."""
    return _reading().outputs


def logging_info() -> PilotOutputs:
    """Return the pilots' logging info by reference, likewise."""
    return _reading().logging_info
