"""Complaints of senders: errors that nobody gave them a reason for."""

from collections import defaultdict

from .patience import stretched
from .senders import UNANSWERED

HARMLESS = ("pass", "delay")
#: A sender that waits for less than this may lose its patience with a collector whose database is away.
PATIENT_SECONDS = stretched(8)


def connections(exchanges):
    """The exchanges by sender, in their order."""
    found = defaultdict(list)
    for exchange in exchanges:
        found[exchange.sender].append(exchange)
    return found


def complaints(ledgers, found, field, plan):
    """Errors that senders got though neither proxy nor a dead or stopped collector explains them."""
    patience = {sender.name: sender.timeout for sender in plan.senders}
    findings = []
    for ledger in ledgers:
        attempts = sorted([*ledger.attempts, *ledger.finalisations], key=lambda attempt: attempt.began)
        exchanges = found[ledger.name]
        if len(attempts) != len(exchanges):
            findings.append(f"{ledger.name}: {len(attempts)} messages went over {len(exchanges)} connections")
        for attempt, exchange in zip(attempts, exchanges, strict=False):
            if attempt.outcome == UNANSWERED and not _explained(attempt, exchange, field, patience[ledger.name]):
                findings.append(f"{ledger.name}: {attempt.status or ''} {attempt.detail}, {exchange}")
    return findings


def _explained(attempt, exchange, field, patience):
    if attempt.status:
        return False
    if exchange.network_cut or exchange.treatment not in HARMLESS:
        return True
    if field.was_down(exchange.collector, attempt.began, attempt.ended):
        return True
    return patience < PATIENT_SECONDS and attempt.ended - attempt.began >= patience
