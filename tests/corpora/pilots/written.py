"""Logs written one by one by another author, who had not seen the rules: those that are read to better rules, and the rest.

The author's labels give a cause by the code of a rule, and further codes that are as right.
"""

import csv
import functools
import tarfile
from dataclasses import dataclass
from pathlib import Path

from PilotLoggingDIRAC.pilotlog.diagnose import standard

from .logs import Log

FOLDER = Path(__file__).parent / "written"
#: Logs with odd numbers may be read, those with even ones may not.
PARTS = ("written", "written-unread")


@dataclass(frozen=True)
class Label:
    """The truth about a log. Lines count from 1; a good log has the line 0."""

    log: str
    good: bool
    kind: str
    party: str
    line: int
    sentence: str


def logs(part):
    """Yield the logs of a part, without the few for which there is no code."""
    for row in labels():
        if row["code"] != "unknown" and part == PARTS[_number(row["log"]) % 2 == 0]:
            codes = frozenset((row["code"], *row["also"].split())) - {"none"}
            yield Log(row["log"], _texts()[row["log"]], _label(row), codes)


def labels():
    """Return all labels, as their file has them."""
    with (FOLDER / "labels.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _number(name):
    return int(name.partition("/")[2].partition("-")[0])


def _label(row):
    good = row["code"] == "none"
    party = "-" if good else str(standard().by_code[row["code"]].party).lower()
    return Label(row["log"], good, row["kind"], party, int(row["line"] or 0), row["sentence"])


@functools.cache
def _texts():
    with tarfile.open(FOLDER / "logs.tar.xz") as file:
        return {member.name: file.extractfile(member).read().decode("utf-8", "replace") for member in file}
