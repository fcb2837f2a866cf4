"""Bodies of requests while they arrive, compressed or not; each has a bound, and all together have one.

A body over a bound is still read to its end, because a stock pilot dies when its connection is closed. Only its edges
are stored, which name the log whose message is missing.
"""

from __future__ import annotations

import zlib

from ..errors import InvalidInput, MessageTooLarge, Overloaded, PilotLogError
from ..settings import BodySettings
from . import form
from .form import EDGE_BYTES, Form

_GZIP = 16 + zlib.MAX_WBITS


class BodyMemory:
    """Memory that all bodies share, in bytes. Only the thread that receives bodies may use it."""

    def __init__(self, max_bytes: int):
        self._free = max_bytes
        self._receiving: dict[Body, None] = {}

    def take(self, body: Body, number: int) -> bool:
        """Return whether the body may hold ``number`` more bytes.

        When too few are free, the bodies that have been arriving longest are refused, perhaps this one too: an honest
        body arrives quickly.
        """
        self._receiving.setdefault(body)
        while number > self._free and body in self._receiving:
            next(iter(self._receiving)).refuse(Overloaded("Too much is being received: try again later"))
        if body in self._receiving:
            self._free -= number
        return body in self._receiving

    def arrived(self, body: Body) -> None:
        """Note that the whole body has arrived; ``take`` does not refuse it any more."""
        self._receiving.pop(body, None)

    def give_back(self, body: Body, number: int) -> None:
        """Release ``number`` bytes of a body that has ended."""
        self._receiving.pop(body, None)
        self._free += number


class Body:
    """The body of one request. ``refusal`` is the reason why it is not stored; ``size`` counts the bytes received."""

    def __init__(self, settings: BodySettings, memory: BodyMemory, encoding: str = ""):
        """Create an empty body; ``encoding`` is the request's Content-Encoding."""
        self._limit = settings.max_body_bytes
        self._memory = memory
        self._content = bytearray()
        self._head = self._tail = b""
        self._held = 0
        self._unzip = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
        self.refusal: PilotLogError | None = None
        self.size = 0
        self.finished = False
        if encoding not in ("", "identity", "gzip"):
            self.refuse(InvalidInput("The body is encoded in another way than gzip"))

    def add(self, block: bytes) -> None:
        """Add the next bytes, as they were sent."""
        self.size += len(block)
        if self.size > self._limit and not self.refusal:
            self._refuse_size()
        if self._unzip:
            self._add_compressed(block)
        else:
            self._hold(block)

    def _add_compressed(self, block: bytes) -> None:
        """Unpack and add bytes. A refused body is not unpacked any further, so its end stays unknown."""
        unzip = self._unzip
        if self.refusal or unzip is None:
            return
        limit = self._limit - len(self._content) + 1
        try:
            plain = unzip.decompress(block, limit)
        except zlib.error:
            self.refuse(InvalidInput("The body is not gzip, as its Content-Encoding says"))
            return
        if unzip.unused_data:
            self.refuse(InvalidInput("Something follows the compressed body"))
        elif plain:
            self._hold(plain)

    def _hold(self, plain: bytes) -> None:
        if not self.refusal and len(self._content) + len(plain) > self._limit:
            self._refuse_size()
        if not self.refusal and self._memory.take(self, len(plain)):
            self._held += len(plain)
            self._content += plain
        if self.refusal:
            self._remember_edges(plain)

    def _refuse_size(self) -> None:
        self.refuse(MessageTooLarge(f"The body has more than {self._limit} bytes", limit=f"{self._limit} bytes"))

    def refuse(self, error: PilotLogError) -> None:
        """Drop all of the body but its edges. The first reason counts."""
        if self.refusal:
            return
        self.refusal = error
        self._head, self._tail = bytes(self._content[:EDGE_BYTES]), bytes(self._content[-EDGE_BYTES:])
        self.close()

    def _remember_edges(self, block: bytes) -> None:
        if len(self._head) < EDGE_BYTES:
            self._head += block[: EDGE_BYTES - len(self._head)]
        self._tail = (self._tail + block)[-EDGE_BYTES:] if len(block) < EDGE_BYTES else bytes(block[-EDGE_BYTES:])

    def finish(self) -> Form:
        """Return the form of a body that has arrived whole; of a refused body, the fields in its edges.

        Its bytes count against the shared memory until ``close``.
        """
        self.finished = True
        self._memory.arrived(self)
        if self._unzip and not self.refusal and not self._unzip.eof:
            self.refuse(InvalidInput("The compressed body is cut off"))
        if not self.refusal:
            try:
                return form.cut(self._content)
            except InvalidInput as error:
                self.refuse(error)
            finally:
                self._content = bytearray()
        return form.cut_edges(self._head, b"" if self._unzip else self._tail)

    def close(self) -> None:
        """Release the bytes of the body."""
        self._memory.give_back(self, self._held)
        self._content, self._held = bytearray(), 0
