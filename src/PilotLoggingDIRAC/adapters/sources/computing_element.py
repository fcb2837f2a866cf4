"""The source that is the computing element: DIRAC's own way to a pilot's output, kept once it was fetched."""

from __future__ import annotations

from collections.abc import Callable

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.model import Output, PilotId
from PilotLoggingDIRAC.pilotlog.read import source_chain

_log = gLogger.getSubLogger("PilotLogging")

Fetch = Callable[[PilotRecord], tuple[str, str]]
"""(standard output, standard error) of a pilot from its CE. Raises a PilotLogError."""


class ComputingElementSource:
    """What the CE has of a pilot's output.

    Some CEs give it once only (with HTCondor the job may leave the queue then), so what was fetched is kept. It is
    final only when the pilot had ended before; until then the CE is asked again, and what is kept answers where it
    has nothing any more.
    """

    name = source_chain.COMPUTING_ELEMENT

    def __init__(self, records: PilotRecords, fetch: Fetch):
        self._records = records
        self._fetch = fetch

    def output(self, pilot: PilotId, reference: str) -> Output:
        """The output. Raises LogNotFound when DIRAC has deleted the pilot, and what fetching raises."""
        record = self._records.record(reference)
        kept = self._records.kept_output(record)
        if kept is not None and kept.final:
            return kept
        try:
            stdout, stderr = self._fetch(record)
        except PilotLogError:
            kept = self._records.kept_output(record)  # again, as somebody else may have fetched it meanwhile
            if kept is None:
                raise
            return kept
        found = Output(stdout, stderr, final=record.final, complete=record.final)
        if found.empty:
            return kept or found
        self._keep(record, found)
        return found

    def _keep(self, record: PilotRecord, found: Output) -> None:
        try:
            self._records.keep_output(record, found.stdout, found.stderr)
        except PilotLogError as error:
            _log.error("The CE's output of a pilot could not be kept", f"{record.reference}: {error}")
