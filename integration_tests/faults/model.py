"""A strict model of what is stored of the messages of one log, told by the very bytes and by the lines of our own.

It goes through the messages of each sender in their order; where several write one log, their messages come in any
order among each other. An acknowledged message is stored; one that was refused or not answered is stored or not. What
is stored of a message is what follows the longest of the last stored ones that it begins with, if that held a
time-stamped line. Where it did not, all of the message is stored, or a line says how much of it was left out. Text
from another address begins on a line of its own. Nothing else may be in the log but lines that tell of gaps.
"""

import sys
from dataclasses import dataclass, replace
from typing import NamedTuple

from . import texts
from .senders import ACKNOWLEDGED

REMEMBERED = 8
MAX_STEPS = 400_000
UNANSWERED, UNKNOWN, SILENT = "are left out", "may be missing", "left out without a word"


class Undecided(Exception):
    """The model took too many steps."""


class Placed(NamedTuple):
    """The stored part of a message: nothing, or what follows ``skipped`` bytes. ``guess``: the words for leaving them
    out, where they hold no time stamp.
    """

    stored: bool
    skipped: int = 0
    guess: str = ""


@dataclass(frozen=True)
class _State:
    """The next message of each sender, the place in the log, the last texts, and the address of the last one."""

    next: tuple[int, ...]
    position: int = 0
    memory: tuple[bytes, ...] = ()
    source: str = ""

    @property
    def key(self):
        return self.next, self.position, tuple(map(id, self.memory)), self.source


class _Mark(NamedTuple):
    end: int
    size: int
    words: str


class Model:
    """The model of one log; ``furthest`` is how far in the text it came."""

    def __init__(self, ledgers, stored):
        self._ledgers = ledgers
        self._stored = stored
        self._gaps = {mark.start(): mark.end() for mark in texts.GAP_LINE.finditer(stored)}
        self._marks = {
            mark.start(): _Mark(mark.end(), int(mark[1]), mark[2].decode())
            for mark in texts.SENT_AGAIN_LINE.finditer(stored)
        }
        self._failed = set()
        self._silence = False
        self.furthest = 0

    def explain(self):
        """For each sender what is stored of each message, so that the log is just this; None if there is no way."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 20_000))
        try:
            steps = self._follow(_State(tuple(0 for _ in self._ledgers)))
            if steps is None:  # is it so that output was left out without a line that says so?
                self._silence, self._failed = True, set()
                steps = self._follow(_State(tuple(0 for _ in self._ledgers)))
        finally:
            sys.setrecursionlimit(limit)
        if steps is None:
            return None
        return [[placed for who, placed in steps if who == number] for number in range(len(self._ledgers))]

    def _follow(self, state):
        state = self._behind_gaps(state)
        self.furthest = max(self.furthest, state.position)
        if state.key in self._failed:
            return None
        if len(self._failed) > MAX_STEPS:
            raise Undecided
        waiting = [who for who, ledger in enumerate(self._ledgers) if state.next[who] < len(ledger.attempts)]
        if not waiting:
            return [] if state.position == len(self._stored) else None
        for who in waiting:
            for placed, after in self._ways(state, who):
                rest = self._follow(after)
                if rest is not None:
                    return [(who, placed), *rest]
        self._failed.add(state.key)
        return None

    def _behind_gaps(self, state):
        while state.position in self._gaps:
            state = replace(
                state, position=self._gaps[state.position], memory=_remembered(state.memory, b"a gap's line")
            )
        return state

    def _ways(self, state, who):
        """Yield what may be stored of a sender's next message, and what follows."""
        ledger = self._ledgers[who]
        attempt = ledger.attempts[state.next[who]]
        following = tuple(place + (number == who) for number, place in enumerate(state.next))
        after = replace(state, next=following)
        if attempt.reached:
            taken = replace(after, memory=_remembered(state.memory, attempt.text), source=ledger.source)
            for skipped, position, guess in self._beginnings(attempt.text, state):
                for end in self._ends(attempt.text[skipped:], position, state.source != ledger.source):
                    yield Placed(True, skipped, guess), replace(taken, position=end)
        if attempt.outcome != ACKNOWLEDGED:
            yield Placed(False), after

    def _beginnings(self, text, state):
        """Yield (bytes that are left out, begin of the message's rest in the log, the words for it)."""
        known = {len(one): texts.is_marked(one) for one in state.memory if text.startswith(one)}
        certain = max((size for size, is_marked in known.items() if is_marked), default=0)
        mark = self._marks.get(state.position)
        if mark:
            if mark.size > certain and mark.size in known:
                yield mark.size, mark.end, mark.words
            return
        yield certain, state.position, ""
        if self._silence and len(text) in known and certain < len(text):
            yield len(text), state.position, SILENT

    def _ends(self, rest, position, from_elsewhere):
        """Yield where the text ends in the log, or after the line break before another sender's text."""
        if self._stored.startswith(rest, position):
            yield position + len(rest)
        if rest and from_elsewhere and position and self._stored.startswith(b"\n" + rest, position):
            yield position + 1 + len(rest)


def _remembered(memory, text):
    return (*(known for known in memory if known != text), text)[-REMEMBERED:]
