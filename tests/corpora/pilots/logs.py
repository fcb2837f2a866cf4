"""The logs: every case of a part in a run of its own, with noise that does not matter, and their labels.

``python -m tests.corpora.pilots.logs seen FOLDER`` writes the logs and ``labels.csv``.
"""

import csv
import hashlib
import random
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from . import agent, script, stages
from .run import Ended, Run
from .world import World

HERE = Path(__file__).parent
PARTS = ("seen", "unseen")


@dataclass(frozen=True)
class Label:
    """The truth about a log. Lines count from 1; 0 and empty words: there is none."""

    log: str
    good: bool
    kind: str
    party: str
    line: int
    consequence: str
    consequence_line: int
    sentence: str
    sha256: str


@dataclass(frozen=True)
class Log:
    """A log and its label; ``codes`` are right besides those that its kind accepts."""

    name: str
    text: str
    label: Label
    codes: frozenset[str] = frozenset()


def parts():
    """Return the names of the parts that are there."""
    return [part for part in PARTS if (HERE / part / "labels.csv").exists()]


def logs(part):
    """Yield the logs of a part, always the same ones."""
    noise = script.read(HERE / part / "noise.txt")
    number = 0
    for path in sorted((HERE / part).glob("cases_*.txt")):
        for case in script.read(path):
            for copy in range(case.number("n", 1)):
                number += 1
                yield of_case(f"{part}-{number:03}", part, case, copy, noise)


def of_case(name, part, case, copy, noise):
    """Return the log of a case; each copy is another pilot's, at another place."""
    source = random.Random(f"{part} {case.kind} {case.sentence} {copy}")
    world = World(source, case, part)
    run = Run(source, world, case, source.sample(noise, case.number("noise", source.choice((0, 1, 2, 3, 5)))))
    _write(run)
    text = "\n".join(run.lines) + "\n"
    label = Label(
        *(name, case.kind.startswith("good"), case.kind, case.party, run.marks.get(">", 0), case.consequence),
        *(run.marks.get(">>", 0), run.fill(case.sentence), hashlib.sha256(text.encode()).hexdigest()[:16]),
    )
    return Log(name, text, label)


def _write(run):
    try:
        stages.whole(run)
    except Ended as ended:
        end = str(ended)
        if end == "agentfail":
            run.pilot("Error executing the JobAgent [ERROR 1]", "ERROR")
        if end in ("exit", "agentfail"):
            stages.give_up(run)
        if end == "done":
            agent.stopped(run)
    else:
        if run.case.end not in ("go", "nextjob"):
            raise ValueError(f"{run.case.kind}: {run.case.point} was not passed")
    split = "\n".join(run.lines).split("\n")
    run.marks = {mark: _line(run.lines, at) for mark, at in run.marks.items()}
    run.lines = split
    if sought := run.case.options.get("root", "").replace("_", " "):
        run.marks[">"] = next(number for number, line in enumerate(split, 1) if sought in line)


def _line(lines, at):
    """Return the line of a text that an entry of the list begins at: entries may have several lines."""
    return sum(entry.count("\n") + 1 for entry in lines[: at - 1]) + 1


def labels(part):
    """Return the labels of a part, as its file has them."""
    with (HERE / part / "labels.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def write_labels(part, path):
    """Write the labels of a part as CSV."""
    rows = [asdict(log.label) for log in logs(part)]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(part, folder):
    """Write the logs of a part and their labels into a folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for log in logs(part):
        (folder / f"{log.name}.log").write_text(log.text)
    write_labels(part, folder / "labels.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
