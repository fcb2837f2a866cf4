"""The text of the day's messages: lines of pilots that did their work, of the made logs that judge the diagnosis."""

import functools
import itertools

from tests.corpora.pilots.logs import logs

from .life import LIFE

_FIRST_LINE_OF_COLLECTED = "Remote logger activated"


@functools.cache
def texts() -> tuple[str, ...]:
    """Return the text of each message of a life, whole lines of about its size; the mark's is empty."""
    lines = itertools.cycle(_lines())
    return tuple(_text(lines, part.bytes) for part in LIFE)


@functools.cache
def line_counts() -> tuple[int, ...]:
    """Return how many lines the text of each message has."""
    return tuple(text.count("\n") for text in texts())


def _lines() -> list[str]:
    good = [log.text for log in logs("seen") if log.label.good]
    collected = [text for text in good if _FIRST_LINE_OF_COLLECTED in text.partition("\n")[0]]
    return [line for text in collected for line in text.splitlines(keepends=True)]


def _text(lines, size) -> str:
    text = ""
    while len(text) < size:
        text += next(lines)
    return text
