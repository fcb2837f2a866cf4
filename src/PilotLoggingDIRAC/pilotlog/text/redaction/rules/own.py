"""Rules of an installation: a name, and a pattern of RE2 whose first group, or the whole of it, is the secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from .. import budget
from ..budget import Budget
from ..marker import marker

#: A match lies within this many bytes, so that time is linear whatever the pattern is.
WINDOW_BYTES = 8 * 1024
_OVERLAP_BYTES = 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)
_MAX_MEMORY = 8 * 1024 * 1024

Report = Callable[[str, str], None]
"""Report the name of a rule that can't be used, and why."""


@dataclass(frozen=True, slots=True)
class OwnRule:
    """One rule; made by ``compiled``."""

    name: bytes
    pattern: Any

    def apply(self, text: bytes, base: int, places: Budget) -> bytes:
        """Return the text from ``base`` on, with markers in place of secrets; what is before is only looked at."""
        pieces, done, marked = [], base, marker(self.name)
        for start, end in self._secrets(text):
            if not places.take():
                pieces += [text[done : max(start, done)], marker(budget.RULE)]
                done = len(text) - text.endswith(b"\n")
                break
            if end > max(start, done) and text[start:end] != marked:
                pieces += [text[done : max(start, done)], marked]
                done = end
        return b"".join([*pieces, text[done:]])

    def _secrets(self, text: bytes) -> Iterator[tuple[int, int]]:
        at = 0
        while at < len(text):
            window = min(at + WINDOW_BYTES, len(text))
            match = self.pattern.search(text, at, window)
            if match:
                yield match.span(1) if self.pattern.groups and match.start(1) >= 0 else match.span()
                at = max(match.end(), match.start() + 1)
            else:
                at = window if window == len(text) else _next_window(text, at, window)


def _next_window(text: bytes, at: int, window: int) -> int:
    """Return the beginning of the next window: with a line, or after a part that was in this one already."""
    return text.rfind(b"\n", at, window) + 1 or window - _OVERLAP_BYTES


def compiled(patterns: Mapping[str, str], report: Report) -> tuple[OwnRule, ...]:
    """Return the rules that can be used, in their order; ``report(name, reason)`` is called for each other one."""
    return tuple(rule for name, pattern in patterns.items() for rule in _compiled(name, pattern, report))


def _compiled(name: str, pattern: str, report: Report) -> Iterator[OwnRule]:
    options = re2.Options()
    options.log_errors, options.max_mem = False, _MAX_MEMORY
    try:
        if not _NAME.fullmatch(name):
            raise re2.error(
                "its name is not at most 32 letters, digits, dashes and underscores, the first a letter or digit"
            )
        found = re2.compile(pattern.encode(), options)
        if found.search(b""):
            raise re2.error("it matches where there is nothing")
    except (re2.error, UnicodeEncodeError) as error:
        report(name, _words(error))
        return
    yield OwnRule(name.encode(), found)


def _words(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
