"""Deleting on request, the administrator's side: the text of the named logs leaves the store at once.

Nobody finds a deleted log any more. The agent removes its copies from the archive later, see ``removal``; until then
its row stays as their record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ...errors import InvalidInput
from ...model import Log, Selection
from ...ports import Clock
from ..sealer import DRAINING_SECONDS

#: Bounds of one transaction, so that no collector waits for its locks: text before compression, and chunks.
_MAX_BYTES = 64 * 1024 * 1024
_MAX_CHUNKS = 10_000
#: The bounds of one call.
MAX_LOGS = 1000
_MAX_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Extent:
    """An amount of logs (parts), their bytes of text in the store or archived, and their copies in archives."""

    logs: int = 0
    bytes: int = 0
    copies: int = 0

    def __add__(self, other: Extent) -> Extent:
        return Extent(self.logs + other.logs, self.bytes + other.bytes, self.copies + other.copies)


class DeletableLogs(Protocol):
    """The store as ``Deletion`` needs it. Each method may raise StoreUnavailable; calling it again is safe."""

    def extent(self, wanted: Selection) -> Extent:
        """Return the extent of the logs that match."""

    def page(self, wanted: Selection, limit: int) -> list[Log]:
        """Return up to ``limit`` of the logs that match, those silent for longest first."""

    def delete(self, logs: Sequence[Log], wanted: Selection) -> Extent:
        """Delete the text of logs that still match, make them Deleted, and end their leases. Return their extent."""

    def draining(self, since: datetime) -> bool:
        """See ``custody.SilentLogs.draining``."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """The deletion of logs that are named by their VO, and by stamp, reference or date."""

    store: DeletableLogs
    clock: Clock
    monotonic: Callable[[], float] = time.monotonic

    def extent(self, wanted: Selection) -> Extent:
        """Return what ``run`` would delete in all. Raise InvalidInput for a selection that names too little."""
        self._require_named(wanted)
        return self.store.extent(wanted)

    def run(self, wanted: Selection, done: Callable[[Extent], None]) -> bool:
        """Delete logs that match, at most ``MAX_LOGS`` and for some seconds. Return True when there may be more.

        ``done`` gets the extent of each step that was committed. Raise InvalidInput for a selection that names too
        little, and StoreUnavailable; the steps committed before stay committed.
        """
        self._require_named(wanted)
        until = self.monotonic() + _MAX_SECONDS
        page = self.store.page(wanted, MAX_LOGS)
        for group in groups(page):
            done(self.store.delete(group, wanted))
            if self.monotonic() > until:
                return True
        return len(page) == MAX_LOGS

    def draining(self) -> bool:
        """Return whether collectors still store text from an outage: it may belong to the logs that are deleted now."""
        return self.store.draining(self.clock() - timedelta(seconds=DRAINING_SECONDS))

    def _require_named(self, wanted: Selection) -> None:
        if len(wanted.vos) != 1:
            raise InvalidInput("Name the one VO whose logs are to be deleted")
        if not (wanted.stamps or wanted.references or wanted.until):
            raise InvalidInput("Name what is to be deleted: PilotStamp, PilotReference or ToDate")
        named = (*wanted.vos, *wanted.stamps, *wanted.references)
        if not all(name.strip() for name in named):
            raise InvalidInput("A blank name is none")
        if wanted.until and wanted.until > self.clock():
            raise InvalidInput("ToDate is in the future")


def groups(logs: Sequence[Log]) -> Iterator[list[Log]]:
    """Yield the logs in groups small enough for one transaction; a log that is larger is alone in its group."""
    group: list[Log] = []
    size = chunks = 0
    for log in logs:
        if group and (size + log.bytes > _MAX_BYTES or chunks + log.next_sequence > _MAX_CHUNKS):
            yield group
            group, size, chunks = [], 0, 0
        group.append(log)
        size, chunks = size + log.bytes, chunks + log.next_sequence
    if group:
        yield group
