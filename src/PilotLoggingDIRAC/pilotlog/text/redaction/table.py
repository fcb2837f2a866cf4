"""Tables whose heading names a secret: the lines below it go as a whole, as any of them holds one."""

from __future__ import annotations

import re

from . import plain
from .swallow import COLUMNS, ROWS, Opened, Secret

RULE = b"secret"
#: Behind a name that is a heading's: more headings, if any, and a line break.
HEADING = rb"[\"']?[ ]*(?:\|[\w |-]*\r?\n|[,;\t][\w\"',;\t]*\r?\n|\r?\n[^\s,;0-9][^\s,;]*[,;\t])"

_CELL = rb"[ ]{0,32}[\"']?[A-Za-z_][A-Za-z_ -]{0,24}[\"']?[ ]{0,32}"
_LINES = {
    sign: re.compile(rb"[^\n]{0,80}?" + edge + _CELL + rb"(?:" + sign_ + _CELL + rb"){1,30}" + edge + rb"[ \t]*\r?")
    for sign, sign_, edge in ((b"|", rb"\|", rb"\|"), (b",", b",", b""), (b";", b";", b""), (b"\t", b"\t", b""))
}


def rows(text: bytes, first: int, end: int) -> Secret | None:
    """The lines of the table whose heading has a name at a place."""
    begin = max(text.rfind(b"\n", 0, first) + 1, first - 512)
    line_end = text.find(b"\n", end, end + 512)
    if line_end < 0:
        return None
    line = text[begin:line_end]
    for sign, pattern in _LINES.items():
        count = line.count(sign)
        heading = pattern.fullmatch(text, begin, line_end) if count else None
        if heading and _is_followed(text, line_end, sign, count):
            return Secret(line_end, Opened(RULE, ROWS, sign, number=count))
    return None


#: The end of a heading without signs between, and the begin of the line below.
BLANK_HEADING = rb"(?:TOKEN|PASSWORD|PASSWD|SECRET|KEY|CREDENTIALS?)(?:[ ]+[A-Z]+)*[ ]*\r?\n[^\n]*[ ]{2}[^\s]"
_GAP = re.compile(rb"[ \t]{2,}")
_RULE_LINE = re.compile(rb"[^\n]{0,80}?[- =]{4,}\r?\n")


def columns(text: bytes, first: int, end: int) -> Secret | None:
    """The lines below a heading without signs between, when what stands below a name looks like a secret."""
    begin = max(text.rfind(b"\n", 0, first) + 1, first - 512)
    line_end = text.find(b"\n", end, end + 512)
    if line_end < 0 or not text[first:line_end].isupper():
        return None
    rule = _RULE_LINE.match(text, line_end + 1)
    row = rule.end() if rule else line_end + 1
    cells = _GAP.split(text[row : row + 512].partition(b"\n")[0])
    number = len(_GAP.split(text[begin:first])) - 1
    if number >= len(cells) or not plain.stands_out(cells[number]):
        return None
    return Secret(row, Opened(RULE, COLUMNS))


def _is_followed(text: bytes, line_end: int, sign: bytes, count: int) -> bool:
    """Tell if a line of as many cells stands below, or is to come."""
    lines = text[line_end + 1 : line_end + 2048].splitlines(keepends=True)[:2]
    cells = [line for line in lines if line.strip(b"+-=|: \r\n")]
    if not cells:
        return sign == b"|"
    return any(line.count(sign) == count or (line[-1:] != b"\n" and line.count(sign) < count) for line in cells)
