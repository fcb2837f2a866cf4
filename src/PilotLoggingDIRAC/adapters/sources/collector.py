"""The source for logs in the collector's database."""

from __future__ import annotations

from dataclasses import dataclass

from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Output, PilotId, State
from PilotLoggingDIRAC.pilotlog.read import outputs, source_chain


@dataclass(frozen=True, slots=True)
class CollectorSource:
    """A pilot's log from the database; of a log of more than ``max_bytes`` the end is returned."""

    reader: outputs.LogLookup
    max_bytes: int
    name = source_chain.COLLECTOR

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return all parts in order.

        Raise LogNotFound when there is no such log, and when a part of it has left the database: then the archive has
        the whole log.
        """
        parts = outputs.parts_of(self.reader, pilot, reference)
        if outputs.lost_parts(parts) or any(log.state is State.PURGED for log in parts):
            raise LogNotFound("the log, or a part of it, has left the database")
        chunks = (text for log in parts for text in outputs.stored_text(self.reader, log))
        return outputs.describe(parts, source_chain.whole_text(chunks, self.max_bytes))
