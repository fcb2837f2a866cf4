"""Bodies of requests while they arrive: bounded one by one and all together, compressed or not.

A body that goes over a bound is read on to its end, as a stock pilot dies of a connection that is closed on it, but
not kept: only its edges are, which tell whose message is missing.
"""

from __future__ import annotations

import zlib

from ..errors import InvalidInput, MessageTooLarge, Overloaded, PilotLogError
from ..settings import BodySettings
from . import form
from .form import EDGE_BYTES, Form

_GZIP = 16 + zlib.MAX_WBITS


class Room:
    """Bytes that bodies may hold together. For one thread: the one that receives them."""

    def __init__(self, max_bytes: int):
        self._free = max_bytes
        self._receiving: dict[Body, None] = {}

    def take(self, body: Body, number: int) -> bool:
        """Return whether the body may hold ``number`` more bytes. Without room, the bodies that have been arriving
        longest are dropped, perhaps this one: an honest body arrives quickly.
        """
        self._receiving.setdefault(body)
        while number > self._free and body in self._receiving:
            next(iter(self._receiving)).refuse(Overloaded("Too much is being received: try again later"))
        if body in self._receiving:
            self._free -= number
        return body in self._receiving

    def arrived(self, body: Body) -> None:
        """Note that the body has arrived and is not to be dropped any more."""
        self._receiving.pop(body, None)

    def give_back(self, body: Body, number: int) -> None:
        """Release ``number`` bytes of a body that has ended."""
        self._receiving.pop(body, None)
        self._free += number


class Body:
    """One body. ``refusal`` says why it is not kept; ``size`` is what has been sent of it, in bytes."""

    def __init__(self, settings: BodySettings, room: Room, encoding: str = ""):
        """``encoding`` is the request's Content-Encoding."""
        self._limit = settings.max_body_bytes
        self._room = room
        self._kept = bytearray()
        self._head = self._tail = b""
        self._held = 0
        self._unzip = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
        self.refusal: PilotLogError | None = None
        self.size = 0
        self.finished = False
        if encoding not in ("", "identity", "gzip"):
            self.refuse(InvalidInput("The body is encoded in another way than gzip"))

    def add(self, chunk: bytes) -> None:
        """Take the next bytes as they were sent."""
        self.size += len(chunk)
        if self.size > self._limit and not self.refusal:
            self._refuse_size()
        if self._unzip:
            self._add_compressed(chunk)
        else:
            self._keep(chunk)

    def _add_compressed(self, chunk: bytes) -> None:
        """Once refused nothing is unpacked any more, so that nothing of its end can be told."""
        unzip = self._unzip
        if self.refusal or unzip is None:
            return
        room = self._limit - len(self._kept) + 1
        try:
            plain = unzip.decompress(chunk, room)
        except zlib.error:
            self.refuse(InvalidInput("The body is not gzip, as its Content-Encoding says"))
            return
        if unzip.unused_data:
            self.refuse(InvalidInput("Something follows the compressed body"))
        elif plain:
            self._keep(plain)

    def _keep(self, plain: bytes) -> None:
        if not self.refusal and len(self._kept) + len(plain) > self._limit:
            self._refuse_size()
        if not self.refusal and self._room.take(self, len(plain)):
            self._held += len(plain)
            self._kept += plain
        if self.refusal:
            self._remember_edges(plain)

    def _refuse_size(self) -> None:
        self.refuse(MessageTooLarge(f"The body has more than {self._limit} bytes", limit=f"{self._limit} bytes"))

    def refuse(self, error: PilotLogError) -> None:
        """Keep no more of it than its edges; the first reason counts."""
        if self.refusal:
            return
        self.refusal = error
        self._head, self._tail = bytes(self._kept[:EDGE_BYTES]), bytes(self._kept[-EDGE_BYTES:])
        self.close()

    def _remember_edges(self, chunk: bytes) -> None:
        if len(self._head) < EDGE_BYTES:
            self._head += chunk[: EDGE_BYTES - len(self._head)]
        self._tail = (self._tail + chunk)[-EDGE_BYTES:] if len(chunk) < EDGE_BYTES else bytes(chunk[-EDGE_BYTES:])

    def finish(self) -> Form:
        """Return the form, once all has arrived; of a refused body what its edges tell. Its bytes still count until
        ``close``.
        """
        self.finished = True
        self._room.arrived(self)
        if self._unzip and not self.refusal and not self._unzip.eof:
            self.refuse(InvalidInput("The compressed body is cut off"))
        if not self.refusal:
            try:
                return form.cut(self._kept)
            except InvalidInput as error:
                self.refuse(error)
            finally:
                self._kept = bytearray()
        return form.cut_edges(self._head, b"" if self._unzip else self._tail)

    def close(self) -> None:
        """Hold nothing any more."""
        self._room.give_back(self, self._held)
        self._kept, self._held = bytearray(), 0
