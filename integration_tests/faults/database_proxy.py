"""A TCP proxy in front of mariadbd: the network to the database can be cut, and answers to commits can get lost.

A commit whose answer is lost has happened, and nobody who asked for it knows.
"""

import asyncio
import threading

from .proxy import abort

COMMIT = b"\x03COMMIT"


class DatabaseProxy:
    """For as long as a stack lives; ``port`` is what components connect to."""

    def __init__(self, target):
        """``target`` is mariadbd's port."""
        self._target = target
        self._open = set()
        self._cut = self._losing = False
        self.lost_commits = 0
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="database-proxy", daemon=True).start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def cut(self, cut):
        """Cut all connections and let none come about, or end that."""
        self._cut = cut
        for writer in list(self._open) if cut else ():
            self._loop.call_soon_threadsafe(abort, writer)

    def lose_commits(self, losing):
        """Cut each connection right when its next commit is answered, or end that."""
        self._losing = losing

    async def _listen(self):
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    async def _connected(self, reader, writer):
        if self._cut:
            return abort(writer)
        there = None
        self._open.add(writer)
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self._target)
            commit = asyncio.Event()
            ways = [
                asyncio.create_task(self._upstream(reader, there, commit)),
                asyncio.create_task(self._downstream(back, writer, commit)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            abort(writer)
            if there:
                there.close()

    async def _upstream(self, reader, there, commit):
        while data := await reader.read(65536):
            if self._losing and COMMIT in data:
                commit.set()
            there.write(data)
            await there.drain()

    async def _downstream(self, back, writer, commit):
        while data := await back.read(65536):
            if commit.is_set():
                self.lost_commits += 1
                return
            writer.write(data)
            await writer.drain()
