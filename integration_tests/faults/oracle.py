"""Whether a log holds what its sender sent, as the promises say: a strict model, and plain counts of lines.

The model goes through the messages in their order. An acknowledged one is stored; one that was refused or not
answered is stored or not. What is stored of a message is what follows the longest of the last stored messages that it
begins with, where that one held a time-stamped line; where it did not, that may be so or not. Nothing else may be in
the log but the collector's own lines.
"""

import itertools
import sys
from collections import Counter
from dataclasses import dataclass

from . import texts
from .senders import ACKNOWLEDGED, REFUSED

REMEMBERED = 8
MAX_STEPS = 200_000


@dataclass(frozen=True)
class Verdict:
    """What was found in one log; counts are of lines."""

    findings: tuple[str, ...]
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    bare_doubled: int = 0
    gaps_told: int = 0
    refused_messages: int = 0


class _Undecided(Exception):
    """The model took too many steps."""


def judge(ledger, stored, marks_may_be_missing):
    """The verdict on the text that is stored of a sender's log."""
    plain, told, _ = texts.without_gaps(stored)
    stored_flags = explain(ledger.attempts, plain)
    findings = [f"lines of {who}" for who in texts.strangers(stored, ledger.name)]
    counts = Counter(texts.numbers(plain, ledger.name))
    heard = _lines(ledger, lambda attempt: attempt.outcome == ACKNOWLEDGED)
    lost = sorted(heard - set(counts))
    doubled = sum(counts.values()) - len(counts)
    if lost:
        findings.append(f"{len(lost)} acknowledged lines are lost: {lost[:5]}")
    if stored_flags is None:
        findings.append(f"not what was sent: {difference(ledger, plain)}")
    elif not marks_may_be_missing:
        findings += _unmarked(ledger, stored_flags, told)
    return Verdict(
        tuple(findings),
        sent=len(_lines(ledger, lambda attempt: True)),
        acknowledged=len(heard),
        refused=len(_lines(ledger, lambda attempt: attempt.outcome == REFUSED) - set(counts)),
        lost=len(lost),
        doubled=doubled if stored_flags is None else 0,
        bare_doubled=0 if stored_flags is None else doubled,
        gaps_told=told,
        refused_messages=sum(attempt.outcome == REFUSED for attempt in ledger.attempts),
    )


def _lines(ledger, wanted):
    return {n for attempt in ledger.attempts if wanted(attempt) for n in texts.numbers(attempt.text, ledger.name)}


def _unmarked(ledger, stored_flags, told):
    """Refused for good by a sender that doesn't send again: the log must tell of it."""
    if ledger.careful:
        return []
    pairs = zip(ledger.attempts, stored_flags, strict=True)
    missing = sum(attempt.outcome == REFUSED and not stored for attempt, stored in pairs)
    return [f"{missing} refused messages are missing, the log tells of {told}"] if missing > told else []


def explain(attempts, plain):
    """For each message whether it was stored, so that the log is just this text; None when there is no such way."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 10_000))
    try:
        return _Model(attempts, plain).follow(0, 0, ())
    finally:
        sys.setrecursionlimit(limit)


class _Model:
    def __init__(self, attempts, plain):
        self._attempts = attempts
        self._plain = plain
        self._steps = 0

    def follow(self, index, position, memory):
        """The flags of the messages from ``index`` on, when the text from ``position`` on is theirs."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _Undecided
        if index == len(self._attempts):
            return [] if position == len(self._plain) else None
        attempt = self._attempts[index]
        remembered = (*(known for known in memory if known != attempt.text), attempt.text)[-REMEMBERED:]
        for repeated in _repeated(attempt.text, memory):
            new = attempt.text[repeated:]
            if self._plain.startswith(new, position):
                rest = self.follow(index + 1, position + len(new), remembered)
                if rest is not None:
                    return [True, *rest]
        if attempt.outcome == ACKNOWLEDGED:
            return None
        rest = self.follow(index + 1, position, memory)
        return None if rest is None else [False, *rest]


def _repeated(text, memory):
    """How many bytes at the beginning of a message may count as sent before, the most likely first."""
    lengths = []
    for known in sorted((known for known in memory if text.startswith(known)), key=len, reverse=True):
        lengths.append(len(known))
        if texts.is_marked(known):
            return lengths
    return [*lengths, 0]


def difference(ledger, plain):
    """In words, where the log is not what it should be."""
    found = texts.numbers(plain, ledger.name)
    counts = Counter(found)
    twice = sorted(number for number, times in counts.items() if times > 1)
    falls = [(a, b) for a, b in itertools.pairwise(found) if b <= a]
    words = [f"{len(twice)} lines are there more than once: {twice[:5]}"] if twice else []
    words += [f"{b} follows {a}" for a, b in falls[:3]]
    return "; ".join(words) or "the bytes differ, the lines' numbers don't"
