"""The port of search engines that hold all lines of logs, and what they are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ..model import PilotId

_RUN = re.compile(r"[A-Za-z0-9]+", re.ASCII)
#: The analyzer of OpenSearch cuts a longer word into words of this length and a rest: it is in none of them as a whole.
MAX_WORD = 255


@dataclass(frozen=True, slots=True)
class EngineLine:
    """A line of a log, or a piece of one that has several, as an engine has it. ``place``: where to go on after it."""

    pilot: PilotId
    part: int
    line: int
    piece: int
    text: str
    place: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Words that a line must have to match a pattern: in small letters, ``whole`` ones, and one that is ``within`` one.

    A line that has them need not match: an engine tells candidates. Where an engine has cut a long word, one that is
    ``within`` it may be in neither piece: lines with such a word are candidates, too.
    """

    whole: tuple[str, ...] = ()
    within: str = ""

    @classmethod
    def of(cls, pattern: str) -> Words:
        """Return the words of a text that is looked for. None of them is longer than what engines index as a word."""
        inner = [word.lower() for word in pattern.split(" ")[1:-1] if len(word) <= MAX_WORD and _RUN.fullmatch(word)]
        if inner:
            return cls(tuple(dict.fromkeys(inner)))
        runs = _RUN.findall(pattern) if pattern.isascii() else []
        return cls(within=max((run for run in runs if len(run) <= MAX_WORD), key=len, default="").lower())


@dataclass(frozen=True, slots=True)
class LineQuery:
    """Lines that are asked for; every given field must match.

    ``sites``: of pilots there, or whose site was not known. ``began``: of logs that began in the month of that time or
    later. ``lines``: the first and the last number.
    """

    vos: tuple[str, ...]
    stamps: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    words: Words = field(default_factory=Words)
    part: int | None = None
    lines: tuple[int, int] | None = None
    began: datetime | None = None


class LineEngine(Protocol):
    """An engine with all lines of some VOs' logs, but those that its destination has rejected."""

    def lines(self, query: LineQuery, after: Sequence[str | int], limit: int) -> list[EngineLine]:
        """Return the next lines after a place, at most ``limit``: the logs of a VO that began last first, the lines of
        a log in their order. An empty place is the beginning. Raise StoreUnavailable.
        """


def log_lines(engine: LineEngine, query: LineQuery, page: int, most_pages: int) -> Iterator[EngineLine]:
    """Yield the lines that a query names, from at most ``most_pages`` pages. Raise StoreUnavailable."""
    after: Sequence[str | int] = ()
    for _ in range(most_pages):
        lines = engine.lines(query, after, page)
        yield from lines
        if len(lines) < page:
            return
        after = lines[-1].place
