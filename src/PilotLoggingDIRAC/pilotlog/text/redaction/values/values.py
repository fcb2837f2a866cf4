"""Values after names, and the decision if one is a secret."""

from __future__ import annotations

from ..rules import scalars
from ..swallow import BARE, ITEM, LINE, LISTED, PAIR, QUERY, QUOTED, SCALAR, Opened, Secret, swallow
from . import plain, shapes
from .entry import ENTRY, MAX_NAME, NAME, PLAIN, begin
from .judged import Judged
from .names import WEAK, Names

RULE = b"secret"
#: Before the name of a rule in a marker, and after it where the next item of a list follows: all else may be what a
#: message's end has cut off.
_MARKED, _BEHIND_MARKER = b"[redacted:", (b"];", b"],")
_LOOK = 512
#: How far after its name a value may stand.
_MAX_GAP = 8 * 1024


class Values:
    """The rule of names and values."""

    def __init__(self, names: Names):
        self._names = names

    def find(self, text: bytes, start: int, end: int) -> Secret | None:
        """Return the secret that stands after the name around the hit, if it is one."""
        first = begin(text, start)
        name = NAME.match(text, first)
        if not name:
            return None
        word = name.group().strip(b"-_.")
        strength = self._names.strength(word[-MAX_NAME:])
        at = name.end()
        if not strength or PLAIN.match(text, at):
            return None
        if text.startswith(b"]", at) and text[at : at + 2] in _BEHIND_MARKER and text.endswith(_MARKED, 0, first):
            return None
        if (strength == WEAK and shapes.SHORT_VALUE.match(text, at)) or _tells_a_state(text, at):
            return None
        entry = ENTRY.match(text, at, at + _MAX_GAP + _LOOK)
        return _Value(text, first, word, entry, strength).secret() if entry else None


def _tells_a_state(text: bytes, at: int) -> bool:
    """Tell if a word that tells of a state stands after a colon: ``token: No such file``."""
    word = shapes.STATED.match(text, at) if text[at : at + 1] == b":" else None
    lower = word[1].lower() if word else b""
    return lower in plain.STATES and lower not in shapes.SCHEMES


class _Value(Judged):
    """The secret after one name."""

    def secret(self) -> Secret | None:
        """Return the secret, if it is one."""
        text, separator = self._text, self._separator
        if separator[:1] == b"," and separator[-1:] in b"\"'":
            if self._quote == separator[-1:]:
                return None
            self._quote = separator.lstrip(b", \t")
        head = text[self._at : self._at + 1]
        if head in shapes.FIRST_OF_SCHEMES and (scheme := shapes.SCHEME.match(text, self._at)):
            self._at = scheme.end()
            head = text[self._at : self._at + 1]
        if not head.isalnum():
            if separator[-1:] == b":" and not self._quote and shapes.SCALAR.match(text, self._at):
                return self._scalar()
            if shapes.KEY_BEGUN.match(text, self._at) or (head in b"[{(" and shapes.MAPPING.match(text, self._at)):
                return None
            if shapes.ARRAY.match(text, self._at):
                return Secret(self._at, Opened(RULE, LINE))
            if shapes.LIST.match(text, self._at):
                return Secret(self._at, Opened(RULE, LISTED))
        opened = self._opened()
        look = text[self._at : self._at + _LOOK]
        if self._at + len(look) == len(text) and swallow(opened, look, 0)[1]:
            is_plain = self.may_become_plain(look)
        else:
            is_plain = self.is_plain(look)
        return None if is_plain else Secret(self._at, opened)

    def _opened(self) -> Opened:
        if self._quote:
            return Opened(RULE, QUOTED, self._quote)
        encoded = b"%3" in self._separator or self._text[max(0, self._first - 1) : self._first] in (b"?", b"&", b"#")
        if encoded:
            return Opened(RULE, QUERY)
        if self._text[self._at : self._at + 1] == b"A" and shapes.KEY_OF_CLOUD.match(self._text, self._at):
            return Opened(RULE, PAIR)
        if self._is_password and plain.is_spaced_phrase(self._text[self._at : self._at + _LOOK]):
            return Opened(RULE, LINE)
        if self._separator == b"=":
            before = self._text[max(0, self._first - 2) : self._first]
            if b"," in before or b";" in before:
                return Opened(RULE, ITEM, b"," if b"," in before else b";")
        return Opened(RULE, BARE)

    def _scalar(self) -> Secret | None:
        at = self._text.find(b"\n", self._at)
        line = self._text[self._text.rfind(b"\n", 0, self._first) + 1 : self._first]
        return Secret(at, Opened(RULE, SCALAR, number=scalars.indent(line))) if at >= 0 else None
