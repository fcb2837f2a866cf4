"""A service over HTTPS whose calls are bounded before anybody knows who calls.

DIRAC's base class has Tornado hold the whole body, up to 100 MB, unpack it whatever it becomes, and take the form
apart on the I/O loop. Here the handler is given the body piece by piece, keeps at most so much of it, and cuts out what
authorisation needs; then it goes on as in DIRAC.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from DIRAC.Core.Tornado.Server.TornadoService import TornadoService
from tornado.iostream import StreamClosedError
from tornado.web import stream_request_body

from PilotLoggingDIRAC.pilotlog.errors import BodyTooSlow, InvalidInput, PilotLogError
from PilotLoggingDIRAC.pilotlog.receive import form
from PilotLoggingDIRAC.pilotlog.receive.body import Body, Room
from PilotLoggingDIRAC.pilotlog.settings import BodySettings
from PilotLoggingDIRAC.transport.credentials import CredentialsOnce
from PilotLoggingDIRAC.transport.guards.gzip import guard_gzip, take_compressed
from PilotLoggingDIRAC.transport.identity.tokens import TokenCredentials


@stream_request_body
class FormHandler(TokenCredentials, CredentialsOnce, TornadoService):
    """Answers calls with ``answer(form, refusal)``, a coroutine of what DIRAC's client is to get.

    ``refusal`` says why there is no form, or only its edges; the caller is authorised for the method that it names.
    """

    under_way = 0
    send_seconds = 120.0
    _bounds = BodySettings()
    _room = Room(_bounds.max_receiving_bytes)
    _body: Body | None = None

    @classmethod
    def bound_bodies(cls, bounds: BodySettings) -> None:
        """Set the bounds for all requests; for once, when the server starts."""
        guard_gzip()
        cls._bounds, cls._room = bounds, Room(bounds.max_receiving_bytes)

    async def answer(self, called: form.Form, refusal: PilotLogError | None) -> dict | AsyncIterator[str]:
        """What the caller is to get, or its JSON piece by piece, for whom ``self.methodObj`` and the credentials are set."""
        raise NotImplementedError

    def count(self, error: PilotLogError) -> None:
        """Count the refusal of a body whose sender nobody knows, nor can tell."""

    def prepare(self) -> None:
        """Get ready for the body, at once; DIRAC's own ``prepare`` is a coroutine, needs what is in the body, and comes
        behind it.
        """
        self._began = time.monotonic()
        self.request.connection.set_body_timeout(self._bounds.max_body_seconds)
        of_port = self.request.server_connection.params
        of_port.header_timeout = min(of_port.header_timeout, self._bounds.max_idle_seconds)
        headers = self.request.headers
        self._body = Body(self._bounds, self._room, take_compressed(headers))
        if not headers.get("Content-Type", "").startswith(form.CONTENT_TYPE):
            self._body.refuse(InvalidInput(f"The body is not {form.CONTENT_TYPE}"))

    def data_received(self, chunk: bytes) -> None:
        """Tornado has the next piece of the body."""
        self._body.add(chunk)

    def on_connection_close(self) -> None:
        """The sender has gone, or has been too slow."""
        super().on_connection_close()
        if self._body and not self._body.finished and time.monotonic() - self._began >= self._bounds.max_body_seconds:
            self.count(BodyTooSlow("The body did not arrive in time"))
        self._let_go()

    async def post(self) -> None:
        """Answer a call, with HTTP 200 whatever is wrong with it: a stock pilot dies of anything else."""
        self._arrived = time.monotonic()  # deadlines count from here, by a clock that nobody sets
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
        """DIRAC asks for the method that is to be authorised."""
        return super()._getMethod() if "method" in self.request.arguments else self.unnamed

    def unnamed(self) -> None:
        """Stands for the method of a call whose method can't be told."""

    unnamed.authorization = ["authenticated"]

    async def _send(self, result: dict | AsyncIterator[str]) -> None:
        """Send an answer, or the JSON of one piece by piece; a caller that has gone, or does not take it in time, is left
        alone, with the memory that it costs.
        """
        self.set_header("Content-Type", "application/json")
        stream = self.request.connection.stream
        try:
            sent = self.finish(self.encode(result)) if isinstance(result, dict) else self._send_pieces(result)
            await asyncio.wait_for(sent, self.send_seconds)
        except (TimeoutError, StreamClosedError, PilotLogError):
            stream.close()  # what can't be sent to its end is cut off, so that nobody takes it for a whole

    async def _send_pieces(self, pieces: AsyncIterator[str]) -> None:
        async for piece in pieces:
            self.write(piece)
            await self.flush()
        self.finish()  # not awaited: its future can stay open for ever, and but a few bytes are left to send

    def _let_go(self) -> None:
        if self._body:
            self._body.close()
