"""Accounts of each byte that a sender handed over: stored once, stored twice, left out with a word, or lost."""

from collections import Counter
from dataclasses import dataclass, field

from .model import UNKNOWN
from .senders import ACKNOWLEDGED, REFUSED


@dataclass(frozen=True)
class Again:
    """Bytes of a message that a guess left out, or that are stored once more; ``earlier`` is the message before it that
    holds them, None for a message that says what another one said.
    """

    earlier: object
    later: object
    bytes: int
    guess: str = ""


@dataclass
class Account:
    """The bytes of one sender. ``told`` are missing, and a line says that they may be."""

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    told: int = 0
    doubled: int = 0
    left_out: list[Again] = field(default_factory=list)
    stored_again: list[Again] = field(default_factory=list)


def account(ledger, placed):
    """The account of a sender, whose messages are stored as ``placed`` says."""
    result = Account()
    streams = {}
    for attempt, begin, where in zip(ledger.attempts, begins(ledger.attempts), placed, strict=True):
        stream = streams.setdefault(attempt.stream, _Stream())
        stream.take(attempt, begin, where, result)
    for stream in streams.values():
        stream.close(result)
    return result


def begins(attempts):
    """Yield where each message begins in its stream."""
    behind = Counter()
    for attempt in attempts:
        begin = behind[attempt.stream] if attempt.start is None else attempt.start
        behind[attempt.stream] = begin + len(attempt.text)
        yield begin


class _Stream:
    """The bytes of one buffer: one flag each for what was sent, acknowledged, stored, told to be missing."""

    def __init__(self):
        self._sent, self._heard, self._refused, self._stored, self._told = (bytearray() for _ in range(5))
        self._takers = []

    def take(self, attempt, begin, placed, result):
        """Take a message into account."""
        end = begin + len(attempt.text)
        _set(self._sent, begin, end)
        if attempt.outcome in (ACKNOWLEDGED, REFUSED):
            _set(self._heard if attempt.outcome == ACKNOWLEDGED else self._refused, begin, end)
        if not placed.stored:
            return
        behind = begin + placed.skipped
        if placed.guess:
            result.left_out.append(Again(self._taker(begin, behind), attempt, placed.skipped, placed.guess))
            if placed.guess == UNKNOWN:
                _set(self._told, begin, behind)
        doubled = self._stored.count(1, behind, end)
        if doubled:
            result.doubled += doubled
            result.stored_again.append(Again(self._taker(behind, end), attempt, doubled))
        _set(self._stored, behind, end)
        self._takers.append((behind, end, attempt))

    def _taker(self, begin, end):
        return next((taker for since, until, taker in reversed(self._takers) if since < end and until > begin), None)

    def close(self, result):
        """Add the sums."""
        sent, heard, refused, stored, told = map(
            _bits, (self._sent, self._heard, self._refused, self._stored, self._told)
        )
        result.sent += sent.bit_count()
        result.acknowledged += heard.bit_count()
        result.refused += (refused & ~stored & ~heard).bit_count()
        result.told += (heard & ~stored & told).bit_count()
        result.lost += (heard & ~stored & ~told).bit_count()


def _set(flags, begin, end):
    flags.extend(bytes(max(0, end - len(flags))))
    flags[begin:end] = b"\1" * (end - begin)


def _bits(flags):
    return int.from_bytes(flags, "little")
