"""The arguments of calls over DISET, within bounds: DIRAC's own transport holds any size, several times over.

A long message is decoded block by block as it arrives, as over HTTPS (``pilotlog.receive.long_form``).
"""

from __future__ import annotations

import re
from typing import Any

from DIRAC import S_ERROR, S_OK
from DIRAC.Core.DISET.private.TransportPool import getGlobalTransportPool

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.receive.long_call import LongCall

#: Arguments of other calls, as a multiple of what they may have over HTTPS; over it they end the connection.
_TIMES_HELD = 4
_BLOCK_BYTES = 16 * 1024
_LENGTH = re.compile(rb"(\d{1,10}):")
_MAX_LENGTH_BYTES = 11
_MESSAGE = ("RPC", "sendMessage")


class BoundedArguments:
    """Mixin for a DISET handler with a ``collector``: arguments over the limit are not read to their end."""

    def __init__(self, handlerInitDict, trid):
        super().__init__(handlerInitDict, trid)
        self._receiving = None
        transport = getGlobalTransportPool().get(trid)
        if transport is not None and self.collector:
            self._receiving = _Receiving(transport, self.collector)
            transport.receiveData = self._receiving

    def _rh_executeAction(self, proposalTuple):
        """Execute an action, as DIRAC does; the arguments of a message may be long."""
        if self._receiving:
            self._receiving.is_message = tuple(proposalTuple[1]) == _MESSAGE
        return super()._rh_executeAction(proposalTuple)


class _Receiving:
    """The ``receiveData`` of one transport."""

    def __init__(self, transport: Any, collector: Any):
        self._transport = transport
        self._receive = transport.receiveData
        self._bodies = collector.bodies
        self._max_text_bytes = collector.receiver.settings.max_message_bytes
        self.is_message = False

    def __call__(self, maxBufferSize: int = 0, *rest: Any, **more: Any) -> dict:
        size = self._announced() if self.is_message and not maxBufferSize else 0
        if self._bodies.max_held_bytes < size <= self._bodies.max_body_bytes:
            return self._decoded(size)
        return self._receive(maxBufferSize or _TIMES_HELD * self._bodies.max_held_bytes, *rest, **more)

    def _announced(self) -> int:
        """Return the size of the arguments to come, 0 for what DIRAC has to look at itself; nothing is taken away."""
        transport = self._transport
        while not transport.receivedMessages and _may_go_on(transport.byteStream):
            read = transport._read(_BLOCK_BYTES)
            if not read["OK"] or not read["Value"]:  # nothing: the peer has closed the connection
                return 0
            transport.byteStream.extend(read["Value"])
        length = _LENGTH.match(transport.byteStream)
        return int(length[1]) if length else 0

    def _decoded(self, size: int) -> dict:
        """Return the arguments of a message: its text as ``excerpt.HeadAndTail`` first."""
        transport, call = self._transport, LongCall(self._max_text_bytes)
        begun = transport.byteStream.partition(b":")[2]
        transport.byteStream = begun[size:]
        try:
            call.feed(bytes(begun[:size]))
            left = size - len(begun)
            while left > 0:
                read = transport._read(min(_BLOCK_BYTES, left), skipReadyCheck=True)
                if not read["OK"]:
                    return read
                if not read["Value"]:
                    return S_ERROR("Peer closed connection")
                call.feed(read["Value"])
                left -= len(read["Value"])
            return S_OK(call.finish())
        except InvalidInput as error:
            return S_ERROR(f"{error}")


def _may_go_on(begun: bytearray) -> bool:
    """Return whether the length in front of the arguments has not come to its end."""
    return len(begun) < _MAX_LENGTH_BYTES and (not begun or begun.isdigit())
