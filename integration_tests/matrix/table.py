"""The table of platforms that the guide shows: a file of rows, of which those of a run are replaced."""

import csv
from dataclasses import astuple, dataclass
from pathlib import Path

_HEAD = ("Platform", "Tested", "Result", "Date")


@dataclass(frozen=True)
class Row:
    """The outcome of a part."""

    platform: str
    tested: str
    result: str
    date: str

    def __str__(self):
        return f"{self.platform:28} {self.tested:36} {self.result:60} {self.date}"


def read(path: Path):
    """Return the rows by platform."""
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        _, *rows = csv.reader(file)
    return {row[0]: Row(*row) for row in rows}


def write(path: Path, rows):
    """Write the rows in their order."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEAD)
        writer.writerows(map(astuple, rows))
