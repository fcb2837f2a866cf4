"""The form of a message that is too long to be held as it is sent: decoded while it arrives, its text bounded.

Of the body no more is held than fields that are short, and of the text its head and tail (``text.excerpt``).
"""

from __future__ import annotations

import codecs
import re

from ..errors import InvalidInput
from ..text.excerpt import HeadAndTail
from . import form
from .form import Form
from .json_stream import ArgumentsDecoder

#: The method that may have long arguments.
METHOD = b"sendMessage"

_MAX_FIELDS_BYTES = 64 * 1024
_BLOCK_BYTES = 64 * 1024
_ARGS = re.compile(rb"(?:\A|&)args=")


def begins(begun: bytes | bytearray) -> bool:
    """Return whether a body may be that of a message, as far as it has come; an old Python puts the method last."""
    args = _ARGS.search(begun, 0, _MAX_FIELDS_BYTES)
    try:
        return args is not None and form.cut(begun[: args.start()]).fields.get("method", METHOD) == METHOD
    except InvalidInput:
        return False


class LongForm:
    """The form of one ``sendMessage``; every method raises InvalidInput for what can't be one."""

    def __init__(self, begun: bytes | bytearray, max_text_bytes: int):
        """Create the form; ``begun`` is the body as far as it has come, of which ``begins`` is true."""
        args = _ARGS.search(begun, 0, _MAX_FIELDS_BYTES)
        if not args:
            raise InvalidInput("The body is not a form of method, args and short fields")
        self._fields = form.cut(begun[: args.start()]).fields
        self.text = HeadAndTail(max_text_bytes)
        self._arguments = ArgumentsDecoder(self.text.add)
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._held = b""
        self._behind: bytearray | None = None
        self.feed(begun[args.end() :])

    def feed(self, blocks: bytes | bytearray) -> None:
        """Take the next bytes of the body."""
        for start in range(0, len(blocks), _BLOCK_BYTES):
            self._feed(bytes(blocks[start : start + _BLOCK_BYTES]))

    def _feed(self, block: bytes) -> None:
        if self._behind is None:
            value, end, block = block.partition(b"&")
            self._decode(value, bool(end))
            self._behind = bytearray() if end else None
        if self._behind is not None:
            self._behind += block
            if len(self._behind) > _MAX_FIELDS_BYTES:
                raise InvalidInput("The body is not a form of method, args and short fields")

    def _decode(self, value: bytes, is_last: bool) -> None:
        value = self._held + value
        percent = -1 if is_last else value.rfind(b"%", max(len(value) - 2, 0))
        self._held = b"" if percent < 0 else value[percent:]
        try:
            text = self._utf8.decode(form.unquote(value if percent < 0 else value[:percent]), is_last)
        except UnicodeDecodeError:
            raise InvalidInput("The arguments are not UTF-8") from None
        self._arguments.feed(text)

    def finish(self) -> Form:
        """Return the form when all of it has come."""
        if self._behind is None:
            self._decode(b"", True)
        behind = form.cut(self._behind or b"")
        fields = self._fields | behind.fields
        if behind.args or fields.get("method") != METHOD:
            raise InvalidInput("So long a body is not the form of a message")
        return Form(fields, message=(self.text, *self._arguments.finish()))
