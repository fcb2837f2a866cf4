"""The judge of a log: it holds what its senders sent, as promised: bytes by a strict model, lines by counting.

``model`` finds out what is stored of each message, ``accounts`` where each byte has gone. What is stored twice or was
left out on a guess is handed on: ``causes`` knows whether that was allowed.
"""

import itertools
from collections import Counter
from dataclasses import dataclass

from . import texts
from .accounts import Account, account
from .model import Model
from .senders import ACKNOWLEDGED, REFUSED

SHOWN_BYTES = 80


@dataclass(frozen=True)
class Verdict:
    """The findings in one log; counts are of lines, those named so of bytes.

    ``accounts`` are those of its senders, None where the log can't be explained. ``missing_bytes`` is what the log's
    own lines say.
    """

    findings: tuple[str, ...]
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    bare_doubled: int = 0
    gaps_told: int = 0
    refused_messages: int = 0
    lost_bytes: int = 0
    missing_bytes: int = 0
    accounts: tuple[Account, ...] | None = None


def judge(ledger, stored, marks_may_be_missing):
    """The verdict on the text that is stored of one sender's log."""
    return judge_log([ledger], stored, marks_may_be_missing)


def judge_log(ledgers, stored, marks_may_be_missing):
    """Return the verdict on the text that is stored of a log, which several senders may have written."""
    plain, told, told_bytes = texts.without_gaps(stored)
    names = [ledger.name for ledger in ledgers]
    findings = [f"lines of {who}" for who in texts.strangers(stored, *names)]
    counts = Counter(number for name in names for number in texts.tokens(plain, name))
    heard = _lines(ledgers, lambda attempt: attempt.outcome == ACKNOWLEDGED)
    lost = sorted(heard - set(counts))
    doubled = sum(counts.values()) - len(counts)
    if lost:
        findings.append(f"{len(lost)} acknowledged lines are lost: {lost[:5]}")
    accounts, lost_bytes, of_bytes = _judge_bytes(ledgers, stored, marks_may_be_missing)
    return Verdict(
        (*findings, *of_bytes),
        sent=len(_lines(ledgers, lambda attempt: True)),
        acknowledged=len(heard),
        refused=len(_lines(ledgers, lambda attempt: attempt.outcome == REFUSED) - set(counts)),
        lost=len(lost),
        doubled=doubled if accounts is None else 0,
        bare_doubled=0 if accounts is None else doubled,
        gaps_told=told,
        refused_messages=sum(attempt.outcome == REFUSED for ledger in ledgers for attempt in ledger.attempts),
        lost_bytes=lost_bytes,
        missing_bytes=told_bytes + texts.may_be_missing(stored),
        accounts=accounts,
    )


def _judge_bytes(ledgers, stored, marks_may_be_missing):
    """Return (accounts, lost bytes, findings) by the strict model; accounts are None where it can't explain the log."""
    plain, told, told_bytes = texts.without_gaps(stored)
    model = Model(ledgers, stored)
    placed = model.explain()
    if placed is None:
        accounts, lost = None, _less(ledgers, plain)
        findings = [f"not what was sent: {difference(ledgers, stored, model.furthest)}"]
    else:
        accounts = tuple(map(account, ledgers, placed))
        lost = sum(one.lost for one in accounts)
        findings = list(_gaps(ledgers, placed, told, told_bytes, marks_may_be_missing))
    return accounts, lost, [*findings, *([f"{lost} acknowledged bytes are lost"] if lost else [])]


def _lines(ledgers, wanted):
    return {
        token
        for ledger in ledgers
        for attempt in ledger.attempts
        if wanted(attempt)
        for token in texts.tokens(attempt.text, ledger.name)
    }


def _gaps(ledgers, placed, told, told_bytes, marks_may_be_missing):
    """Return what is wrong with the log's words about missing messages: of all refused for good, and of none that was
    acknowledged. A message that was refused, and is the beginning of one that was taken later, may count as either.
    """
    pairs = [
        (ledger.careful, attempt, where)
        for ledger, places in zip(ledgers, placed, strict=True)
        for attempt, where in zip(ledger.attempts, places, strict=True)
        if attempt.outcome != ACKNOWLEDGED and attempt.reached
    ]
    most = sum(len(attempt.text) for _, attempt, _ in pairs)
    refused = [(careful, one.text) for careful, one, where in pairs if one.outcome == REFUSED and not where.stored]
    missing, missing_bytes = sum(not careful for careful, _ in refused), sum(len(text) for _, text in refused)
    findings = []
    if missing > told and not marks_may_be_missing:
        findings.append(f"{missing} refused messages are missing, the log tells of {told}")
    if missing_bytes > told_bytes and not marks_may_be_missing:
        findings.append(f"{missing_bytes} bytes were refused, the log tells of {told_bytes}")
    if told_bytes > most:
        findings.append(f"the log tells of {told_bytes} missing bytes, at most {most} can be")
    return findings


def _less(ledgers, plain):
    """Bytes of acknowledged lines that are there less often than they should; a line that is cut is not counted."""
    wanted = Counter()
    for ledger in ledgers:
        heard = b"".join(attempt.text for attempt in ledger.attempts if attempt.outcome == ACKNOWLEDGED)
        wanted.update(heard.splitlines(keepends=True))
    found = Counter(plain.splitlines(keepends=True))
    return sum(len(line) * number for line, number in (wanted - found).items() if line.endswith(b"\n"))


def difference(ledgers, stored, furthest):
    """In words, where the log is not what it should be."""
    words = []
    for ledger in ledgers:
        found = texts.numbers(stored, ledger.name)
        counts = Counter(found)
        twice = sorted(number for number, times in counts.items() if times > 1)
        falls = [(a, b) for a, b in itertools.pairwise(found) if b <= a]
        words += [f"{len(twice)} lines are there more than once: {twice[:5]}"] if twice else []
        words += [f"{b} follows {a}" for a, b in falls[:3]]
    there = stored[furthest : furthest + SHOWN_BYTES]
    return "; ".join([*words, f"explained up to byte {furthest} of {len(stored)}: {there!r}"])
