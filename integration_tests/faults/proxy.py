"""A TCP proxy between senders and collectors: TLS passes through, and each connection is treated as planned.

Of TLS it knows where records begin and of which kind they are, so it knows when the request begins (the client's first
record of application data; from there on a collector's bytes are the answer) and when it has been handed on. What a
sender has given up is not handed on any more: the network has lost it.
"""

import asyncio
import socket
import struct
import threading
import time
from dataclasses import dataclass

from .plan import PASS

APPLICATION_DATA = 23
HEADER = struct.Struct(">BHH")
RESET = struct.pack("ii", 1, 0)
MAX_SECONDS = 30
END_SECONDS = 5


@dataclass
class Exchange:
    """One connection: what was done to it, and when the request was handed on and the answer complete."""

    sender: str
    collector: int
    treatment: str
    opened: float
    arrived: float = 0.0
    answered: float = 0.0
    network_cut: bool = False
    way: str = ""
    """Address and port from which it was handed on."""


class Records:
    """Follows the records of one direction of a TLS connection."""

    def __init__(self):
        self._skip = 0
        self._head = b""
        self.begun = False

    def feed(self, data):
        """Look at more bytes; ``begun`` tells whether application data has been seen."""
        position = 0
        while position < len(data) and not self.begun:
            step = min(self._skip, len(data) - position)
            self._skip, position = self._skip - step, position + step
            taken = data[position : position + HEADER.size - len(self._head)]
            self._head, position = self._head + taken, position + len(taken)
            if len(self._head) == HEADER.size:
                kind, _, self._skip = HEADER.unpack(self._head)
                self._head, self.begun = b"", kind == APPLICATION_DATA


class Proxy:
    """All of a run's ways to the collectors, one port each sender."""

    def __init__(self, ports):
        """``ports`` are those of the collectors."""
        self._ports = ports
        self._cut = set()
        self._open = {}
        self.exchanges: list[Exchange] = []
        self._servers = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()

    def open(self, sender, collector, treatments, source="127.0.0.1"):
        """Open a way for a sender and return its port; its n-th connection gets the n-th treatment, later ones none.

        ``source`` is the address that collectors, or a balancer, see.
        """
        way = _Way(self, sender, collector, iter(treatments), source)
        return asyncio.run_coroutine_threadsafe(way.listen(), self._loop).result(10)

    def cut(self, collector):
        """Cut all connections to a collector, and let none come about."""
        self._loop.call_soon_threadsafe(self._cut_now, collector)

    def mend(self, collector):
        """End a cut."""
        self._loop.call_soon_threadsafe(self._cut.discard, collector)

    def close(self):
        """Let go of everything: no connection, task or thread of it is left."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(3 * END_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_SECONDS)
        self._loop.close()

    async def _end(self):
        for server in self._servers:
            server.close()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=END_SECONDS)

    def _cut_now(self, collector):
        self._cut.add(collector)
        for writer, exchange in list(self._open.items()):
            if exchange.collector == collector:
                exchange.network_cut = True
                abort(writer)


@dataclass
class _Way:
    proxy: Proxy
    sender: str
    collector: int
    treatments: object
    source: str

    async def listen(self):
        """Take connections; return the port."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.proxy._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _connected(self, reader, writer):
        treatment = next(self.treatments, PASS)
        exchange = Exchange(self.sender, self.collector, treatment.kind, time.monotonic())
        proxy = self.proxy
        proxy.exchanges.append(exchange)
        exchange.network_cut = self.collector in proxy._cut
        if exchange.network_cut or treatment.kind == "refuse":
            return abort(writer)
        proxy._open[writer] = exchange
        try:
            port = proxy._ports[self.collector]
            there = await asyncio.open_connection("127.0.0.1", port, local_addr=(self.source, 0))
            exchange.way = "{}:{}".format(*there[1].get_extra_info("sockname"))
            await _Link(treatment, exchange, (reader, writer), there).run()
        except OSError:
            pass
        finally:
            proxy._open.pop(writer, None)
            abort(writer)


class _Link:
    def __init__(self, treatment, exchange, client, server):
        self._kind, self._amount = treatment.kind, treatment.amount
        self._exchange = exchange
        self._client, self._to_client = client
        self._server, self._to_server = server
        self._request = Records()
        self._client_gone = asyncio.Event()

    async def run(self):
        """Hand on in both directions until one side ends or the treatment says so."""
        ways = [asyncio.create_task(self._upstream()), asyncio.create_task(self._downstream())]
        try:
            await asyncio.wait(ways, timeout=MAX_SECONDS + self._amount, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            if self._kind == "cut after":
                await asyncio.sleep(0.01)
                abort(self._to_client)
            abort(self._to_server) if self._client_gone.is_set() else self._to_server.close()
            self._to_client.close()

    async def _upstream(self):
        sent = 0
        while data := await self._client.read(65536):
            self._request.feed(data)
            if self._request.begun and self._kind == "delay" and self._amount:
                await self._hold()
            if self._request.begun and self._kind == "cut request" and sent + len(data) > self._amount:
                self._to_server.write(data[: int(max(0, self._amount - sent))])
                await self._to_server.drain()
                return
            sent += len(data) if self._request.begun else 0
            self._to_server.write(data)
            await self._to_server.drain()
            self._exchange.arrived = time.monotonic()
        self._client_gone.set()

    async def _hold(self):
        seconds, self._amount = self._amount, 0.0
        await asyncio.sleep(seconds)
        if self._client.at_eof():
            self._client_gone.set()
            raise ConnectionAbortedError

    async def _downstream(self):
        held = b""
        while data := await self._server.read(65536):
            if self._request.begun:
                self._exchange.answered = time.monotonic()
            if self._request.begun and self._kind in ("drop answer", "half answer", "hang"):
                held += data
                continue
            self._to_client.write(data)
            await self._to_client.drain()
        if self._kind == "hang":
            await asyncio.sleep(self._amount)
        if self._kind == "half answer":
            self._to_client.write(held[: len(held) // 2])
            await self._to_client.drain()


def abort(writer):
    """Close a connection as one that broke: with a reset."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.close()
