r"""Patterns: literal text, or a regular expression of a linear-time engine. A match is within one line.

For a regular expression that does not name ``\r`` itself, ``^`` and ``$`` are also at a carriage return: so ``$`` is
the end of a line that ends in CRLF, and each state of a progress bar is a line.
"""

from __future__ import annotations

from typing import Any, Protocol

import re2

from ..errors import InvalidInput

_MAX_PATTERN_CHARACTERS = 1000
#: Instructions of a compiled expression. RE2 itself takes seven times as many, with which 1 MB of text takes minutes.
_MAX_PROGRAM = 50_000
#: An expression's instructions times the bytes that it is run over at a time: some 0.15 s, where it is at its slowest.
_MAX_STEPS = 100_000_000
_WHOLE = 2**62


class Finder(Protocol):
    """A pattern, ready to be looked for. ``look_bytes``: text of this size takes a fraction of a second."""

    look_bytes: int

    def __call__(self, text: bytes, start: int, end: int) -> int:
        """Return where the next match begins, -1 without one; ``start`` is the start of a line."""


def finder(pattern: object, regular: bool = False, ignore_case: bool = False) -> Finder:
    """Return a finder of a pattern in UTF-8 text, in time linear in the text.

    Raise InvalidInput for a pattern that is empty, longer than 1000 characters or spans lines, and for a regular
    expression that is invalid or matches empty text.
    """
    if not isinstance(pattern, str) or not 0 < len(pattern) <= _MAX_PATTERN_CHARACTERS:
        raise InvalidInput(f"A pattern is text of 1 to {_MAX_PATTERN_CHARACTERS} characters")
    if "\n" in pattern:
        raise InvalidInput("A pattern is found within a line and has no end of line itself")
    if regular:
        return _regular(pattern, ignore_case)
    wanted = pattern.encode("utf-8", "backslashreplace")
    if ignore_case and not pattern.isascii():
        return _regular(re2.escape(pattern), ignore_case)
    if ignore_case:
        return _Folded(wanted.lower())
    return _Literal(wanted)


class _Literal:
    """A finder of text as it is."""

    look_bytes = _WHOLE

    def __init__(self, wanted: bytes):
        self._wanted = wanted

    def __call__(self, text: bytes, start: int, end: int) -> int:
        return text.find(self._wanted, start, end)


class _Folded:
    """A finder of ASCII text in any case; it folds each text once, however many matches it has."""

    look_bytes = _WHOLE

    def __init__(self, wanted: bytes):
        self._wanted = wanted
        self._text = self._folded = b""

    def __call__(self, text: bytes, start: int, end: int) -> int:
        if text is not self._text:
            self._text, self._folded = text, text.lower()
        return self._folded.find(self._wanted, start, end)


class _Regular:
    r"""A finder of a regular expression, for which a line begins and ends at ``\r`` as well, as on a terminal."""

    def __init__(self, compiled: Any, keeps_returns: bool):
        self._search = compiled.search
        self._keeps_returns = keeps_returns
        self._text = self._lines = b""
        self.look_bytes = _MAX_STEPS // max(compiled.programsize, 1)

    def __call__(self, text: bytes, start: int, end: int) -> int:
        if text is not self._text:
            self._text = text
            self._lines = text if self._keeps_returns else text.replace(b"\r", b"\n")
        match = self._search(self._lines, start, end)
        return match.start() if match else -1


def _regular(pattern: str, ignore_case: bool) -> Finder:
    options = re2.Options()
    options.never_nl = options.never_capture = True
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        compiled = re2.compile(f"(?m:{pattern})".encode("utf-8", "backslashreplace"), options)
    except re2.error:
        raise InvalidInput("Not a regular expression of RE2 (no look-around, no back references)") from None
    if compiled.programsize > _MAX_PROGRAM:
        raise InvalidInput("The regular expression is too large: repeat less in it")
    if compiled.search(b""):
        raise InvalidInput("The regular expression matches an empty line, so it would match every line")
    return _Regular(compiled, keeps_returns="\r" in pattern or r"\r" in pattern)
