"""Tables whose heading names a secret: the lines below it go as a whole, as any of them holds one."""

from __future__ import annotations

import re

from ..swallow import ROWS, Opened, Secret
from ..values.leads import LINE_HEADER

RULE = b"secret"
#: After a name that is a heading's: more headings, if any, and a line break.
HEADING = (
    rb"[\"']?[ ]*(?:\|[\w |-]*\r?\n|\r?\n" + LINE_HEADER + rb"-+\+|[,;\t][\w\"',;\t]*\r?\n"
    rb"|\r?\n[^\s,;0-9][^\s,;]*[,;\t])"
)

# possessive: blanks that two parts of a cell may take would be shared out in all ways, over up to 30 cells
_CELL = rb"[ ]{0,32}+[\"']?+[A-Za-z_][A-Za-z_ -]{0,24}+[\"']?+[ ]{0,32}+"
_LINES = {
    sign: re.compile(rb"[^\n]{0,80}?" + edge + _CELL + rb"(?:" + sign_ + _CELL + rb"){1,30}" + edge + rb"[ \t]*\r?")
    for sign, sign_, edge in ((b"|", rb"\|", rb"\|?"), (b",", b",", b""), (b";", b";", b""), (b"\t", b"\t", b""))
}
#: Below a heading without a bar at its end.
_RULE_BELOW = re.compile(rb"\n[^\n]{0,80}?-{3,}\+[-+]*\r?\n")


def rows(text: bytes, first: int, end: int) -> Secret | None:
    """Return the lines of the table whose heading has a name at a place."""
    begin = max(text.rfind(b"\n", 0, first) + 1, first - 512)
    line_end = text.find(b"\n", end, end + 512)
    if line_end < 0:
        return None
    line = text[begin:line_end]
    for sign, pattern in _LINES.items():
        count = line.count(sign)
        heading = pattern.fullmatch(text, begin, line_end) if count else None
        if heading and sign == b"|" and not line.rstrip().endswith(b"|") and not _RULE_BELOW.match(text, line_end):
            continue
        if heading and _is_followed(text, line_end, sign, count):
            return Secret(line_end, Opened(RULE, ROWS, sign, number=count))
    return None


def _is_followed(text: bytes, line_end: int, sign: bytes, count: int) -> bool:
    """Tell if a line of as many cells stands below, or is to come."""
    lines = text[line_end + 1 : line_end + 2048].splitlines(keepends=True)[:2]
    cells = [line for line in lines if line.strip(b"+-=|: \r\n")]
    if not cells:
        return sign == b"|"
    return any(line.count(sign) == count or (line[-1:] != b"\n" and line.count(sign) < count) for line in cells)
