"""Figures of the diagnosis on the corpus of pilots' logs, and its confusion table.

``python -m tests.corpora.measure`` prints a line for each part and names the logs that are diagnosed wrongly;
``python -m tests.corpora.measure docs/developer`` also writes ``confusion.csv`` and ``accuracy.csv`` there.

A first cause is right if its code is one of those that ``codes.csv`` or the log's label accepts. Whether its line is
the labelled one or next to it is counted apart: a cause may be told by several lines.
"""

import csv
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from PilotLoggingDIRAC.pilotlog.diagnose import diagnose

from .pilots import logs as made
from .pilots import written
from .pilots.logs import HERE

#: A line this far from the labelled one tells the same.
NEAR = 1
NO_CAUSE = "none"


@dataclass
class Figures:
    """Counts of a part; ``wrong`` has (log, kind, first code) of failed logs, ``loud`` (log, code) of good ones.

    ``table`` counts (kind, first code, whether that is right), of failed and of good logs.
    """

    part: str
    failed: int = 0
    right: int = 0
    right_there: int = 0
    right_line: int = 0
    right_party: int = 0
    good: int = 0
    wrong: list = field(default_factory=list)
    loud: list = field(default_factory=list)
    table: Counter = field(default_factory=Counter)


def codes():
    """Return of each kind the codes of rules that are right for it."""
    with (HERE / "codes.csv").open(newline="") as file:
        return {row["kind"]: set(row["codes"].split()) for row in csv.DictReader(file)}


def parts():
    """Return the names of all parts."""
    return [*made.parts(), *written.PARTS]


def measure(part):
    """Return the figures of a part."""
    found, accepted = Figures(part), codes()
    for log in (written if part in written.PARTS else made).logs(part):
        causes = diagnose([log.text.encode()]).causes
        right = accepted.get(log.label.kind, set()) | log.codes
        _count(found, log, causes[0] if causes else None, right)
    return found


def _count(found, log, cause, accepted):
    code = cause.rule.code if cause else NO_CAUSE
    if log.label.good:
        found.good += 1
        found.table[log.label.kind, code, not cause] += 1
        found.loud += [(log.name, code)] if cause else []
        return
    found.failed += 1
    near = cause is not None and abs(cause.line - log.label.line) <= NEAR
    found.right_line += near
    found.right_party += cause is not None and str(cause.rule.party).lower() == log.label.party
    found.right += code in accepted
    found.right_there += near and code in accepted
    found.table[log.label.kind, code, code in accepted] += 1
    found.wrong += [] if code in accepted else [(log.name, log.label.kind, code)]


def write(figures, folder):
    """Write the tables of the documentation: ``accuracy.csv`` and ``confusion.csv``."""
    _write(folder / "accuracy.csv", accuracy(figures))
    confusion = [
        (found.part, kind, code, number, "yes" if right else "no")
        for found in figures
        for (kind, code, right), number in sorted(found.table.items())
    ]
    _write(folder / "confusion.csv", [("Part", "Kind", "First cause", "Logs", "Accepted"), *confusion])


def accuracy(figures):
    """Return the rows of the table of figures, its head first."""
    head = ("Part", "Failed", "Right first cause", "At its line", "Right line", "Right party", "Good", "With a cause")
    return [head, *(_accuracy(found) for found in figures)]


def _accuracy(found):
    counts = (found.right, found.right_there, found.right_line, found.right_party)
    shares = (f"{count} ({100 * count / found.failed:.1f} %)" for count in counts)
    return (found.part, found.failed, *shares, found.good, len(found.loud))


def _write(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main(folder=None):
    """Print the figures of all parts, and write them to a folder."""
    figures = [measure(part) for part in parts()]
    for row in accuracy(figures):
        print("  ".join(str(cell) for cell in row))
    for found in figures:
        for name, kind, code in found.wrong:
            print(f"wrong: {name} {kind}: {code}")
        for name, code in found.loud:
            print(f"cause of a good pilot: {name}: {code}")
    if folder:
        write(figures, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
