"""Places that are known by what stands before a secret: an option of a command, a prompt, the path of a URL."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..swallow import BARE, QUOTED, Opened, Secret, swallow
from . import plain

#: A quote that may open a value: plain, escaped, or none.
QUOTE = rb"(?:\\{0,3}[\"'`])?"
#: Between two words of a command line, or of its list of arguments.
GAP = rb"(?:[ =]+|[\"'], ?)" + QUOTE

#: The header of a pilot's line, if it has one: for the scan, roughly; ``pem.HEADER`` is exact.
LINE_HEADER = rb"(?:[0-9]+-[^\n\]]*\] )?"

#: Most bytes of the text before a secret by which it is known.
MAX_LEAD = 2048
_LOOK = 512
_BACK = 512
#: As far as a command is looked for that stands right before the place.
_NEAR = 64
_RUN = re.compile(rb"(\[[^\]]+\])\{\d+\}")
_OPEN_QUOTE = re.compile(rb"\\{0,3}[\"'`]\Z")

Check = Callable[[bytes], bool]


def anything(look: bytes) -> bool:
    """Tell if there is a value, and neither a reference nor a word that tells of a state."""
    return (
        look[:1] not in (b"", b"\n", b"\r", b" ", b")")
        and look[:2] != b"//"
        and not plain.is_reference(look)
        and not plain.is_state(look)
    )


def always(look: bytes) -> bool:
    """Tell if there is a value that is no reference."""
    return not plain.is_reference(look)


@dataclass(frozen=True, slots=True)
class Lead:
    """A secret is what stands after ``lead``, a pattern for RE2 and ``re``, when ``check`` says so of it.

    ``shape`` is how a secret looks at least, so that the scan stops at few places. ``command`` is looked for before the
    place, in the same line, ``behind`` at the secret, as far as 512 bytes. The secret goes to a quote where the lead
    ends with one, else as ``kind`` says.
    """

    rule: bytes
    lead: bytes
    shape: bytes = rb"[^\s]"
    check: Check = anything
    kind: bytes = BARE
    command: bytes = b""
    behind: bytes = b""
    _lead: re.Pattern[bytes] = field(init=False)
    _command: re.Pattern[bytes] | None = field(init=False)
    _behind: re.Pattern[bytes] | None = field(init=False)

    def __post_init__(self) -> None:
        if run := _RUN.fullmatch(self.shape):
            object.__setattr__(self, "shape", self.shape + rb"|" + run[1] + rb"+\z")
        object.__setattr__(
            self, "_lead", re.compile(rb"(?:" + self.lead + rb")(?=" + self.shape.replace(rb"\z", rb"\Z") + rb")")
        )
        object.__setattr__(self, "_command", re.compile(self.command) if self.command else None)
        object.__setattr__(self, "_behind", re.compile(self.behind) if self.behind else None)

    @property
    def anchor(self) -> bytes:
        """Return the pattern of the place, without the bounds of words, which would cost the scan time."""
        return (rb"(?:" + self.lead + rb")(?:" + self.shape + rb")").replace(rb"\b", b"")

    def find(self, text: bytes, start: int, end: int) -> Secret | None:
        """Return the secret after a hit."""
        match = self._lead.match(text, start, start + MAX_LEAD)
        if not match or (self._behind and not self._behind.match(text, match.end(), match.end() + _LOOK)):
            return None
        back = _NEAR if self.command.endswith(rb"\Z") else _BACK
        if self._command and not self._command.search(_before(text, start, back)):
            return None
        return secret_behind(text, match.end(), Opened(self.rule, self.kind), self.check)


def _before(text: bytes, start: int, back: int) -> bytes:
    """Return the line before a place, at most ``back`` bytes of it, and the place's first letter."""
    begin = max(0, start - back)
    return text[max(text.rfind(b"\n", begin, start) + 1, begin) : start + 1]


def secret_behind(text: bytes, at: int, opened: Opened, check: Check) -> Secret | None:
    """Return the secret that begins at a place; to the next quote if one stands before it."""
    quote = _OPEN_QUOTE.search(text, max(0, at - 4), at) if opened.kind == BARE else None
    if quote:
        opened = Opened(opened.rule, QUOTED, quote.group())
    look = text[at : at + _LOOK]
    if at + len(look) == len(text) and swallow(opened, look, 0)[1]:
        return None if plain.may_become_reference(look) else Secret(at, opened)
    return Secret(at, opened) if check(look) else None
