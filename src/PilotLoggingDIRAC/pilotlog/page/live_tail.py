"""The live tail: new text of a log, read once for all who follow it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from cachetools import LRUCache

from .. import access
from ..access import Scope
from ..diagnosed import NONE, Diagnosed
from ..errors import CursorOutdated
from ..model import Log, PilotId, PilotJob
from .document import START, Document
from .viewer import PageCaller, Viewer
from .watcher import Head

_MAX_SEEN = 256
#: A diagnosis of a running pilot is made some seconds after its text.
_CAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class News:
    """New text after a cursor (None if there is none), the cursor after it, the log's standing, and True if more text
    is there already.
    """

    text: dict[str, Any] | None
    cursor: str
    standing: dict[str, Any]
    more: bool


class _Seen:
    """A log at one head, as callers with the same rights see it: its parts, its document, its pilot's jobs, and the
    last answer with its cursor.
    """

    def __init__(self, head: Head):
        self.head = head
        self.lock = threading.Lock()
        self.parts: list[Log] = []
        self.jobs: list[PilotJob] = []
        self.document: Document | None = None
        self.last: tuple[str, News] | None = None
        self.cause = NONE
        self.cause_due = 0.0


class LiveTail:
    """The answers for followers of logs. Callers with the same rights, head and cursor get the same answer."""

    def __init__(self, viewer: Viewer):
        self._viewer = viewer
        self._lock = threading.Lock()
        self._seen: LRUCache[tuple[PilotId, Scope], _Seen] = LRUCache(_MAX_SEEN)

    def clear(self) -> None:
        """Forget what was seen."""
        with self._lock:
            self._seen.clear()

    def since(self, reader: PageCaller, pilot: PilotId, cursor: str, head: Head | None) -> News:
        """Return the text after the cursor. ``head`` is the known end of the log, None to look it up.

        Raise NotAllowed unless the caller may read the log, and LogNotFound.
        """
        if head is None:
            parts = self._viewer.parts(reader, pilot)
            document, jobs = self._viewer.document(parts), self._viewer.jobs_of(parts)
            return self._news(parts, document, cursor, jobs, self._viewer.cause_of(parts))
        seen = self._with((pilot, access.scope(reader.caller, reader.policy)), head)
        with seen.lock:
            if seen.document is None:
                seen.parts = self._viewer.parts(reader, pilot)
                seen.jobs = self._viewer.jobs_of(seen.parts)
                seen.document = self._viewer.document(seen.parts)
            if seen.last is None or seen.last[0] != cursor:
                seen.last = cursor, self._news(seen.parts, seen.document, cursor, seen.jobs, self._cause(seen))
            standing = self._viewer.describe(seen.parts, seen.jobs, self._cause(seen))
            return replace(seen.last[1], standing=standing)

    def _cause(self, seen: _Seen) -> Diagnosed:
        """Return the diagnosis of a log, which is looked up again now and then: it comes after the text."""
        now = time.monotonic()
        if now >= seen.cause_due:
            seen.cause, seen.cause_due = self._viewer.cause_of(seen.parts), now + _CAUSE_SECONDS
        return seen.cause

    def _with(self, key: tuple[PilotId, Scope], head: Head) -> _Seen:
        with self._lock:
            seen = self._seen.get(key)
            if seen is None or seen.head != head:
                seen = _Seen(head)
            self._seen[key] = seen
            return seen

    def _news(self, parts: list[Log], document: Document, cursor: str, jobs: list[PilotJob], cause: Diagnosed) -> News:
        place, cursors = self._place(cursor), self._viewer.query.cursors
        text, standing = document.since(place), self._viewer.describe(parts, jobs, cause)
        if text is None:
            return News(None, cursors.give(place), standing, False)
        more = text.cursor != document.end
        return News({"line": text.line, "text": text.text}, cursors.give(text.cursor), standing, more)

    def _place(self, cursor: str) -> str:
        """Return the place of a cursor; the start for one of another database. The line's number tells the page."""
        try:
            return str(self._viewer.query.cursors.take(cursor))
        except CursorOutdated:
            return START
