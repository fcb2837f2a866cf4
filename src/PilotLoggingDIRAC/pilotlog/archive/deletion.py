"""Deleting on request, the administrator's side: what is named leaves the store at once and is there for nobody.

Copies in an archive are removed by the agent, see ``removal``; until then a row remembers them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from ..errors import InvalidInput
from ..model import Log, Selection
from ..ports import Clock
from .sealer import DRAINING_SECONDS

#: What is deleted in one transaction, so that no collector waits for its locks: text before compression, and chunks.
_MAX_BYTES = 64 * 1024 * 1024
_MAX_CHUNKS = 10_000
#: What is deleted in one call.
MAX_LOGS = 1000
_MAX_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Extent:
    """How much: logs (parts), their bytes of text in the store or archived, and their copies in archives."""

    logs: int = 0
    bytes: int = 0
    copies: int = 0

    def __add__(self, other: Extent) -> Extent:
        return Extent(self.logs + other.logs, self.bytes + other.bytes, self.copies + other.copies)


class Deletable(Protocol):
    """The store, as deleting needs it. Each method may raise StoreUnavailable; doing it again is safe."""

    def extent(self, wanted: Selection) -> Extent:
        """How much matches."""

    def page(self, wanted: Selection, limit: int) -> list[Log]:
        """Some of the logs that match, those silent for longest first."""

    def delete(self, logs: Sequence[Log], wanted: Selection) -> Extent:
        """Delete the text of those that still match, and make them Deleted; they lose their leases."""

    def draining(self, since) -> bool:
        """See ``custody.Custody.draining``."""


class Deletion:
    """Deletes logs that are named by their VO, and by stamp, reference or date."""

    def __init__(self, store: Deletable, clock: Clock, monotonic: Callable[[], float] = time.monotonic):
        self._store = store
        self._clock = clock
        self._monotonic = monotonic

    def extent(self, wanted: Selection) -> Extent:
        """How much ``run`` would delete in all. Raises InvalidInput for a selection that names too little."""
        self._require_named(wanted)
        return self._store.extent(wanted)

    def run(self, wanted: Selection, done: Callable[[Extent], None]) -> bool:
        """Delete what matches, at most ``MAX_LOGS`` logs and for some seconds; whether there may be more.

        ``done`` is told of each step that was committed. Raises InvalidInput for a selection that names too little,
        StoreUnavailable; what was told of before stays deleted.
        """
        self._require_named(wanted)
        until = self._monotonic() + _MAX_SECONDS
        page = self._store.page(wanted, MAX_LOGS)
        for group in groups(page):
            done(self._store.delete(group, wanted))
            if self._monotonic() > until:
                return True
        return len(page) == MAX_LOGS

    def draining(self) -> bool:
        """Whether collectors still bring in text from an outage, which may belong to what is deleted now."""
        return self._store.draining(self._clock() - timedelta(seconds=DRAINING_SECONDS))

    def _require_named(self, wanted: Selection) -> None:
        if len(wanted.vos) != 1:
            raise InvalidInput("Name the one VO whose logs are to be deleted")
        if not (wanted.stamps or wanted.references or wanted.until):
            raise InvalidInput("Name what is to be deleted: PilotStamp, PilotReference or ToDate")
        named = (*wanted.vos, *wanted.stamps, *wanted.references)
        if not all(name.strip() for name in named):
            raise InvalidInput("A blank name is none")
        if wanted.until and wanted.until > self._clock():
            raise InvalidInput("ToDate is in the future")


def groups(logs: Sequence[Log]) -> Iterator[list[Log]]:
    """The logs in groups whose text is small enough to be deleted at once; a log that is larger is alone."""
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
