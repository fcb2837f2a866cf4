"""The judge of a destination: it has each line of what is archived, as it stands there, and the events of each log.

A line is told by its place: its number, and the number of its piece. A record may be there more than once, the same in
all that it says; whoever drops repeats by their identities gets the text. One line may have pieces under two
identities: that with which its log ended, and the same with more after it, as its log went on (decision 125).
"""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from PilotLoggingDIRAC.pilotlog.text import terminal_lines

LINES = ("line", "phase")
EVENTS = {"started", "sealed", "archived"}
MAX_WAYS = 1000
SHOWN = 3


@dataclass
class Verdict:
    """The findings of one log part at one destination. ``missing`` may be over when more has arrived."""

    findings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)


def judge(text, received, tells_repeats=False, keeps_order=False):
    """The verdict on the records of one part of a log whose archived text is this, in their order of arrival.

    ``tells_repeats``: nothing is there twice. ``keeps_order``: lines come in their order, repeats later.
    """
    verdict = Verdict()
    known, repeats = _distinct(received, verdict)
    verdict.counts.update(records=len(received), repeats=repeats)
    if tells_repeats and repeats:
        verdict.findings.append(f"{repeats} records are there twice")
    lines = [record for record in known.values() if record["kind"] in LINES]
    if keeps_order:
        places = [(record["line"], record["piece"]) for record in lines]
        verdict.findings += [f"{b} comes behind {a}" for a, b in itertools.pairwise(places) if b < a][:SHOWN]
    _compare(text, lines, verdict)
    lacking = EVENTS - {record["kind"] for record in known.values()}
    verdict.missing += [f"no event {', '.join(sorted(lacking))}"] if lacking else []
    return verdict


def _distinct(received, verdict):
    """Return (the first record of each identity, the number of the others)."""
    known, repeats = {}, 0
    for record in received:
        if record["id"] not in known:
            known[record["id"]] = record
            continue
        repeats, first = repeats + 1, known[record["id"]]
        if _said(first) != _said(record):
            verdict.findings.append(f"{record['id']} is the identity of two records")
    return known, repeats


def _said(record):
    """Return what a record says of its text; site, CE and number of the batch may be known better later."""
    return {name: record[name] for name in ("kind", "line", "piece", "message", "details")}


def _compare(text, lines, verdict):
    """Compare the lines that are there with those of the text."""
    expected = text.split(b"\n")
    expected = expected if expected[-1] else expected[:-1]
    found = defaultdict(lambda: defaultdict(list))
    for record in lines:
        found[record["line"]][record["piece"]].append(record["message"])
    verdict.counts.update(lines=len(expected))
    lost = [number for number in range(1, len(expected) + 1) if number not in found]
    verdict.missing += [f"{len(lost)} of {len(expected)} lines are missing, as {lost[:SHOWN]}"] if lost else []
    more = sorted(number for number in found if number > len(expected))
    verdict.findings += [f"lines that the log has not: {more[:SHOWN]}"] if more else []
    wrong = [
        f"line {number} is {dict(found[number])!r:.300}, not {raw!r:.200}"
        for number, raw in enumerate(expected, 1)
        if number in found and not _is(raw, found[number], verdict)
    ]
    verdict.missing += wrong[:SHOWN]


def _is(raw, pieces, verdict):
    """Whether pieces, each with one text or several, are a line."""
    verdict.counts["sent again with more behind"] += sum(len(texts) > 1 for texts in pieces.values())
    ways = itertools.islice(itertools.product(*(pieces[number] for number in sorted(pieces))), MAX_WAYS)
    return sorted(pieces) == list(range(len(pieces))) and any(_reads(raw, way) for way in ways)


def _reads(raw, way):
    """Whether pieces in their order are a line; one that a terminal overwrites has its last states."""
    shown = [piece.text.decode("utf-8", "replace") for piece in terminal_lines.pieces(raw)]
    whole = raw.decode("utf-8", "replace")
    if list(way) == shown or "".join(way) == whole:
        return True
    return "\r" in whole and shown[-1].endswith(way[-1])
