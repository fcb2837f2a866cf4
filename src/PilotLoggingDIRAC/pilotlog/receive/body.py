"""Bodies of requests while they arrive, compressed or not; each has a bound, and all together have one.

A body over a bound is still read to its end, because a stock pilot dies when its connection is closed. Only its edges
are stored, which name the log whose message is missing. A long message is decoded as it arrives (``long_form``), so
that its text is held and not its encoding, which may be twelve times as long.
"""

from __future__ import annotations

import zlib

from ..errors import InvalidInput, MessageTooLarge, Overloaded, PilotLogError
from ..settings import BodySettings, MiB
from . import form, long_form
from .form import EDGE_BYTES, Form
from .long_form import LongForm

_GZIP = 16 + zlib.MAX_WBITS
#: A body is unpacked in blocks of this size.
_BLOCK_BYTES = 64 * 1024
#: A message that is longer, as sent, is decoded while it arrives. Shorter ones are decoded at once, which is faster.
_LONG_BYTES = 1024 * 1024


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

    def shrink(self, number: int) -> None:
        """Release ``number`` bytes of a body that goes on."""
        self._free += number

    def give_back(self, body: Body, number: int) -> None:
        """Release ``number`` bytes of a body that has ended."""
        self._receiving.pop(body, None)
        self._free += number


class Body:
    """The body of one request. ``refusal`` is the reason why it is not stored; ``size`` counts the bytes received."""

    def __init__(self, settings: BodySettings, memory: BodyMemory, encoding: str = "", max_text_bytes: int = 4 * MiB):
        """Create an empty body; ``encoding`` is the request's Content-Encoding, ``max_text_bytes`` the limit of the
        text that is held of a long message.
        """
        self._settings = settings
        self._memory = memory
        self._max_text_bytes = max_text_bytes
        self._content = bytearray()
        self._head = self._tail = b""
        self._held = self._unpacked = 0
        self._unzip = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
        self._long: LongForm | None = None
        self.refusal: PilotLogError | None = None
        self.size = 0
        self.finished = False
        if encoding not in ("", "identity", "gzip"):
            self.refuse(InvalidInput("The body is encoded in another way than gzip"))

    @property
    def is_long(self) -> bool:
        """Return whether the body is decoded while it arrives."""
        return self._long is not None

    @property
    def text_bytes(self) -> int:
        """Return the size of the text of a message that was refused, or that of the body if the text is not known."""
        return self._long.text.size if self._long else self.size

    def add(self, block: bytes) -> None:
        """Add the next bytes, as they were sent."""
        self.size += len(block)
        if self.size > self._settings.max_body_bytes:
            self._refuse_size(self._settings.max_body_bytes)
        if self._unzip:
            self._add_compressed(block)
        else:
            self._hold(block)

    def _add_compressed(self, block: bytes) -> None:
        """Unpack and add bytes. A refused body is not unpacked any further, so its end stays unknown."""
        more = True
        while self._unzip and more and not self.refusal:
            try:
                plain = self._unzip.decompress(block, _BLOCK_BYTES)
            except zlib.error:
                self.refuse(InvalidInput("The body is not gzip, as its Content-Encoding says"))
                return
            block = self._unzip.unconsumed_tail
            more = bool(block) or len(plain) == _BLOCK_BYTES
            self._hold_unpacked(plain)
        if self._unzip and self._unzip.unused_data:
            self.refuse(InvalidInput("Something follows the compressed body"))

    def _hold_unpacked(self, plain: bytes) -> None:
        self._unpacked += len(plain)
        if self._unpacked > self._settings.max_unpacked_bytes:
            self._refuse_size(self._settings.max_unpacked_bytes)
        self._hold(plain)

    def _hold(self, plain: bytes) -> None:
        if not self._long and not self.refusal and self._memory.take(self, len(plain)):
            self._held += len(plain)
            self._content += plain
            self._end_holding()
            return
        if self._long:
            self._decode(plain)
        elif not self._head:  # refused before any of it was held
            self._count_text(plain)
        self._remember_edges(plain)

    def _end_holding(self) -> None:
        """Begin to decode a message that is long; refuse another call that is."""
        if len(self._content) > _LONG_BYTES and long_form.begins(self._content):
            self._remember_edges(self._content)
            self._begin_long(self._content)
            self._content = bytearray()
        elif len(self._content) > self._settings.max_held_bytes:
            self._refuse_size(self._settings.max_held_bytes)

    def _begin_long(self, begun: bytes | bytearray) -> None:
        try:
            self._long = LongForm(begun, self._max_text_bytes)
            self._account()
        except InvalidInput as error:
            self.refuse(error)

    def _decode(self, plain: bytes) -> None:
        try:
            if self._long:
                self._long.feed(plain)
                self._account()
        except InvalidInput as error:
            self._long = None
            self.refuse(error)

    def _account(self) -> None:
        """Hold as much of the shared memory as the text takes; all of it is dropped if there is too little."""
        more = self._long.text.held_bytes - self._held if self._long and not self.refusal else 0
        if more < 0:
            self._memory.shrink(-more)
            self._held += more
        elif more and self._memory.take(self, more):
            self._held += more

    def _refuse_size(self, limit: int) -> None:
        self.refuse(MessageTooLarge(f"The body has more than {limit} bytes", limit=f"{limit} bytes"))

    def refuse(self, error: PilotLogError) -> None:
        """Drop all of the body but its edges. The first reason counts."""
        if self.refusal:
            return
        self.refusal = error
        if not self._long:
            self._remember_edges(self._content)
            self._count_text(self._content)
        if self._long:
            self._long.text.forget()
        self.close()

    def _count_text(self, begun: bytes | bytearray) -> None:
        """Go on decoding a message for which there is no memory, so that its log tells how much text is missing."""
        if isinstance(self.refusal, Overloaded) and not self._long and long_form.begins(begun):
            self._begin_long(begun)
            if self._long:
                self._long.text.forget()

    def _remember_edges(self, block: bytes | bytearray) -> None:
        if len(self._head) < EDGE_BYTES:
            self._head += block[: EDGE_BYTES - len(self._head)]
        self._tail = bytes((self._tail + block[-EDGE_BYTES:])[-EDGE_BYTES:])

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
                return self._long.finish() if self._long else form.cut(self._content)
            except InvalidInput as error:
                self._long = None
                self.refuse(error)
            finally:
                self._content = bytearray()
        return form.cut_edges(self._head, b"" if self._unzip else self._tail)

    def close(self) -> None:
        """Release the bytes of the body."""
        self._memory.give_back(self, self._held)
        self._content, self._held = bytearray(), 0
