"""Arguments over DISET: a connection that ends before they are there ends the reading of them."""

from types import SimpleNamespace

import pytest
from DIRAC import S_ERROR, S_OK

from PilotLoggingDIRAC.pilotlog.settings import BodySettings, IngestSettings
from PilotLoggingDIRAC.transport.diset_arguments import _Receiving

BODIES = BodySettings()
LONG = BODIES.max_held_bytes + 1_000_000


class ClosedTransport:
    """A transport of DIRAC whose peer has closed the connection after some bytes, in good order."""

    def __init__(self, *blocks):
        self.byteStream, self.receivedMessages = bytearray(), []
        self._blocks, self._reads = list(blocks), 0

    def _read(self, *_, **__):
        self._reads += 1
        assert self._reads < 20, "it is read for ever"
        return S_OK(self._blocks.pop(0) if self._blocks else b"")

    def receiveData(self, *_):  # noqa: N802 - DIRAC's name
        return S_ERROR("Peer closed connection")


@pytest.mark.parametrize(
    "blocks",
    [(), (b"500",), (f"{LONG}:".encode(),), (f"{LONG}:".encode(), b'{"OK": true, "Value": ["\\"text')],
    ids=["before the length", "within the length", "before the arguments", "within the arguments"],
)
def test_a_connection_that_is_closed_ends_the_reading(blocks):
    settings = SimpleNamespace(max_message_bytes=IngestSettings().max_message_bytes)
    collector = SimpleNamespace(bodies=BODIES, receiver=SimpleNamespace(settings=settings))
    receive = _Receiving(ClosedTransport(*blocks), collector)
    receive.is_message = True
    answer = receive()
    assert (answer["OK"], answer["Message"]) == (False, "Peer closed connection")
