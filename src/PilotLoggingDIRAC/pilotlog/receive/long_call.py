"""The arguments of a message over DISET, too long to be held as they are sent: decoded while they arrive."""

from __future__ import annotations

import codecs
import re

from ..errors import InvalidInput
from ..text.excerpt import HeadAndTail
from .json_stream import ArgumentsDecoder

#: The frame of DIRAC's client around the arguments.
_BEGIN = re.compile(r'\{\s*"OK"\s*:\s*true\s*,\s*"Value"\s*:')
_END = "}"
_MAX_BEGIN = 256


class LongCall:
    """The arguments of one ``sendMessage``; every method raises InvalidInput for what can't be such."""

    def __init__(self, max_text_bytes: int):
        self._text = HeadAndTail(max_text_bytes)
        self._arguments = ArgumentsDecoder(self._text.add, _END)
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._before: str | None = ""

    def feed(self, block: bytes) -> None:
        """Take the next bytes."""
        try:
            text = self._utf8.decode(block)
        except UnicodeDecodeError:
            raise InvalidInput("The arguments are not UTF-8") from None
        if self._before is not None:
            text = self._begin(self._before + text)
        self._arguments.feed(text)

    def _begin(self, text: str) -> str:
        """Return what follows the beginning, once that has come."""
        found = _BEGIN.match(text)
        if not found and len(text) > _MAX_BEGIN:
            raise InvalidInput("The arguments are not JSON as DIRAC's clients send it")
        self._before = None if found else text
        return text[found.end() :] if found else ""

    def finish(self) -> list[object]:
        """Return the arguments, the text of the message first."""
        return [self._text, *self._arguments.finish()]
