"""Places of known texts in a block of a log, found in one scan.

Hyperscan looks for all texts at once, so that the time of a block hardly depends on the number of rules. Without it,
and in a block that has too many of them, RE2 tells which texts a block has, and these are looked for one by one.
"""

from __future__ import annotations

import functools
import operator
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import re2

from .rule import Rule
from .rules import MOST_VERSIONS, Rules

try:
    import hyperscan
except ImportError:
    hyperscan = None  # type: ignore[assignment]

_MAX_MEMORY = 64 * 1024 * 1024
#: A block with more than one end for each of this many bytes is left to RE2: each end is a call.
_BYTES_PER_END = 32
_LEAST_ENDS = 1000
Key = bytes | Rule
"""A text that is looked for as it is, or a rule."""

_Found = tuple[int, bytes, bool]
"""The first byte of a text, the text, and whether it is one that is looked for as it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers of places in a block: in all, of one text, and of texts of which more are wanted."""

    most: int
    of_text: int
    of_more: int


class TextAnchors:
    """The texts of rules, in any case of letters, and other texts as they are; made once and used for all logs."""

    def __init__(self, rules: Rules, texts: Iterable[bytes], more: frozenset[bytes]) -> None:
        """Look for ``texts`` too; ``more`` are those of them of which more places are wanted."""
        self._more = more
        self._exact = sorted(set(texts))
        self._rules: dict[bytes, tuple[Rule, ...]] = {}
        for rule in rules:
            for text in rule.texts:
                self._rules[text] = (*self._rules.get(text, ()), rule)
        self._any_case = sorted(self._rules)
        self._sets = (_set(self._exact, True), _set(self._any_case, False))
        self._scanner = _scanner(tuple(self._exact), tuple(self._any_case), more)

    def places(self, block: bytes, limits: Limits) -> list[tuple[int, Key]]:
        """Return (place, key) in order: of each text the first places, one a line, and the last one."""
        found = self._scanner.places(block, limits) if self._scanner else None
        found = list(self._searched(block, limits)) if found is None else found
        found.sort(key=operator.itemgetter(0))
        most = limits.most
        found = found if len(found) <= most else found[: most // 2] + found[-(most // 2) :]
        return [(place, key) for place, text, exact in found for key in ((text,) if exact else self._rules[text])]

    def _searched(self, block: bytes, limits: Limits) -> Iterator[_Found]:
        exact, any_case = self._sets
        for number in exact.Match(block) or ():
            text = self._exact[number]
            for place in _some(block, text, limits.of_more if text in self._more else limits.of_text):
                yield place, text, True
        numbers = any_case.Match(block) or ()
        small = block.lower() if numbers else b""
        for number in numbers:
            text = self._any_case[number]
            for place in _some(small, text, limits.of_text):
                yield place, text, False


def _set(texts: Iterable[bytes], case: bool) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem, options.never_capture, options.literal = _MAX_MEMORY, True, True
    options.case_sensitive = case
    made: Any = re2.Set.SearchSet(options)
    for text in texts:
        made.Add(text)
    made.Compile()
    return made


def _some(block: bytes, text: bytes, most: int) -> Iterator[int]:
    """Yield the first places of a text, one a line, and the last one."""
    place = last = block.find(text)
    for _ in range(most):
        if place < 0:
            return
        yield place
        end = block.find(b"\n", place)
        last, place = place, block.find(text, end) if end >= 0 else -1
    if (place := block.rfind(text)) > last:
        yield place


class TextScanner:
    """Hyperscan's database of all texts; many threads may use it."""

    def __init__(self, exact: tuple[bytes, ...], any_case: tuple[bytes, ...], more: frozenset[bytes]) -> None:
        self._texts = [*((text, True) for text in exact), *((text, False) for text in any_case)]
        self._more = [exact and text in more for text, exact in self._texts]
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[re.escape(text) for text, _ in self._texts],
            ids=list(range(len(self._texts))),
            flags=[0 if exact else hyperscan.HS_FLAG_CASELESS for _, exact in self._texts],
        )
        self._of_thread = threading.local()
        self._limits: tuple[Limits | None, list[int]] = None, []

    def places(self, block: bytes, limits: Limits) -> list[_Found] | None:
        """Return some places of each text that is there; None if there are too many to be told one by one."""
        ends: defaultdict[int, list[int]] = defaultdict(list)
        room = [_LEAST_ENDS + len(block) // _BYTES_PER_END]
        most = self._most(limits)

        def add(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            found = ends[number]
            if len(found) <= most[number]:
                if not found or block.find(b"\n", found[-1], end) >= 0:
                    found.append(end)
            else:
                found[-1] = end
            room[0] -= 1
            return room[0] < 0

        try:
            self._database.scan(block, add, scratch=self._scratch())
        except hyperscan.ScanTerminated:
            return None
        return [
            (end - len(text), text, exact)
            for number, found in ends.items()
            for text, exact in (self._texts[number],)
            for end in found
        ]

    def _most(self, limits: Limits) -> list[int]:
        """Return the number of places of each text; all blocks of all logs have the same limits."""
        of, most = self._limits
        if of != limits:
            most = [limits.of_more if more else limits.of_text for more in self._more]
            self._limits = limits, most
        return most

    def _scratch(self) -> Any:
        """Return the memory of a scan, which no two threads may use at once."""
        scratch = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            self._of_thread.scratch = scratch = hyperscan.Scratch(self._database)
        return scratch


@functools.lru_cache(maxsize=MOST_VERSIONS)
def _scanner(exact: tuple[bytes, ...], any_case: tuple[bytes, ...], more: frozenset[bytes]) -> TextScanner | None:
    """Return the scanner of some texts; None where Hyperscan is missing, or can't do them."""
    if hyperscan is None:
        return None
    try:
        return TextScanner(exact, any_case, more)
    except hyperscan.error:
        return None
