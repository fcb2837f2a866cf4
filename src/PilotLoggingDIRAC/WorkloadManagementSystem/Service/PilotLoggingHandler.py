"""The collector's methods, and its DISET service.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN PilotLogging
  :end-before: ##END
  :dedent: 2
  :caption: PilotLogging options
"""

from __future__ import annotations

from collections.abc import Iterator

from DIRAC import S_OK
from DIRAC.Core.DISET.RequestHandler import RequestHandler

from PilotLoggingDIRAC.assembly.access.callers import policy
from PilotLoggingDIRAC.assembly.collector import Collector, collector
from PilotLoggingDIRAC.pilotlog import access, diagnosed, validation
from PilotLoggingDIRAC.pilotlog.archive.deletion.request import Extent
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.model import Log, PilotId, Receipt, Selection
from PilotLoggingDIRAC.pilotlog.read import selection as selecting
from PilotLoggingDIRAC.pilotlog.read.source_chain import COLLECTOR
from PilotLoggingDIRAC.pilotlog.write.answers import Answer
from PilotLoggingDIRAC.transport.audited import AuditedMixin
from PilotLoggingDIRAC.transport.causes import CausesMixin
from PilotLoggingDIRAC.transport.deletion_record import audited_deletion
from PilotLoggingDIRAC.transport.diset_arguments import BoundedArguments
from PilotLoggingDIRAC.transport.edge import exported, streamed
from PilotLoggingDIRAC.transport.graceful_stop import stop_diset_on_signal
from PilotLoggingDIRAC.transport.guards.json_classes import guard_json
from PilotLoggingDIRAC.transport.guards.service import guard_service
from PilotLoggingDIRAC.transport.log_columns import NAMES, record
from PilotLoggingDIRAC.transport.replays import ReplaysMixin
from PilotLoggingDIRAC.transport.searching import SearchingMixin


class PilotLoggingHandlerMixin(SearchingMixin, CausesMixin, ReplaysMixin, AuditedMixin):
    """Mixin with the collector's RPC methods, for either protocol."""

    collector: Collector = None  # type: ignore[assignment]  # set when the service starts, None if that failed
    _answer: Answer | None = None

    def refused(self, error: PilotLogError, method: str) -> None:
        """Count a refusal and write it to the audit log; ``exported`` calls this."""
        if self.collector:
            self.collector.receiver.refused(error)
        super().refused(error, method)

    def offer_sendMessage(self, message, pilotUUID, wnVO) -> Answer:
        """Return a future of the receipt of a message."""
        self.about = lambda: {"log": validation.pilot(self.who.vo or wnVO, pilotUUID)}
        return self.collector.receiver.message(self.who, message, pilotUUID, wnVO, self.who.address)

    def offer_finaliseLogs(self, payload, pilotUUID, wnVO) -> Answer:
        """Return a future of the receipt of a finalise mark."""
        self.about = lambda: {"log": validation.pilot(self.who.vo or wnVO, pilotUUID)}
        return self.collector.receiver.finalisation(self.who, payload, pilotUUID, wnVO, self.who.address)

    def _asks(self, vo, stamp) -> PilotId:
        pilot = validation.pilot(vo, stamp)
        self.about = lambda: {"log": pilot}
        return pilot

    def _parts(self, pilot: PilotId) -> list[Log]:
        return self.collector.query.parts(self.who, policy(self.who.vo), pilot)

    def _selected(self, selection) -> Selection:
        return self.collector.fates.resolved(selecting.selection(selection))

    types_sendMessage: list = []

    @exported
    def export_sendMessage(self, message, pilotUUID, wnVO):
        """Store lines of a pilot's log.

        :param str message: JSON of one string, or of a list of strings, a line each
        :param str pilotUUID: the pilot's stamp
        :param str wnVO: the VO, for hosts; of others it is the group's
        :return: S_OK(dict) with StoredBytes and RepeatedBytes, once it is durable
        """
        return self._wait(self.offer_sendMessage(message, pilotUUID, wnVO))

    types_finaliseLogs: list = []

    @exported
    def export_finaliseLogs(self, payload, pilotUUID, wnVO):
        """Mark a pilot's log as complete; of several marks the worst return code counts.

        :param str payload: JSON of {"retCode": <text>}
        :return: S_OK(dict) as of sendMessage
        """
        return self._wait(self.offer_finaliseLogs(payload, pilotUUID, wnVO))

    def _wait(self, answer: Answer) -> dict:
        receiver, self._answer = self.collector.receiver, answer
        return receipt(receiver.wait(answer, receiver.settings.answer_seconds))

    types_getLogs: list = []

    @exported
    def export_getLogs(self, logfile, vo):
        """Return the whole log of a pilot from the database.

        :param str logfile: the pilot's stamp, also with DIRAC's old ending ``.log``
        :return: S_OK({"StdOut": str, "OmittedBytes": int}), the latter above 0 for a log over MaxWholeBytes
        """
        omitted, text = self.collector.query.whole_text(self._read_whole(logfile, vo))
        return {"StdOut": text, "OmittedBytes": omitted}

    def stream_getLogs(self, logfile, vo) -> Iterator[str]:
        """Yield the JSON of the answer of ``getLogs`` in several strings; nothing is done before the first is taken."""
        whole = self.collector.query.whole(self._read_whole(logfile, vo))
        yield from streamed({"OmittedBytes": whole.omitted_bytes}, "StdOut", whole.texts)

    def _read_whole(self, logfile, vo) -> list[Log]:
        pilot = self._asks(vo, validation.stock_file_name(logfile))
        parts = self._parts(pilot)
        self.audit.read(self.who, "getLogs", log=pilot, source=COLLECTOR)
        return parts

    types_getLog: list = []

    @exported
    def export_getLog(self, vo, stamp, cursor="", maxBytes=0):
        """Return a page of a pilot's log from the database.

        :param str cursor: where to go on, from the page before; "" is the start
        :param int maxBytes: at most so many bytes of UTF-8, 0 for PageBytes
        :return: S_OK({"Text", "Cursor", "AtEnd", "Final", "PilotStatus", "SilentSeconds", "Over"}). AtEnd: all that is
                 stored was read; Final: no more text is expected. At the end of a log that is not final, PilotStatus is
                 DIRAC's word on the pilot, "" if unknown, and Over is True if that is final and nothing has come for
                 a while
        """
        settings = self.collector.query.settings
        limit = validation.number(maxBytes, "maxBytes", 0, settings.max_page_bytes) or settings.page_bytes
        pilot = self._asks(vo, stamp)
        parts = self._parts(pilot)
        page = self.collector.query.page(parts, cursor, max(limit, 4))
        self.audit.page(self.who, "getLog", log=pilot, source=COLLECTOR)
        return self._page(page, parts)

    types_getPilotLogs: list = []

    @exported
    def export_getPilotLogs(self, selection, order=(), start=0, limit=100):
        """Return the selected logs that the caller may read.

        :param dict selection: see ``pilotlog.read.selection``
        :param list order: [[column, "ASC" or "DESC"]], newest first by default
        :return: S_OK({"TotalRecords", "MoreRecords", "ParameterNames", "Records"}). Counting stops at MaxCounted;
                 MoreRecords is True then, and orders other than by time and by LogID cover only the logs heard of last.
                 PilotStatus is DIRAC's word on the pilot, "" if unknown. Of logs that are received, PilotEnded tells if
                 it is final, and SilentSeconds is the time since the last message. Of logs whose pilot failed, Cause is
                 the code of the likeliest cause, with its CauseName, CauseParty, CauseLine (from 1) and CauseHint.
                 Outcome is running, silent, succeeded, failed, killed or unknown, OutcomeText the same with details;
                 Jobs are the numbers of the jobs that the pilot has taken, Owners the user names of their owners
        """
        column, descending = selecting.order(order)
        first = validation.number(start, "start", 0, 10**9)
        number = validation.number(limit, "limit", 1, self.collector.query.settings.max_rows)
        wanted = selecting.selection(selection)
        collector, may = self.collector, (self.who, policy(self.who.vo))
        resolved = collector.fates.resolved(wanted)
        total, logs = collector.query.select(*may, resolved, column, descending, first, number)
        ids = [log.id for log in logs]
        fates, found, jobs = collector.fates, collector.db.diagnoses.of(ids), collector.db.pilot_jobs.of(ids)
        records = [
            record(log, fates.of(log), diagnosed.present(log, found.get(log.id, diagnosed.NONE)), jobs.get(log.id, ()))
            for log in logs
        ]
        self.audit.listed(self.who, "getPilotLogs", wanted, len(records))
        counted = {"TotalRecords": total.number, "MoreRecords": total.more}
        return counted | {"ParameterNames": list(NAMES), "Records": records}

    types_getMetadata: list = []

    @exported
    def export_getMetadata(self):
        """Return S_OK({"LogPath", "Storage", "Version"}), as DIRAC's own agent expects it."""
        access.require_operator(self.who)
        return self.collector.metadata()

    types_getStatus: list = []

    @exported
    def export_getStatus(self):
        """Return S_OK(dict) with the logs by state and, of those heard of last, by outcome, refusals by reason, and the
        batches that wait.
        """
        access.require_operator(self.who)
        return self.collector.status()

    types_getUsage: list = []

    @exported
    def export_getUsage(self):
        """Return the size of the database, and the reasons why logs wait for their archive.

        :return: S_OK({"VOs", "StoredBytes", "DiskBytes", "Failures", "Server", "PilotAgents"}).
                 VOs: for each the number of logs with text in the database, their bytes
                 before compression, and the bytes of logs heard of within a day.
                 StoredBytes: bytes on disk of all VOs. DiskBytes: the bytes of DatabaseDiskGB, 0 if not set.
                 Failures: logs that wait after a failure, by VO and reason. Server: Version and MaxAllowedPacket of the
                 database's server. PilotAgents: why PilotAgentsDB can't be asked, empty if it can
        """
        access.require_operator(self.who)
        return self.collector.usage()

    types_importLog: list = []

    @exported
    def export_importLog(self, vo, stamp, offset, text, last, modified):
        """Import a slice of a log that DIRAC's own collector left as a file; see ``pilotlog.admin.import_slice``.

        :return: S_OK(int), the length in bytes of what was imported so far
        """
        access.require_administrator(self.who)
        return self.collector.db.importer.append(self._asks(vo, stamp), offset, text, last, modified)

    types_retryArchiving: list = []

    @exported
    def export_retryArchiving(self, selection):
        """Make selected logs whose archiving failed due at once: S_OK(number of logs)."""
        access.require_administrator(self.who)
        return self.collector.db.mending.retry(self._selected(selection))

    types_deleteLogs: list = []

    @exported
    def export_deleteLogs(self, selection, dryRun=True):
        """Delete the selected logs of a VO, on request; the agent removes their copies from the archive. For operators
        of that VO, and administrators.

        :param dict selection: one VO, with PilotStamp, PilotReference or ToDate, and any other keys
        :param bool dryRun: only count
        :return: S_OK({"Logs", "Bytes", "Copies", "More", "Draining"}). More: repeat the call, as there may be more to
                 delete. Draining: a collector is storing text from an outage
        """
        who = self.who
        asked, deletion = selecting.selection(selection), self.collector.deletion
        access.require_deletion(who, asked.vos)
        wanted = self.collector.fates.resolved(asked)
        if validation.flag(dryRun, "dryRun"):
            return _extent(deletion.extent(wanted), False, deletion.draining())
        with audited_deletion(who, wanted) as record:
            more = deletion.run(wanted, record.add)
        return _extent(record.extent, more, deletion.draining())

    types_releaseQuarantine: list = []

    @exported
    def export_releaseQuarantine(self):
        """Offer to the database again the messages that it refused of this collector: S_OK(number of messages)."""
        access.require_administrator(self.who)
        return self.collector.release_quarantine()


def _extent(extent: Extent, more: bool, draining: bool) -> dict:
    figures = {"Logs": extent.logs, "Bytes": extent.bytes, "Copies": extent.copies}
    return figures | {"More": more, "Draining": draining}


def receipt(stored: Receipt) -> dict:
    """Return a receipt as callers get it."""
    return {"StoredBytes": stored.stored_bytes, "RepeatedBytes": stored.repeated_bytes}


class PilotLoggingHandler(PilotLoggingHandlerMixin, BoundedArguments, RequestHandler):
    """The collector over DISET."""

    @classmethod
    def initializeHandler(cls, serviceInfo):
        """Start the collector."""
        guard_service()
        guard_json()
        cls.collector = collector(serviceInfo["serviceName"])
        stop_diset_on_signal(cls.collector.stop)
        return S_OK()

    def _rh_executeAction(self, proposalTuple):
        """Do what DIRAC does, which sends the answer, and tell the writer whether the sender of a message has it."""
        result = super()._rh_executeAction(proposalTuple)
        if self._answer:
            self._answer.sent(result["OK"] and result["Value"][0]["OK"])
        return result
