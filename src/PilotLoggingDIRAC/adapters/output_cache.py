"""Output that CEs gave, kept where DIRAC reads it, or in our own database where DIRAC's table can't hold it."""

from __future__ import annotations

from dataclasses import dataclass

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords, shortened
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.model import Output
from PilotLoggingDIRAC.pilotlog.sql.read.ce_outputs import SqlCEOutputs

_log = gLogger.getSubLogger("PilotLogging")


@dataclass(frozen=True, slots=True)
class KeptOutputs:
    """The cache of CEs' outputs: ``PilotOutput`` of PilotAgentsDB first, then ``own``.

    It is no precondition for asking a CE: what can't be read counts as not kept.
    """

    records: PilotRecords
    own: SqlCEOutputs

    def get(self, record: PilotRecord) -> Output | None:
        """Return the output that is kept, a final one before others; None without any."""
        found = None
        for name, look in (("PilotOutput", self._dirac_s), ("PilotLoggingDB", self._own)):
            try:
                kept = look(record)
            except PilotLogError as error:
                _log.warn(f"The CE's output of a pilot could not be looked for in {name}", f"{error}")
                continue
            if kept is not None and kept.final:
                return kept
            found = found or kept
        return found

    def put(self, record: PilotRecord, found: Output) -> None:
        """Keep an output in place of the one before; log an error if it can't be kept anywhere."""
        try:
            self.records.store_output(record, found)
        except PilotLogError as error:
            self._put_here(record, found, error)

    def _put_here(self, record: PilotRecord, found: Output, why: PilotLogError) -> None:
        try:
            self.own.put(record.fields["VO"], record.reference, shortened(found))
        except PilotLogError as error:
            reasons = f"PilotOutput: {why}; PilotLoggingDB: {error}"
            _log.error("The CE's output of a pilot could not be kept", f"{record.reference}: {reasons}")

    def _dirac_s(self, record: PilotRecord) -> Output | None:
        return self.records.stored_output(record)

    def _own(self, record: PilotRecord) -> Output | None:
        return self.own.get(record.fields["VO"], record.reference)
