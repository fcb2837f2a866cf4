"""The source for output on a computing element, by DIRAC's own plugins; fetched output is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.model import Output, PilotId
from PilotLoggingDIRAC.pilotlog.read import source_chain

_log = gLogger.getSubLogger("PilotLogging")

FetchOutput = Callable[[PilotRecord], tuple[str, str]]
"""Return (standard output, standard error) of a pilot from its CE. Raise a PilotLogError."""


@dataclass(frozen=True, slots=True)
class ComputingElementSource:
    """A pilot's output from its CE.

    Some CEs give the output only once (with HTCondor the job may then leave the queue), so fetched output is stored.
    Stored output is final only if the pilot had ended when it was fetched. Until then the CE is asked again; stored
    output is the answer when the CE has none any more.
    """

    records: PilotRecords
    fetch: FetchOutput
    name = source_chain.COMPUTING_ELEMENT

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return the output. Raise LogNotFound when DIRAC has deleted the pilot, and the errors of ``fetch``."""
        record = self.records.record(reference)
        stored = self.records.stored_output(record)
        if stored is not None and stored.final:
            return stored
        try:
            stdout, stderr = self.fetch(record)
        except PilotLogError:
            stored = self.records.stored_output(record)  # again: another process may have fetched it meanwhile
            if stored is None:
                raise
            return stored
        found = Output(stdout, stderr, final=record.final, complete=record.final)
        if found.empty:
            return stored or found
        self._store(record, found)
        return found

    def _store(self, record: PilotRecord, found: Output) -> None:
        try:
            self.records.store_output(record, found.stdout, found.stderr)
        except PilotLogError as error:
            _log.error("The CE's output of a pilot could not be stored", f"{record.reference}: {error}")
