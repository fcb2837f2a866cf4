"""A limit for the arguments of calls over DISET: DIRAC's own transport takes any size."""

from __future__ import annotations

from DIRAC.Core.DISET.private.TransportPool import getGlobalTransportPool

#: The limit as a multiple of that of a body over HTTPS. Arguments over it end the connection; those that are shorter,
#: but still too long, get a named error.
_TIMES_A_BODY = 4


class BoundedArguments:
    """Mixin for a DISET handler with a ``collector``: arguments over the limit are not read to their end."""

    def __init__(self, handlerInitDict, trid):
        super().__init__(handlerInitDict, trid)
        transport = getGlobalTransportPool().get(trid)
        if transport is not None and self.collector:
            limit, receive = _TIMES_A_BODY * self.collector.bodies.max_body_bytes, transport.receiveData
            transport.receiveData = lambda maxBufferSize=0, *rest, **more: receive(
                maxBufferSize or limit, *rest, **more
            )
