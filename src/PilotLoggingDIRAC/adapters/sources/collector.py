"""The source that is the collector's database."""

from __future__ import annotations

from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Output, PilotId, State
from PilotLoggingDIRAC.pilotlog.read import outputs, source_chain


class CollectorSource:
    """A pilot's log as far as its text is in the database."""

    name = source_chain.COLLECTOR

    def __init__(self, reader: outputs.Reader, max_bytes: int):
        """Of a log of more than ``max_bytes`` the end is given."""
        self._reader = reader
        self._max_bytes = max_bytes

    def output(self, pilot: PilotId, reference: str) -> Output:
        """All parts, one after the other.

        Raises LogNotFound when there is no such log, and when a part of it has left the database: the archive has
        the whole log then.
        """
        parts = outputs.parts_of(self._reader, pilot, reference)
        if outputs.lost_parts(parts) or any(log.state is State.PURGED for log in parts):
            raise LogNotFound("the log, or a part of it, has left the database")
        chunks = (text for log in parts for text in outputs.stored_text(self._reader, log))
        return outputs.describe(parts, source_chain.whole_text(chunks, self._max_bytes))
