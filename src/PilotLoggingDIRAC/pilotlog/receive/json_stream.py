"""JSON of a message, decoded block by block as it arrives: memory is that of a block, whatever is escaped in it.

A message is JSON within JSON: the list of a call's arguments, whose first one is a string that is JSON itself, of one
string or of a list of strings. Blocks may be cut anywhere. The result is that of ``json.loads`` on the whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # in C, and not in the stubs

from ..errors import InvalidInput
from ..validation import JSON_STRING

_SPACE = " \t\n\r"
_ITEM = rf"[{_SPACE}]*+{JSON_STRING}[{_SPACE}]*+,"
_ITEMS = re.compile(rf"{_ITEM}(?:{_ITEM}|)*+", re.DOTALL)
_HIGH_SURROGATE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}")
_ESCAPE_CHARACTERS = 6
_MAX_BEHIND = 4096


class StringDecoder:
    """The inside of one JSON string, up to its closing quote."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, block: str) -> tuple[str, str | None]:
        """Return the text decoded now, and what follows the closing quote; None before that has come.

        Raise InvalidInput.
        """
        block = self._held + block
        end = _decodable(block)
        try:
            text, behind = scanstring(block[:end] + '"', 0, True)
        except ValueError:
            raise InvalidInput("The message is not valid JSON") from None
        if behind <= end:
            self._held = ""
            return text, block[behind:]
        self._held = block[end:]
        return text, None


def _decodable(block: str) -> int:
    """Return where to cut a block so that no escape is cut, nor a pair of surrogates."""
    last = block.rfind("\\", max(len(block) - _ESCAPE_CHARACTERS, 0))
    if last < 0 or not _begins_escape(block, last):
        return len(block)
    escape = block[last:]
    is_whole = len(escape) > 1 and (escape[1] != "u" or len(escape) == _ESCAPE_CHARACTERS)
    if is_whole and not _HIGH_SURROGATE.fullmatch(escape):
        return len(block)
    before = last - _ESCAPE_CHARACTERS
    if before >= 0 and _HIGH_SURROGATE.fullmatch(block, before, last) and _begins_escape(block, before):
        return before
    return last


def _begins_escape(block: str, backslash: int) -> bool:
    """Return whether a backslash begins an escape, and does not end one: those before it are an even number."""
    before = block[:backslash]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 0


class MessageDecoder:
    """The text of a message in its JSON: one string, or a list of strings, each of which becomes a line."""

    def __init__(self, take: Callable[[bytes], None]):
        """Create the decoder; ``take`` is given the text block by block, with surrogates as their escapes."""
        self._take = take
        self._next: _Step = MessageDecoder._begin  # not bound, as a circle would keep the text in memory
        self._string = StringDecoder()
        self._in_list = False

    def feed(self, block: str) -> None:
        """Decode the next block. Raise InvalidInput."""
        while block := block if self._next is MessageDecoder._inside else block.lstrip(_SPACE):
            block = self._next(self, block)

    def finish(self) -> None:
        """Note that the JSON has ended. Raise InvalidInput if it is not whole."""
        if self._next is not MessageDecoder._behind:
            raise InvalidInput("The message is not valid JSON")

    def _begin(self, block: str) -> str:
        if block[0] == "[":
            self._in_list, self._next = True, MessageDecoder._first
            return block[1:]
        return self._open(block)

    def _first(self, block: str) -> str:
        if block[0] == "]":
            self._next = MessageDecoder._behind
            return block[1:]
        return self._items(block)

    def _items(self, block: str) -> str:
        """Take the items that are there as a whole, or begin one that is not."""
        found = _ITEMS.match(block)
        if not found:
            return self._open(block)
        try:
            lines = json.loads(f"[{found[0][:-1]}]")
        except ValueError:
            raise InvalidInput("The message is not valid JSON") from None
        self._give("\n".join([*lines, ""]))
        self._next = MessageDecoder._items
        return block[found.end() :]

    def _open(self, block: str) -> str:
        if block[0] != '"':
            raise InvalidInput("The message is neither a string nor a list of strings")
        self._next = MessageDecoder._inside
        return block[1:]

    def _inside(self, block: str) -> str:
        text, behind = self._string.feed(block)
        self._give(text)
        if behind is None:
            return ""
        if self._in_list:
            self._give("\n")
        self._next = MessageDecoder._between if self._in_list else MessageDecoder._behind
        return behind

    def _between(self, block: str) -> str:
        if block[0] not in ",]":
            raise InvalidInput("The message is not valid JSON")
        self._next = MessageDecoder._items if block[0] == "," else MessageDecoder._behind
        return block[1:]

    def _behind(self, block: str) -> str:
        raise InvalidInput("Something follows the message's JSON")

    def _give(self, text: str) -> None:
        if text:
            self._take(text.encode("utf-8", "backslashreplace"))


_Step = Callable[[MessageDecoder, str], str]


class ArgumentsDecoder:
    """The JSON list of a call's arguments: a message first, and some short values after it."""

    def __init__(self, take: Callable[[bytes], None], end: str = ""):
        """Create the decoder; ``take`` is given the message's text block by block, ``end`` follows the list."""
        self._end = end
        self._message = MessageDecoder(take)
        self._string = StringDecoder()
        self._before = ""
        self._is_inside = False
        self._behind: str | None = None

    def feed(self, block: str) -> None:
        """Decode the next block. Raise InvalidInput."""
        if not self._is_inside and self._behind is None:
            block = self._begin(block)
        if self._is_inside and block:
            text, behind = self._string.feed(block)
            self._message.feed(text)
            if behind is None:
                return
            self._message.finish()
            self._is_inside, self._behind, block = False, "", behind
        self._add_behind(block)

    def _begin(self, block: str) -> str:
        """Return what follows the first quote, if it has come."""
        before = (self._before + block).lstrip(_SPACE)
        inside = before[1:].lstrip(_SPACE)
        if before[:1] not in ("", "[") or inside[:1] not in ("", '"'):
            raise InvalidInput("The arguments of a message are not a list that begins with a string")
        self._is_inside, self._before = bool(inside), "" if inside else before[:1]
        return inside[1:]

    def _add_behind(self, block: str) -> None:
        if self._behind is None:
            return
        self._behind += block
        if len(self._behind) > _MAX_BEHIND:
            raise InvalidInput("The arguments after the message are too long")

    def finish(self) -> list[object]:
        """Return the values after the message. Raise InvalidInput if the JSON is not whole."""
        behind = (self._behind or "").rstrip(_SPACE)
        if not behind.endswith(self._end):
            raise InvalidInput("The arguments are not valid JSON")
        try:
            return list(json.loads(f'[""{behind.removesuffix(self._end)}')[1:])
        except (ValueError, RecursionError):
            raise InvalidInput("The arguments are not valid JSON") from None
