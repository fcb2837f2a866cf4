"""The text of logs that are sent again: from the database, or else from their archived copies."""

from __future__ import annotations

from collections.abc import Iterator

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.assembly.reading.search import ArchivedTexts
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings
from PilotLoggingDIRAC.pilotlog.model import Log, State
from PilotLoggingDIRAC.pilotlog.read.outputs import whole_chunks
from PilotLoggingDIRAC.pilotlog.sql.schema import payload
from PilotLoggingDIRAC.pilotlog.sql.schema.dictionaries import UnknownDictionary

#: Workers that fetch copies, for all destinations together.
_WORKERS = 4


class LogTexts:
    """The texts, for the threads of one agent."""

    def __init__(self, db: LogDatabase, settings: ForwardSettings, option: options.Getter):
        self._reader = db.reader
        self._archived = ArchivedTexts(_WORKERS, settings.forward_fetch_seconds, archives.bundle_cache(option))

    def __call__(self, log: Log) -> Iterator[tuple[int, bytes]]:
        """Yield (number of its message, text) of a log; an archived copy tells no messages, all is of number 0.

        Raise LogNotFound if it is no longer kept, is damaged, or left the database while it was read, and ArchiveError.
        """
        if log.state is not State.PURGED:
            yield from self._stored(log)
        elif log.file is None:
            raise LogNotFound("the log is no longer kept")
        else:
            yield from ((0, text) for text in self._archived(log))

    def _stored(self, log: Log) -> Iterator[tuple[int, bytes]]:
        try:
            yield from whole_chunks(self._reader, log)
        except (*payload.DAMAGED, UnknownDictionary):  # what the database has of dictionaries was learned before
            raise LogNotFound("its text in the database is damaged") from None

    def drop_idle(self) -> None:
        """End worker processes that have had nothing to do for a while."""
        self._archived.drop_idle()

    def close(self) -> None:
        """End the worker processes."""
        self._archived.close()
