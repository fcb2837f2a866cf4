r"""A line of a log as a terminal shows it: pieces that begin at headers, and of overwritten text the last state.

A line ends at ``\n``; carriage returns before that belong to its end. Within a line, text after ``\r`` takes the place
of the state before, as a progress bar does. A line of the pilot is never hidden so: a header begins a piece of its own,
after ``\r`` or, in the form that the pilot's logger writes, glued after output that had no line end. The page splits
lines in the same way, in ``web/static/shared/grammar.js``; ``tests/log_lines.json`` is tested by both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

LEVELS = rb"DEBUG|VERBOSE|INFO|NOTICE|ALWAYS|WARN(?:ING)?|ERROR|EXCEPT(?:ION)?|FATAL|CRITICAL"
ERRORS = rb"ERROR|EXCEPT(?:ION)?|FATAL|CRITICAL"
TIME = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
#: Between the time and the level, perhaps with a component and the number of a thread.
SPACE = rb"[ \t]+(?:[!-Z\\-~][!-~]{0,99} )?(?:\[\d{1,20}\] )?"
#: A time as the pilot's logger and its wrapper write it; the level follows.
PILOT_TIME = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d{1,9}Z[ \t]+"

_HEADER = re.compile(
    rb"(" + TIME + rb"(?:Z| UTC)?)(" + SPACE + rb")(" + LEVELS + rb")(?!\w)(:?[ \t]*)(\[[^\]]{1,100}\])?"
)
#: The header of a pilot's line, wherever it stands.
GLUED = re.compile(PILOT_TIME + rb"(?:" + LEVELS + rb")[ \t]+\[")
#: Where a piece may begin within a line.
_STARTS = re.compile(rb"\r" + TIME + rb"(?:Z| UTC)?" + SPACE + rb"(?:" + LEVELS + rb")(?!\w)|" + GLUED.pattern)
_ERROR_LEVEL = re.compile(ERRORS)
#: Text that shows nothing: blanks, and sequences that colour or erase.
_BLANK = re.compile(rb"(?:[ \t]|\x1b\[[0-9;?]*[A-Za-z])*")
#: States that show nothing, of a text that is read backwards.
_BLANK_BACKWARDS = re.compile(rb"(?:[\r \t]++|[A-Za-z][0-9;?]*+\[\x1b|)*+")

_LEAST_PIECE_BYTES = 64
_CUT = "…".encode()


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a line of the pilot, of its wrapper, or of a program of DIRAC."""

    time: str
    component: str
    level: str
    command: str

    @property
    def error(self) -> bool:
        """Return whether the level is an error's."""
        return _ERROR_LEVEL.fullmatch(self.level.encode()) is not None


@dataclass(slots=True)
class LinePiece:
    """A piece of a line: the text that is shown, its header, and the states that it took the place of."""

    text: bytes
    header: Header | None = None
    earlier: list[bytes] = field(default_factory=list)


def header(text: bytes) -> Header | None:
    """Return the header that a text begins with."""
    match = _HEADER.match(text)
    if match is None:
        return None
    time, space, level, _, command = match.groups(b"")
    return Header(time.decode(), space.strip().decode(), level.decode(), command.decode())


def pieces(line: bytes) -> list[LinePiece]:
    """Return the pieces of a line (without its line end), at least one. Takes linear time."""
    found: list[LinePiece] = []
    for text in _states(line.rstrip(b"\r")):
        head = header(text)
        if not found or head or found[-1].header:
            found.append(LinePiece(text, head))
        else:
            found[-1].earlier.append(found[-1].text)
            found[-1].text = text
    return found or [LinePiece(b"")]


def _states(line: bytes) -> Iterator[bytes]:
    """Yield the texts between carriage returns, cut before each glued header; those that show nothing are left out."""
    for state in line.split(b"\r"):
        start = 0
        for match in GLUED.finditer(state):
            if not _BLANK.fullmatch(state, start, match.start()):
                yield state[start : match.start()]
            start = match.start()
        if not _BLANK.fullmatch(state, start):
            yield state[start:]


def squeezed(line: bytes, limit: int) -> bytes:
    """Return a line within a limit of bytes: the last states first, then as many earlier ones as there is room for."""
    if len(line) <= limit:
        return line
    found = pieces(_reduced(line, limit))
    room = limit - sum(len(piece.text) + 1 for piece in found)
    if room < 0:
        return _cut(found, limit)
    kept: list[bytes] = []
    for piece in reversed(found):
        kept.append(piece.text)
        while piece.earlier and len(piece.earlier[-1]) < room:
            kept.append(piece.earlier.pop())
            room -= len(kept[-1]) + 1
        room = 0 if piece.earlier else room
    return b"\r".join(reversed(kept))


def _reduced(line: bytes, limit: int) -> bytes:
    """Return a line without most of the states that there is no room for: so they need not be looked at one by one."""
    starts = [0, *(match.start() for match in _STARTS.finditer(line, 1)), len(line)]
    return b"".join(_reduced_piece(line[a:b], limit) for a, b in pairwise(starts))


def _reduced_piece(text: bytes, limit: int) -> bytes:
    """Return a piece with its first state and the last ones, each cut to the limit."""
    if len(text) <= 2 * limit:
        return text
    text = _without_blank_end(text)
    first, last = text.find(b"\r", 1), text.rfind(b"\r")
    if first < 0:
        return text[:limit]
    begin = text.find(b"\r", max(len(text) - limit, first))
    return text[: min(first, limit)] + text[begin if begin >= 0 else last :][:limit]


def _without_blank_end(text: bytes) -> bytes:
    """Return a piece up to its last state that shows something; empty if none does. Takes one pass."""
    blank = _BLANK_BACKWARDS.match(text[::-1])
    shown = len(text) - (blank.end() if blank else 0)
    end = text.find(b"\r", shown) if shown else 0
    return text[:end] if end >= 0 else text


def _cut(found: list[LinePiece], limit: int) -> bytes:
    """Return the beginnings of pieces, of equal length at most."""
    if len(found) == 1:
        return found[0].text[:limit]
    share = max(limit // len(found), _LEAST_PIECE_BYTES)
    texts = (piece.text if len(piece.text) < share else piece.text[: share - 4] + _CUT for piece in found)
    return b"\r".join(texts)[:limit]


def overview(line: bytes) -> bytes:
    """Return a line as one line of plain text: its pieces, each with the number of states that are left out."""
    return b" ".join(_noted(piece) for piece in pieces(line))


def _noted(piece: LinePiece) -> bytes:
    if not piece.earlier:
        return piece.text
    number = len(piece.earlier)
    return piece.text + f" [{number} earlier state{'' if number == 1 else 's'} of this line]".encode()


class TerminalText:
    """A text that comes in parts, as lines for a terminal: each piece is one."""

    def __init__(self) -> None:
        self._tail = b""
        self._open = False

    def feed(self, text: str) -> str:
        """Return the lines that have ended; the rest is held back."""
        raw = self._tail + text.encode("utf-8", "backslashreplace")
        end = raw.rfind(b"\n") + 1
        self._tail = raw[end:]
        lines = raw[:end].split(b"\n")[:-1]
        return "".join(self._line(line) + "\n" for line in lines)

    def flush(self) -> str:
        """Return what is held back, without a line end: text that follows may continue it."""
        if not self._tail.strip(b"\r"):
            return ""
        text = self._line(self._tail)
        self._tail, self._open = b"\r" if self._tail.endswith(b"\r") else b"", True
        return text

    def _line(self, line: bytes) -> str:
        again = self._open and line.startswith(b"\r") and line.strip(b"\r")
        self._open = False
        plain = b"\r" not in line and not GLUED.search(line, 1)
        text = line if plain else b"\n".join(map(_noted, pieces(line)))
        return ("\n" if again else "") + text.decode("utf-8", "backslashreplace")
