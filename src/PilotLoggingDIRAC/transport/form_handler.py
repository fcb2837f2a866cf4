"""Service handlers over HTTPS whose request bodies are bounded before the caller is known.

DIRAC's base class lets Tornado hold a whole body of up to 100 MB, unpack it without a limit, and parse the form on the
event loop. This class receives the body in blocks, stores a bounded amount of it, and extracts the fields that
authorisation needs; DIRAC's own processing follows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable

from DIRAC.Core.Tornado.Server.TornadoService import TornadoService
from tornado.iostream import StreamClosedError
from tornado.web import stream_request_body

from PilotLoggingDIRAC.pilotlog.errors import BodyTooSlow, InvalidInput, PilotLogError
from PilotLoggingDIRAC.pilotlog.receive import form
from PilotLoggingDIRAC.pilotlog.receive.body import Body, BodyMemory
from PilotLoggingDIRAC.pilotlog.settings import BodySettings, IngestSettings
from PilotLoggingDIRAC.transport.credentials import CredentialsOnce
from PilotLoggingDIRAC.transport.delivery import is_open, is_written
from PilotLoggingDIRAC.transport.guards.gzip import guard_gzip, take_compressed
from PilotLoggingDIRAC.transport.identity.tokens import TokenCredentials


@stream_request_body
class FormHandler(TokenCredentials, CredentialsOnce, TornadoService):
    """Base of handlers that implement ``answer(form, refusal)``.

    ``refusal`` is the reason why there is no form, or only its edges. The caller is authorised for the method that the
    form names.
    """

    under_way = 0
    send_seconds = 120.0
    _bounds = BodySettings()
    _memory = BodyMemory(_bounds.max_receiving_bytes)
    _max_text_bytes = IngestSettings().max_message_bytes
    _body: Body = None  # type: ignore[assignment]  # ``prepare`` sets it before any other method is called

    @classmethod
    def bound_bodies(cls, bounds: BodySettings, max_text_bytes: int) -> None:
        """Set the bounds for all requests; call it once, when the server starts. ``max_text_bytes``: how much
        is held of a long message's text.
        """
        guard_gzip()
        cls._bounds, cls._memory = bounds, BodyMemory(bounds.max_receiving_bytes)
        cls._max_text_bytes = max_text_bytes

    async def answer(self, called: form.Form, refusal: PilotLogError | None) -> dict | AsyncIterator[str]:
        """Return the answer, or an iterator over its JSON. ``self.methodObj`` and the credentials are set."""
        raise NotImplementedError

    def count(self, error: PilotLogError) -> None:
        """Count a refused body whose sender is unknown and can't be told."""

    def sent(self, whole: bool) -> None:
        """Hear what became of the answer: whether all of it was written to a connection that was open."""

    def prepare(self) -> None:  # type: ignore[override]  # DIRAC's coroutine is called by ``post``
        """Prepare for receiving the body, synchronously. DIRAC's own ``prepare`` is a coroutine and needs fields of the
        body; it is called after the body has arrived.
        """
        self._began = time.monotonic()
        self.request.connection.set_body_timeout(self._bounds.max_body_seconds)
        of_port = self.request.server_connection.params
        of_port.header_timeout = min(of_port.header_timeout, self._bounds.max_idle_seconds)
        headers = self.request.headers
        self._body = Body(self._bounds, self._memory, take_compressed(headers), self._max_text_bytes)
        if not headers.get("Content-Type", "").startswith(form.CONTENT_TYPE):
            self._body.refuse(InvalidInput(f"The body is not {form.CONTENT_TYPE}"))

    def data_received(self, block: bytes) -> Awaitable[None] | None:
        """Take the next block of the body from Tornado; other requests take turns with one that is being decoded."""
        self._body.add(block)
        return asyncio.sleep(0) if self._body.is_long else None

    def on_connection_close(self) -> None:
        """Release the body; count it if the sender was too slow."""
        super().on_connection_close()
        self.sent(False)
        if self._body and not self._body.finished and time.monotonic() - self._began >= self._bounds.max_body_seconds:
            self.count(BodyTooSlow("The body did not arrive in time"))
        self._let_go()

    async def post(self) -> None:
        """Answer a call, always with HTTP 200: a stock pilot dies of any other status."""
        self._arrived = time.monotonic()  # start of deadlines; a clock that is never set
        FormHandler.under_way += 1
        try:
            called = self._body.finish()
            self._show(called)
            if "method" not in self.request.arguments:
                self._body.refuse(InvalidInput("The form names no method"))
            await super().prepare()
            result = await self.answer(called, self._body.refusal)
            self._let_go()
            await self._send(result)
        finally:
            self._let_go()
            FormHandler.under_way -= 1

    def _show(self, called: form.Form) -> None:
        for name, value in called.fields.items():
            self.request.body_arguments[name] = [value]
            self.request.arguments.setdefault(name, []).append(value)

    def _getMethod(self) -> object:
        """Return the method that DIRAC authorises the caller for."""
        return super()._getMethod() if "method" in self.request.arguments else self.unnamed

    def unnamed(self) -> None:
        """Stand for the method of a call that names none."""

    unnamed.authorization = ["authenticated"]  # type: ignore[attr-defined]  # DIRAC reads it from the function

    async def _send(self, result: dict | AsyncIterator[str]) -> None:
        """Send an answer, or JSON that comes in several strings. If the caller has gone or does not read in time, the
        connection is closed, which frees the memory that the answer takes.
        """
        self.set_header("Content-Type", "application/json")
        stream = self.request.connection.stream
        was_open = is_open(stream)
        try:
            sent = self.finish(self.encode(result)) if isinstance(result, dict) else self._send_texts(result)
            if isinstance(sent, asyncio.Future) and sent.done():  # as nearly always: the kernel took it at once
                sent.result()
            else:
                await asyncio.wait_for(sent, self.send_seconds)
            self.sent(was_open and is_written(stream))
        except (TimeoutError, StreamClosedError, PilotLogError):
            stream.close()  # cut off, so that nobody takes a part for the whole answer
            self.sent(False)

    async def _send_texts(self, texts: AsyncIterator[str]) -> None:
        async for text in texts:
            self.write(text)
            await self.flush()
        self.finish()  # not awaited: its future may never be done, and only a few bytes are left to send

    def _let_go(self) -> None:
        if self._body:
            self._body.close()
