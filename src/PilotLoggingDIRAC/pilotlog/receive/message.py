"""One message: the JSON that its sender gives becomes a batch, with the text that is stored of it."""

from __future__ import annotations

import json
from datetime import datetime

from ..errors import InvalidInput
from ..model import Batch, PilotId
from ..text.excerpt import HeadAndTail, OpenBytes, excerpt
from .json_stream import MessageDecoder

#: JSON up to this length is decoded at once, which is faster; longer JSON in blocks, which takes no more memory.
_SHORT_CHARACTERS = 1024 * 1024
_BLOCK_CHARACTERS = 64 * 1024


def message(
    who: PilotId, payload: object, max_bytes: int, received: datetime, open_bytes: OpenBytes, sender: str = ""
) -> Batch:
    """Return the batch of a ``sendMessage``: ``payload`` is JSON of one string, or of a list of strings, a line each;
    or text that was decoded while it arrived.

    Surrogates, which UTF-8 can't hold, are kept as their escapes. Of text over ``max_bytes`` the head and the tail are
    kept (``text.excerpt``). Raise InvalidInput.
    """
    arrived = payload if isinstance(payload, HeadAndTail) else _decoded(payload, max_bytes)
    kept = excerpt(arrived, received, open_bytes)
    arrived.forget()
    lines = kept.text.count(b"\n")
    missing = kept.missing_bytes
    return Batch(who, received, kept.text, sender=sender, line_ends=lines, missing_bytes=missing, cut=kept.cut)


def _decoded(payload: object, max_bytes: int) -> HeadAndTail:
    if not isinstance(payload, str):
        raise InvalidInput("The message is not a JSON string")
    text = HeadAndTail(max_bytes)
    if len(payload) <= _SHORT_CHARACTERS:
        text.add(_at_once(payload))
        return text
    decoder = MessageDecoder(text.add)
    for start in range(0, len(payload), _BLOCK_CHARACTERS):
        decoder.feed(payload[start : start + _BLOCK_CHARACTERS])
    decoder.finish()
    return text


def _at_once(payload: str) -> bytes:
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        raise InvalidInput("The message is not valid JSON") from None
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        content = "\n".join([*content, ""])
    if not isinstance(content, str):
        raise InvalidInput("The message is neither a string nor a list of strings")
    return content.encode("utf-8", "backslashreplace")
