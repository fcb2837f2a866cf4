"""The collector over HTTPS, at the URL and with the wire of DIRAC's own.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN TornadoPilotLogging
  :end-before: ##END
  :dedent: 2
  :caption: TornadoPilotLogging options
"""

from __future__ import annotations

import asyncio
import inspect
import time

from DIRAC import gLogger
from DIRAC.Core.Tornado.Server.TornadoService import TornadoService
from DIRAC.Core.Utilities.ReturnValues import S_OK
from tornado.web import HTTPError

from PilotLoggingDIRAC.pilotlog import envelope, parse
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, MessageTooLarge, PilotLogError
from PilotLoggingDIRAC.pilotlog.intake import too_late
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.GracefulStop import stop_tornado_on_sigterm
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.HTTPGuard import guard_http
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.JSONGuard import decode_plain, guard_json
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.PilotLoggingHandler import PilotLoggingHandlerMixin, receipt
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.TLSGuard import guard_tls
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Assembly.collector import collector
from PilotLoggingDIRAC.WorkloadManagementSystem.Utilities.Edge import expected, failure

_log = gLogger.getSubLogger("PilotLogging")


class TornadoPilotLoggingHandler(PilotLoggingHandlerMixin, TornadoService):
    """Batches wait for the writer as futures and cost no thread; everything else runs in threads of its own."""

    decode = staticmethod(decode_plain)
    under_way = 0

    def __init__(self, *arguments, **kwargs):
        """Deadlines count from here, by a clock that nobody sets."""
        self._arrived = time.monotonic()
        super().__init__(*arguments, **kwargs)

    @classmethod
    def _pre_initialize(cls):
        """Start the collector with the server; one that can't start must not keep other services from starting."""
        try:
            guard_tls()
            guard_http()
            guard_json()
            cls.collector = collector(cls._fullComponentName)
            seconds = cls.collector.intake.settings.stop_seconds
            stop_tornado_on_sigterm(lambda: cls.under_way > 0, cls.collector.stop, seconds)
        except Exception as error:  # one Tornado serves many services
            _log.exception("The collector can't start, its methods will fail", lException=error)
        return super()._pre_initialize()

    def _getMethod(self) -> str:
        """As DIRAC's; names and extra credentials that it would fail on, or let forge lines in the log, are HTTP 400."""
        try:
            envelope.check_method(self.get_argument("method"))
            envelope.check_extra_credentials(self.get_argument("extraCredentials", ""))
        except InvalidInput as error:
            raise HTTPError(400, f"{error}") from None
        return super()._getMethod()

    async def post(self):
        """Answer a call, always with HTTP 200 and an ``S_OK`` or ``S_ERROR``: a stock pilot dies of anything else."""
        type(self).under_way += 1
        try:
            offer = getattr(self, f"offer_{self.get_argument('method')}", None)
            result = await (self._store(offer) if offer else self._call())
            self.set_header("Content-Type", "application/json")
            self.finish(self.encode(result))
        finally:
            type(self).under_way -= 1

    async def _store(self, offer) -> dict:
        try:
            arguments = parse.arguments(self._encoded_arguments(), list(inspect.signature(offer).parameters))
            limit = self._arrived + self.collector.intake.settings.answer_seconds - time.monotonic()
            stored = await asyncio.wait_for(asyncio.wrap_future(offer(*arguments)), max(limit, 0.001))
        except asyncio.TimeoutError:
            return failure(too_late(), self._refused)
        except Exception as error:  # the edge: whatever it is becomes an answer
            return failure(error, self._refused)
        return S_OK(receipt(stored))

    def _refused(self, error: PilotLogError) -> None:
        """DIRAC has found the method by this time, so that its name is one of ours."""
        self.refused(error, self.methodObj.__name__.removeprefix(self.METHOD_PREFIX))

    async def _call(self) -> dict:
        try:
            arguments = parse.counted(self._decoded_arguments(), *expected(self.methodObj))
            result = await asyncio.wrap_future(self.collector.reading.submit(self.methodObj, arguments))
        except Exception as error:  # the edge: whatever it is becomes an answer
            return failure(error, self._refused)
        return result

    def _encoded_arguments(self) -> str:
        values = self.request.body_arguments.get("args")
        try:
            return values[-1].decode() if values else "[]"
        except UnicodeDecodeError:
            raise InvalidInput("The arguments are not UTF-8") from None

    def _decoded_arguments(self) -> list:
        """The arguments with DIRAC's own JSON, which knows times."""
        encoded = self._encoded_arguments()
        if len(encoded) > self.collector.query.settings.max_arguments_bytes:
            raise MessageTooLarge("The arguments are over the limit")
        try:
            arguments, _ = self.decode(encoded)
        except Exception:  # JEncode raises whatever its parts raise
            raise InvalidInput("The arguments are not valid JSON") from None
        if not isinstance(arguments, list):
            raise InvalidInput("The arguments are not a JSON list")
        return arguments
