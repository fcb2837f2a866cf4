"""A check that text stored twice, or left out on a guess, is what the resend rule allows; each with its cause.

The rule: output without a time stamp counts as sent again only where the answer to the first may not have arrived, as
far as the collector can know. Losing is worse than doubling.
"""

from collections import Counter

from .model import UNKNOWN
from .senders import REFUSED

BEHIND = "doubled bytes: the answer was lost behind the collector"
REFUSED_AND_STORED = "doubled bytes: refused as too late, stored after all, and sent again"
BETWEEN = "doubled bytes: another message from that address came between"
AT_WORK = "doubled bytes: the collector was still at work on the first"
RESENT = "bytes left out, sent again"
MISTAKEN = "bytes left out by mistake, and told, after a restart"
ALL = (BEHIND, REFUSED_AND_STORED, BETWEEN, AT_WORK, RESENT, MISTAKEN)


def explain(ledgers, accounts, exchange_of, was_down):
    """(counts of bytes by cause, findings) of the senders of one log. ``exchange_of(attempt)`` is its connection,
    ``was_down(collector, since, until)`` whether a collector was.
    """
    counts, findings = Counter(), []
    for ledger, account in zip(ledgers, accounts, strict=True):
        for again in account.stored_again:
            cause = _doubled(again, ledger, ledgers, exchange_of)
            counts[cause] += again.bytes
        for again in account.left_out:
            if again.earlier is not None:
                counts[RESENT] += again.bytes
            elif again.guess == UNKNOWN and was_down(ledger.collector, 0.0, again.later.ended):
                counts[MISTAKEN] += again.bytes
            else:
                findings.append(f"{again.bytes} bytes {again.guess}, and no restart explains it")
    return counts, findings


def _doubled(again, ledger, ledgers, exchange_of):
    if again.earlier.outcome == REFUSED:
        return REFUSED_AND_STORED
    first = exchange_of(again.earlier)
    if first is None or first.answered:
        return BEHIND
    others = (
        one for other in ledgers if other is not ledger and other.source == ledger.source for one in other.attempts
    )
    if any(again.earlier.began < one.ended and one.began < again.later.ended for one in others):
        return BETWEEN
    return AT_WORK
