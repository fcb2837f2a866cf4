"""Sources of a pilot's logging info: what its CE noted of it and, where that has none, how its log went."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PilotLoggingDIRAC.adapters.pilot_records import PilotRecord, PilotRecords
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Output, PilotId
from PilotLoggingDIRAC.pilotlog.ports import Source
from PilotLoggingDIRAC.pilotlog.read import outputs, source_chain
from PilotLoggingDIRAC.pilotlog.read.summary import summary

OWN_LOG = "PilotLog"

Fetch = Callable[[PilotRecord], str]
"""A pilot's logging info from its CE. Raises a PilotLogError."""


class ComputingElementLogging:
    """DIRAC's own way: asked each time, as it tells how the pilot's job goes on."""

    name = source_chain.COMPUTING_ELEMENT

    def __init__(self, records: PilotRecords, fetch: Fetch):
        self._records = records
        self._fetch = fetch

    def output(self, pilot: PilotId, reference: str) -> Output:
        """The CE's words. Raises LogNotFound when DIRAC has deleted the pilot, and what fetching raises."""
        record = self._records.record(reference)
        return Output(self._fetch(record), final=record.final, complete=record.final)


class OwnLog:
    """How the pilot's log went, wherever its text is."""

    name = OWN_LOG

    def __init__(self, reader: outputs.Reader, texts: Sequence[Source]):
        """``texts`` have the log's text; they are asked in order."""
        self._reader = reader
        self._texts = texts

    def output(self, pilot: PilotId, reference: str) -> Output:
        """The summary of the log. Raises LogNotFound without a log; what the last of the texts raises."""
        parts = outputs.parts_of(self._reader, pilot, reference)
        *others, last = self._texts
        for source in others:
            try:
                return self._told(parts, source.output(pilot, reference))
            except LogNotFound:
                continue
        return self._told(parts, last.output(pilot, reference))

    @staticmethod
    def _told(parts, text: Output) -> Output:
        return Output(summary(parts, text.stdout), final=text.final, complete=text.complete)
