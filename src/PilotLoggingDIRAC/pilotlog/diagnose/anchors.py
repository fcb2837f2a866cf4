"""Places of known texts in a block of a log, found in one scan.

RE2 tells in one pass which of all texts a block has; only these are looked for. So the time of a block hardly depends
on the number of rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import re2

_MAX_MEMORY = 64 * 1024 * 1024


class Anchors:
    """A set of texts to look for, made once and used for all logs."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._texts = sorted(set(texts))
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem, options.never_capture, options.literal = _MAX_MEMORY, True, True
        self._set: Any = re2.Set.SearchSet(options)
        for text in self._texts:
            self._set.Add(text)
        self._set.Compile()

    def places(self, block: bytes, most: int, most_of_text: int, more: Mapping[bytes, int]) -> list[tuple[int, bytes]]:
        """Return (place, text) in order: of each text the first places and the last one, ``most`` in all.

        ``more`` has the texts of which more places are wanted.
        """
        found = [
            (place, text)
            for number in self._set.Match(block) or ()
            for text in (self._texts[number],)
            for place in _some(block, text, more.get(text, most_of_text))
        ]
        found.sort()
        return found if len(found) <= most else found[: most // 2] + found[-(most // 2) :]


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
