"""A campaign through HAProxy: which collector took each message, and what may be asked of a log that had several.

A sender whose collector dies goes on with the other one. Order, and that what is sent again is stored once, are
promised for each collector. So where the database was away too, and text waited in two spools at the same time, a log
is looked at by collector: no line is lost, each has its order, and a line is there at most once for each that got it.
"""

import re
from collections import Counter, defaultdict
from random import Random

from ..stack.components import BALANCER
from . import texts
from .oracle import Verdict
from .senders import ACKNOWLEDGED, REFUSED, UNANSWERED

_COLLECTORS = 2
#: Faults with which text may wait at one collector, in its spool or as it is halted, while a sender is at the other.
SPOOLING = ("database", "drain", "spool", "hang")
_LINE = re.compile(r"^(127\.[\d.]+:\d+) (\S+) ", re.MULTILINE)


def source(seed, number):
    """A loopback address of its own for each sender, from which HAProxy draws its collector."""
    draw = Random(f"{seed} {number}")
    return f"127.{draw.randrange(1, 255)}.{draw.randrange(1, 255)}.{number + 2}"


class Served:
    """The collectors that took the connections, by HAProxy's log from now on."""

    def __init__(self, stack):
        self._path = stack.log(BALANCER)
        self._start = self._path.stat().st_size

    def servers(self, exchanges):
        """The collector's name of each exchange, empty where none got the connection."""
        with self._path.open("rb") as log:
            log.seek(self._start)
            found = dict(_LINE.findall(log.read().decode(errors="replace")))
        return [found.get(one.way, "").replace("<NOSRV>", "") for one in exchanges]


def judge(ledger, stored, servers):
    """The verdict on a log whose messages, one server each, came by several collectors while spools held text."""
    plain, told, told_bytes = texts.without_gaps(stored)
    found = texts.numbers(plain, ledger.name)
    counts, heard = Counter(found), _lines(ledger, ACKNOWLEDGED)
    lost = sorted(heard - set(counts))
    findings = [f"lines of {who}" for who in texts.strangers(stored, ledger.name)]
    findings += [f"{len(lost)} acknowledged lines are lost: {lost[:5]}"] if lost else []
    return Verdict(
        (*findings, *_misplaced(ledger, found, servers)),
        sent=len(_lines(ledger, ACKNOWLEDGED, REFUSED, UNANSWERED)),
        acknowledged=len(heard),
        refused=len(_lines(ledger, REFUSED) - set(counts)),
        lost=len(lost),
        doubled=0,
        bare_doubled=len(found) - len(counts),
        gaps_told=told,
        refused_messages=sum(attempt.outcome == REFUSED for attempt in ledger.attempts),
        missing_bytes=told_bytes + texts.may_be_missing(stored),
    )


def _misplaced(ledger, found, servers):
    """Yield what is wrong with how often the lines are there, and in which order; short bare output is let pass."""
    takers, times = defaultdict(set), Counter()
    for attempt, server in zip(ledger.attempts, servers, strict=False):
        for number in texts.numbers(attempt.text, ledger.name) if texts.is_marked(attempt.text) else ():
            takers[number].add(server)
            times[number] += 1
    bare = {
        number
        for attempt in ledger.attempts
        if not texts.is_marked(attempt.text)
        for number in texts.numbers(attempt.text, ledger.name)
    }
    counts = Counter(number for number in found if number not in bare)
    often = sorted(number for number in counts if counts[number] > min(_COLLECTORS, times[number]))
    if often:
        yield f"more often than there are collectors: {often[:5]}"
    for server in sorted(set(servers) - {""}):
        own = [number for number in dict.fromkeys(found) if takers[number] == {server} and number not in bare]
        if own != sorted(own):
            yield f"{server}'s lines are not in their order"


def _lines(ledger, *outcomes):
    of = (attempt for attempt in ledger.attempts if attempt.outcome in outcomes)
    return {number for attempt in of for number in texts.numbers(attempt.text, ledger.name)}
