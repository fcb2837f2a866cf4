"""A log as server-sent events: ``text`` with a cursor as its id, ``standing`` when that changes, ``beat`` when idle."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from PilotLoggingDIRAC.assembly.page import WebPage
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.page.live_tail import News
from PilotLoggingDIRAC.pilotlog.page.viewer import PageCaller
from PilotLoggingDIRAC.pilotlog.page.watcher import Head

_RETRY_MILLISECONDS = 1000
#: Fields of a standing whose change alone sends no event.
_QUIET = ("lines", "bytes", "lastSeen", "attempts")


class Tail:
    """The event stream of one watcher. It ends when the browser disconnects, loses its rights, or after
    ``watch_seconds``; a browser then connects again with the last id.
    """

    def __init__(
        self,
        handler: RequestHandler,
        page: WebPage,
        look_up: Callable[[], PageCaller],
        pilot: PilotId,
        last_id: str | None,
    ):
        """Make the stream; ``look_up`` returns the present caller and rights, ``last_id`` is the ``Last-Event-ID`` of a
        browser that connects again.
        """
        self._handler = handler
        self._page = page
        self._look_up = look_up
        self._reader = look_up()
        self._pilot = pilot
        self._last_id = last_id
        self._head: Head | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self._standing: dict[str, Any] = {}

    def close(self) -> None:
        """End the stream, as the connection is closed."""
        self._closed = True
        self._changed.set()

    async def run(self, cursor: str) -> None:
        """Send the text after the cursor, and all that follows. Raise NotAllowed before anything is sent to a caller
        without rights.
        """
        loop = IOLoop.current()
        watch = self._page.watcher.watch(
            self._pilot, str(self._reader.caller), lambda head: loop.add_callback(self._wake, head)
        )
        try:
            news = await self._since(self._last_id or cursor)
            self._begin()
            await self._follow(news)
        finally:
            self._page.watcher.leave(watch)

    def _wake(self, head: Head) -> None:
        self._head = head
        self._changed.set()

    def _begin(self) -> None:
        handler = self._handler
        handler.set_header("Content-Type", "text/event-stream")
        handler.set_header("Content-Encoding", "identity")
        handler.set_header("X-Accel-Buffering", "no")
        handler.write(f"retry: {_RETRY_MILLISECONDS}\n\n")

    async def _since(self, cursor: str) -> News:
        """Return the text after the cursor, if the caller may still read it."""
        self._reader = self._look_up()
        wanted = (self._reader, self._pilot, cursor, self._head)
        return await asyncio.wrap_future(self._page.reading.submit(self._page.live_tail.since, wanted))

    async def _follow(self, news: News) -> None:
        settings = self._page.settings
        end = time.monotonic() + settings.watch_seconds
        while not self._closed:
            await self._tell(news)
            if time.monotonic() > end:
                self._handler.finish()
                return
            wait = min(settings.beat_seconds, settings.recheck_seconds, end - time.monotonic())
            if news.more or await self._woken(wait) or self._look_up() != self._reader:
                self._changed.clear()
                news = await self._since(news.cursor)
            else:
                await self._send("beat", {})
                news = await self._since(news.cursor)  # DIRAC's word on the pilot may have changed

    async def _woken(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._changed.wait(), max(seconds, 0.001))
        except TimeoutError:
            return False
        return True

    async def _tell(self, news: News) -> None:
        if news.text is not None:
            await self._send("text", news.text | {"lastSeen": news.standing["lastSeen"]}, news.cursor)
        quiet = {name: value for name, value in news.standing.items() if name not in _QUIET}
        is_due = news.standing["live"] or not news.more  # a page stops listening soon after it hears of the end
        if is_due and quiet != self._standing:
            self._standing = quiet
            await self._send("standing", news.standing)

    async def _send(self, event: str, value: dict, cursor: str = "") -> None:
        """Send one event. A browser that does not read for ``stalled_seconds`` is disconnected; it may connect
        again.
        """
        identity = f"id: {cursor}\n" if cursor else ""
        self._handler.write(f"{identity}event: {event}\ndata: {json.dumps(value, separators=(',', ':'))}\n\n")
        await asyncio.wait_for(self._handler.flush(), self._page.settings.stalled_seconds)
