"""The collector over HTTPS, with the URL and the wire format of DIRAC's own."""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
from collections.abc import AsyncIterator, Callable, Iterator

from DIRAC import gLogger
from DIRAC.Core.Utilities.ReturnValues import S_OK
from tornado.web import HTTPError

from PilotLoggingDIRAC.assembly.collector import collector
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, Overloaded, PilotLogError
from PilotLoggingDIRAC.pilotlog.receive import form
from PilotLoggingDIRAC.pilotlog.receive.receiver import too_late
from PilotLoggingDIRAC.pilotlog.write.answers import Answer
from PilotLoggingDIRAC.transport import stand_in
from PilotLoggingDIRAC.transport.edge import expected, failure
from PilotLoggingDIRAC.transport.form_handler import FormHandler
from PilotLoggingDIRAC.transport.graceful_stop import stop_tornado_on_signal
from PilotLoggingDIRAC.transport.guards.json_classes import decode_plain
from PilotLoggingDIRAC.transport.guards.server import guard_server
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.PilotLoggingHandler import PilotLoggingHandlerMixin, receipt

#: Messages up to this size are parsed on the event loop, which costs less than a change of thread.
_SHORT_BYTES = 32 * 1024
_log = gLogger.getSubLogger("PilotLogging")


class HttpsCollector(PilotLoggingHandlerMixin, FormHandler):
    """The HTTPS handler. A batch waits for the writer as a future and takes no thread; other calls run in thread
    pools.
    """

    decode = staticmethod(decode_plain)
    _place: asyncio.Semaphore | None = None
    _is_stored = False

    @classmethod
    def _pre_initialize(cls):
        """Start the collector with the server; an error must not keep other services from starting."""
        try:
            guard_server()
            cls.collector = collector(cls._fullComponentName)
            cls.bound_bodies(cls.collector.bodies, cls.collector.receiver.settings.max_message_bytes)
            cls.send_seconds = cls.collector.query.settings.send_seconds
            seconds = cls.collector.receiver.settings.stop_seconds
            stop_tornado_on_signal(lambda: FormHandler.under_way > 0, cls.collector.stop, seconds)
        except Exception as error:  # one Tornado serves many services
            _log.exception("The collector can't start", lException=error)
            return stand_in.routes(cls, error)
        return super()._pre_initialize()

    def _getMethod(self) -> object:
        """Return DIRAC's method; answer HTTP 400 to names and extra credentials that DIRAC would fail on, or that would
        forge lines in the log.
        """
        try:
            if "method" in self.request.arguments:
                form.check_method(self.get_argument("method"))
        except InvalidInput as error:
            raise HTTPError(400, f"{error}") from None
        self.refuse_odd_claims()
        return super()._getMethod()

    async def answer(self, called: form.Form, refusal: PilotLogError | None) -> dict | AsyncIterator[str]:
        """Return ``S_OK`` or ``S_ERROR``, whatever happens; a whole log as an iterator over its JSON."""
        offer = getattr(self, f"offer_{self.get_argument('method', '')}", None)
        try:
            if refusal:
                if offer:
                    self._miss(called, self._body.text_bytes, refusal)
                raise refusal
            return await (self._store(offer, called) if offer else self._call(called))
        except Exception as error:  # the edge: any error becomes an answer
            return failure(error, self._refused)

    def count(self, error: PilotLogError) -> None:
        """Count a refused body whose sender is unknown and can't be told."""
        if self.collector:
            self.collector.receiver.refused(error)

    def _refused(self, error: PilotLogError) -> None:
        """Write a refusal to the audit log, under the method's name. DIRAC has found the method by now, so the name is
        one of ours.
        """
        self.refused(error, self.methodObj.__name__.removeprefix(self.METHOD_PREFIX))

    def _miss(self, called: form.Form, size: int, refusal: PilotLogError) -> None:
        """Record the gap that a refused message leaves, if its arguments say which log it is for."""
        if names := called.names():
            stamp, vo = names
            self.about = lambda: {"log": validation.pilot(self.who.vo or vo, stamp)}
            self.collector.receiver.missed(self.who, stamp, vo, size, refusal)

    async def _store(self, offer, called: form.Form) -> dict:
        names, receiver = _parameters(offer.__func__), self.collector.receiver
        late = self._arrived + max(receiver.settings.answer_seconds, 0.001)
        if len(called.args) <= _SHORT_BYTES and not called.message:
            self._answer = self._offer(offer, called, names)
        else:
            self._answer = await self._read_long(offer, called, names, late)
            self._let_go()
        stored = await self._outcome(self._answer, late)
        self._is_stored = True
        return S_OK(receipt(stored))

    async def _read_long(self, offer, called: form.Form, names: list[str], late: float) -> Answer:
        """Return the future of a message that is read in a thread; one that waits for it for too long is refused."""
        end = called.end()
        try:
            reading = self.collector.decoding.submit(self._offer, (offer, called, names))
        except Overloaded as error:
            self._miss(end, self._body.text_bytes, error)
            raise
        read = asyncio.wrap_future(reading)
        if not await _is_done(read, late) and reading.cancel():
            self._miss(end, self._body.text_bytes, too_late())
            raise too_late()
        return await read

    def _offer(self, offer, called: form.Form, names: list[str]) -> Answer:
        end = called.end()
        try:
            arguments = _arguments(called, names)
        except InvalidInput as error:
            if offer == self.offer_sendMessage:  # a finalise mark has no text
                self._miss(end, self._body.text_bytes, error)
            raise
        return offer(*arguments)

    async def _outcome(self, answer: Answer, late: float):
        """Return the receipt. A message that still waits is refused in time; one that is being stored can't be, so it
        is waited for as long as its sender may wait.
        """
        outcome = asyncio.wrap_future(answer)
        last_call = late - self.collector.receiver.settings.outcome_seconds
        if await _is_done(outcome, last_call) or (not answer.cancel() and await _is_done(outcome, late)):
            return outcome.result()
        outcome.cancel()
        answer.give_up()
        raise too_late()

    def sent(self, whole: bool) -> None:
        """Tell the writer whether the sender of a message has its answer."""
        if self._answer:
            self._answer.sent(whole)

    def on_finish(self) -> None:
        """Log the call as DIRAC does; stored messages are only counted, as a line for each would flood the log."""
        if not self._is_stored or self.activityMonitoringReporter:
            super().on_finish()

    async def _call(self, called: form.Form) -> dict | AsyncIterator[str]:
        arguments = validation.counted(self._decoded(called.text()), *expected(self.methodObj))
        if self.get_argument("method") == "getLogs":
            return await self._stream(self.stream_getLogs(*arguments))
        return await self._read(self.methodObj, *arguments)

    def _read(self, function: Callable, *arguments: object) -> asyncio.Future:
        return asyncio.wrap_future(self.collector.reading.submit(function, arguments))

    async def _stream(self, pieces: Iterator[str]) -> AsyncIterator[str]:
        """Return the texts as an iterator; each is made in a thread after the one before was sent. Raise the error of
        the first text before anything is sent.
        """
        self._place = await self.collector.streams.take()
        first = await self._read(next, pieces)

        async def stream() -> AsyncIterator[str]:
            piece: str | None = first
            while piece is not None:
                yield piece
                piece = await self._read(next, pieces, None)

        return stream()

    async def _send(self, result: dict | AsyncIterator[str]) -> None:
        """Send an answer; a whole log holds its place among the streams until it is sent."""
        try:
            await super()._send(result)
        finally:
            if self._place:
                self._place.release()

    def _decoded(self, encoded: str) -> list:
        """Return the arguments, decoded by DIRAC's own JSON, which knows times."""
        validation.require_plain(encoded)
        try:
            arguments, _ = self.decode(encoded)
        except Exception:  # JEncode may raise anything
            raise InvalidInput("The arguments are not valid JSON") from None
        if not isinstance(arguments, list):
            raise InvalidInput("The arguments are not a JSON list")
        return arguments


@functools.cache
def _parameters(offer) -> list[str]:
    return list(inspect.signature(offer).parameters)[1:]


def _arguments(called: form.Form, names: list[str]) -> list:
    if called.message:
        return validation.counted(called.message, names)
    return validation.arguments(called.text(), names)


async def _is_done(future: asyncio.Future, deadline: float) -> bool:
    """Wait for a future up to a time of ``time.monotonic``; it is not cancelled. Return whether it is done."""
    done, _ = await asyncio.wait([future], timeout=max(deadline - time.monotonic(), 0))
    return bool(done)
