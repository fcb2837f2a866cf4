"""The source for output on a computing element, by DIRAC's own plugins; fetched output is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PilotLoggingDIRAC.adapters.output_cache import OutputCache
from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.model import Output, PilotId
from PilotLoggingDIRAC.pilotlog.read import source_chain
from PilotLoggingDIRAC.pilotlog.read.streams import is_doubtful

FetchOutput = Callable[[PilotRecord], tuple[str, str]]
"""Return (standard output, standard error) of a pilot from its CE. Raise a PilotLogError."""


@dataclass(frozen=True, slots=True)
class ComputingElementSource:
    """A pilot's output from its CE.

    Some CEs give the output only once (with HTCondor the job may then leave the queue), so fetched output is stored.
    Stored output is final only if the pilot had ended when it was fetched, and if it is more than a few words that may
    stand for it. Until then the CE is asked again; stored output is the answer when the CE has none any more.
    """

    records: PilotRecords
    cache: OutputCache
    fetch: FetchOutput
    name = source_chain.COMPUTING_ELEMENT
    supplements = True

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return the output. Raise LogNotFound when DIRAC has deleted the pilot, and the errors of ``fetch``."""
        record = self.records.record(reference)
        stored = self.cache.get(record)
        if stored is not None and stored.final:
            return stored
        try:
            stdout, stderr = self.fetch(record)
        except PilotLogError:
            stored = self.cache.get(record)  # again: another process may have fetched it meanwhile
            if stored is None:
                raise
            return stored
        doubtful = is_doubtful(stdout, stderr)
        final = record.final and not doubtful
        found = Output(stdout, stderr, final=final, complete=final, doubtful=doubtful)
        if stored and (found.empty or (doubtful and not stored.doubtful)):
            return stored
        if not found.empty:
            self.cache.put(record, found)
        return found
