"""Places of known texts in a block of a log, found in one scan.

Hyperscan looks for all texts at once, so that the time of a block hardly depends on the number of rules. Without it,
and in a block that has too many of them, RE2 tells which texts a block has, and these are looked for one by one.
"""

from __future__ import annotations

import functools
import operator
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import re2

from .rules import Rule, Rules

try:
    import hyperscan
except ImportError:
    hyperscan = None  # type: ignore[assignment]

_MAX_MEMORY = 64 * 1024 * 1024
#: More ends than one for so many bytes are left to RE2: each is a call.
_BYTES_PER_END = 32
_LEAST_ENDS = 1000
Key = bytes | Rule
"""A text that is looked for as it is, or a rule."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers of places in a block: in all, of one text, and of texts of which more are wanted."""

    most: int
    of_key: int
    of_more: int


class Anchors:
    """The texts of rules, in any case of letters, and other texts as they are; made once and used for all logs."""

    def __init__(self, rules: Rules, texts: Iterable[bytes], more: frozenset[bytes]) -> None:
        """Look for ``texts`` too; ``more`` are those of them of which more places are wanted."""
        self._more = more
        self._exact = sorted(set(texts))
        self._rules = [rule for rule in rules if rule.texts]
        self._of_text: dict[bytes, list[Rule]] = {}
        for rule in self._rules:
            for text in rule.texts:
                self._of_text.setdefault(text, []).append(rule)
        self._any_case = sorted(self._of_text)
        self._sets = (_set(self._exact, True), _set(self._any_case, False))
        self._scanner = _scanner(tuple(self._exact), tuple(self._rules), more)

    def places(self, block: bytes, limits: Limits) -> list[tuple[int, Key]]:
        """Return (place, key) in order: of each text the first places, one a line, and the last one."""
        found = self._scanner.places(block, limits) if self._scanner else None
        found = list(self._searched(block, limits)) if found is None else found
        found.sort(key=operator.itemgetter(0))
        most = limits.most
        return found if len(found) <= most else found[: most // 2] + found[-(most // 2) :]

    def _searched(self, block: bytes, limits: Limits) -> Iterator[tuple[int, Key]]:
        exact, any_case = self._sets
        for number in exact.Match(block) or ():
            text = self._exact[number]
            for place in _some(block, text, limits.of_more if text in self._more else limits.of_key):
                yield place, text
        numbers = any_case.Match(block) or ()
        small = block.lower() if numbers else b""
        for number in numbers:
            text = self._any_case[number]
            for place in _some(small, text, limits.of_key):
                for rule in self._of_text[text]:
                    yield place, rule


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


class Scanner:
    """Hyperscan's database of all texts; many threads may use it."""

    def __init__(self, texts: tuple[bytes, ...], rules: tuple[Rule, ...], more: frozenset[bytes]) -> None:
        entries: list[tuple[bytes, int, Key]] = [(re.escape(text), 0, text) for text in texts]
        for rule in rules:
            entries += [(re.escape(text), hyperscan.HS_FLAG_CASELESS, rule) for text in rule.texts]
        self._keys = [key for _, _, key in entries]
        self._more = [key in more for key in self._keys]
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[expression for expression, _, _ in entries],
            ids=list(range(len(entries))),
            flags=[flags for _, flags, _ in entries],
        )
        self._of_thread = threading.local()

    def places(self, block: bytes, limits: Limits) -> list[tuple[int, Key]] | None:
        """Return some places of each text that is there; None if there are too many to be told one by one."""
        ends: dict[int, list[int]] = {}
        room = [_LEAST_ENDS + len(block) // _BYTES_PER_END]
        most = [limits.of_more if more else limits.of_key for more in self._more]

        def add(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            found = ends.setdefault(number, [])
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
        return [(end - 1, self._keys[number]) for number, found in ends.items() for end in found]

    def _scratch(self) -> Any:
        """Return the memory of a scan, which no two threads may use at once."""
        scratch = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            self._of_thread.scratch = scratch = hyperscan.Scratch(self._database)
        return scratch


@functools.lru_cache(maxsize=8)
def _scanner(texts: tuple[bytes, ...], rules: tuple[Rule, ...], more: frozenset[bytes]) -> Scanner | None:
    """Return the scanner of some texts and rules; None where Hyperscan is missing, or can't do them."""
    if hyperscan is None:
        return None
    try:
        return Scanner(texts, rules, more)
    except hyperscan.error:
        return None
