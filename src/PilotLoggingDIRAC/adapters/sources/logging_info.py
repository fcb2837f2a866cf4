"""Sources of a pilot's logging info: the CE's log of its job or, where there is none, a summary of the pilot's log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords
from PilotLoggingDIRAC.pilotlog.diagnosed import Diagnoses, none_known, of_log
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Log, Output, PilotId
from PilotLoggingDIRAC.pilotlog.outcome import Fate
from PilotLoggingDIRAC.pilotlog.ports import Source
from PilotLoggingDIRAC.pilotlog.read import outputs, source_chain
from PilotLoggingDIRAC.pilotlog.read.summary import summary

OWN_LOG = "PilotLog"

FetchLogging = Callable[[PilotRecord], str]
"""Return a pilot's logging info from its CE. Raise a PilotLogError."""


@dataclass(frozen=True, slots=True)
class JobLogSource:
    """The CE's log of a pilot's job, by DIRAC's own plugins; the CE is asked each time, as the log grows."""

    records: PilotRecords
    fetch: FetchLogging
    name = source_chain.COMPUTING_ELEMENT

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return the CE's log. Raise LogNotFound when DIRAC has deleted the pilot, and the errors of ``fetch``."""
        record = self.records.record(reference)
        return Output(self.fetch(record), final=record.final, complete=record.final)


@dataclass(frozen=True, slots=True)
class SummarySource:
    """A summary of the pilot's log; ``texts`` are the sources of the log's text, which are asked in order."""

    reader: outputs.LogLookup
    texts: Sequence[Source]
    fate: Callable[[Sequence[Log]], Fate]
    diagnoses: Diagnoses = none_known
    name = OWN_LOG

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return the summary. Raise LogNotFound when there is no log, and the errors of the last source of its text."""
        parts = outputs.parts_of(self.reader, pilot, reference)
        *others, last = self.texts
        for source in others:
            try:
                return self._summary(parts, source.output(pilot, reference))
            except LogNotFound:
                continue
        return self._summary(parts, last.output(pilot, reference))

    def _summary(self, parts: Sequence[Log], text: Output) -> Output:
        found = of_log(parts, outputs.kept_parts(parts), self.diagnoses)
        told = summary(parts, text.stdout, self.fate(parts), found)
        return Output(told, final=text.final, complete=text.complete)
