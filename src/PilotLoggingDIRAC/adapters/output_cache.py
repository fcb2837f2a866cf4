"""The cache of output that CEs gave: in DIRAC's table, or in our own database where that table can't hold it."""

from __future__ import annotations

from dataclasses import dataclass

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords, shortened
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.model import Output
from PilotLoggingDIRAC.pilotlog.sql.read.ce_outputs import SqlCEOutputs

_log = gLogger.getSubLogger("PilotLogging")


@dataclass(frozen=True, slots=True)
class OutputCache:
    """The cache of CEs' outputs: ``PilotOutput`` of PilotAgentsDB first, then ``own``.

    A CE can be asked without it: cached output that can't be read counts as not cached.
    """

    records: PilotRecords
    own: SqlCEOutputs

    def get(self, record: PilotRecord) -> Output | None:
        """Return the cached output, a final one before others; None if there is none."""
        found = None
        for name, look in (("PilotOutput", self._dirac_s), ("PilotLoggingDB", self._own)):
            try:
                cached = look(record)
            except PilotLogError as error:
                _log.warn(f"The CE's output of a pilot could not be looked for in {name}", f"{error}")
                continue
            if cached is not None and cached.final:
                return cached
            found = found or cached
        return found

    def put(self, record: PilotRecord, found: Output) -> None:
        """Cache an output in place of the one before; log an error if neither place takes it."""
        try:
            self.records.store_output(record, found)
        except PilotLogError as error:
            self._put_here(record, found, error)

    def _put_here(self, record: PilotRecord, found: Output, why: PilotLogError) -> None:
        try:
            self.own.put(record.fields["VO"], record.reference, shortened(found))
        except PilotLogError as error:
            reasons = f"PilotOutput: {why}; PilotLoggingDB: {error}"
            _log.error("The CE's output of a pilot could not be cached", f"{record.reference}: {reasons}")

    def _dirac_s(self, record: PilotRecord) -> Output | None:
        return self.records.stored_output(record)

    def _own(self, record: PilotRecord) -> Output | None:
        return self.own.get(record.fields["VO"], record.reference)
