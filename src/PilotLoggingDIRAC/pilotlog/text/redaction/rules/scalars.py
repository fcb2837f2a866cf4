"""Block scalars of YAML: the lines after ``password: |`` that stand deeper than the name."""

from __future__ import annotations

import re

from ..swallow import Opened
from .pem import HEADER

_IN_LINE = b"2"
_MAX_TAIL = 200
_BEGIN = re.compile(HEADER + rb"(?P<blanks>[ \t]{0,64})")


def indent(line: bytes) -> int:
    """Return the indentation of a line, after a pilot's header if it has one."""
    begin = _BEGIN.match(line)
    return len(begin["blanks"]) if begin else 0


def swallow(opened: Opened, text: bytes, at: int) -> tuple[int, Opened | None]:
    """Swallow up to the break before a line that stands no deeper than ``number``."""
    begun, in_line = at, opened.stop == _IN_LINE
    while at < len(text):
        if not in_line:
            begin = _BEGIN.match(text, at + (text[at : at + 1] == b"\n"))
            if begin is None or begin.end() == len(text):
                return _open(opened, text, begun, text[at:])
            if text[begin.end() : begin.end() + 1] not in b"\r\n" and len(begin["blanks"]) <= opened.number:
                return at, None
            at = begin.end()
        in_line, line_end = False, text.find(b"\n", at)
        at = len(text) if line_end < 0 else line_end
        if at - begun > opened.left:
            return at, None
    return _open(opened._replace(stop=_IN_LINE), text, begun, b"")


def _open(opened: Opened, text: bytes, begun: int, tail: bytes) -> tuple[int, Opened | None]:
    stop = opened.stop if not tail else b""
    left = opened.left - (len(text) - begun)
    return len(text), opened._replace(stop=stop, tail=tail[:_MAX_TAIL], left=left) if left > 0 else None
