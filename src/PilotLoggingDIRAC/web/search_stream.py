"""A search over many logs as a stream of JSON objects, one a line: ``found``, ``beat`` when idle, and one ``end``.

The page reads it by ``fetch`` and not by an event source, which would not tell why a search is refused, and would begin
it again by itself.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from tornado.web import RequestHandler

from PilotLoggingDIRAC.assembly.page import WebPage
from PilotLoggingDIRAC.pilotlog.errors import Overloaded, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.page.viewer import Asked, PageCaller

_AGAIN_SECONDS = 1.0


def _end(cursor: str, is_full: bool, is_late: bool) -> str:
    """Return why a stream ends at a cursor, "" if it goes on."""
    if not cursor:
        return "all"
    return "hits" if is_full else "time" if is_late else ""


class SearchStream:
    """The stream of one searcher. It ends with the search, when the browser disconnects, and after
    ``search_stream_seconds`` or ``search_stream_hits``; the page can go on from the last cursor.
    """

    def __init__(self, handler: RequestHandler, page: WebPage, look_up: Callable[[], PageCaller], asked: Asked):
        """Make the stream; ``look_up`` returns the present caller and rights, looked at before each step."""
        self._handler = handler
        self._page = page
        self._look_up = look_up
        self._asked = asked
        self._closed = False

    def close(self) -> None:
        """End the stream, as the connection is closed."""
        self._closed = True

    async def run(self, cursor: str) -> None:
        """Send what is found from a cursor on. Raise the errors of the first step before anything is sent."""
        with self._page.searchers.taken(str(self._look_up().caller)):
            found = await self._step(cursor)
            self._begin()
            await self._follow(found)
        if not self._closed:
            self._handler.finish()

    def _begin(self) -> None:
        self._handler.set_header("Content-Type", "application/x-ndjson")
        self._handler.set_header("Content-Encoding", "identity")
        self._handler.set_header("X-Accel-Buffering", "no")

    def _step(self, cursor: str) -> asyncio.Future[dict[str, Any]]:
        wanted = (self._look_up(), self._asked, cursor)
        return asyncio.wrap_future(self._page.searching.submit(self._page.search.step, wanted))

    async def _follow(self, found: dict[str, Any]) -> None:
        bounds, hits = self._page.search.settings, 0
        end = time.monotonic() + bounds.search_stream_seconds
        while not self._closed:
            await self._send("found", found)
            hits += len(found["hits"])
            cursor = found["cursor"]
            why = _end(cursor, hits >= bounds.search_stream_hits, time.monotonic() > end)
            try:
                found = found if why else await self._next(cursor, end)
            except (Overloaded, StoreUnavailable) as error:
                why = str(error)
            if why:
                await self._send("end", {"why": why, "cursor": cursor})
                return

    async def _next(self, cursor: str, end: float) -> dict[str, Any]:
        """Return the next step's answer; while others search, ask again up to the end. Beats say that it goes on."""
        while True:
            try:
                step = asyncio.ensure_future(self._step(cursor))
                while not (await asyncio.wait([step], timeout=self._page.settings.beat_seconds))[0]:
                    await self._send("beat", {})
                return step.result()
            except Overloaded:
                if self._closed or time.monotonic() > end:
                    raise
                await self._send("beat", {"waits": True})
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _send(self, kind: str, value: dict[str, Any]) -> None:
        """Send one object. A browser that does not read for ``stalled_seconds`` is disconnected."""
        if self._closed:
            return
        self._handler.write(json.dumps({"kind": kind} | value, separators=(",", ":")) + "\n")
        await asyncio.wait_for(self._handler.flush(), self._page.settings.stalled_seconds)
