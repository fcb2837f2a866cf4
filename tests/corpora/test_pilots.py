"""The corpus of pilots' logs is what its labels say."""

import csv
from collections import Counter
from dataclasses import asdict

import pytest

from tests.corpora.pilots.logs import HERE, PARTS, labels, logs, parts
from tests.corpora.pilots.script import PARTIES

PARTS_THERE = parts()


@pytest.fixture(scope="module", params=PARTS_THERE)
def part(request):
    """A part: its name and its logs."""
    return request.param, list(logs(request.param))


def test_logs_are_those_that_were_labelled(part):
    """The figures of a diagnosis are comparable: neither the texts nor their labels changed by accident."""
    name, made = part
    labelled = {row["log"]: row for row in labels(name)}
    assert [log.name for log in made] == list(labelled)
    changed = [
        log.name for log in made if {key: str(value) for key, value in asdict(log.label).items()} != labelled[log.name]
    ]
    assert changed == []


def test_labels_point_to_existing_lines(part):
    for log in part[1]:
        lines = log.text.split("\n")
        if log.label.good:
            assert (log.label.line, log.label.party) == (0, "-")
        else:
            assert lines[log.label.line - 1].strip(), log.name
            assert log.label.party in PARTIES[:-1]
        if log.label.consequence:
            assert lines[log.label.consequence_line - 1].strip(), log.name
            assert log.label.line < log.label.consequence_line < len(lines)


def test_every_kind_is_explained(part):
    explained = set()
    for name in PARTS_THERE[: PARTS_THERE.index(part[0]) + 1]:
        with (HERE / name / "kinds.csv").open(newline="") as file:
            explained |= {row["kind"] for row in csv.DictReader(file)}
    used = {log.label.kind for log in part[1]} | {log.label.consequence for log in part[1]} - {""}
    assert used <= explained


def test_there_is_enough_of_everything():
    counts = Counter()
    for part in PARTS_THERE:
        for row in labels(part):
            counts[part, "good" if row["good"] == "True" else "two" if row["consequence"] else "one"] += 1
    for (part, what), least in {("seen", "one"): 150, ("seen", "two"): 25, ("seen", "good"): 50}.items():
        assert counts[part, what] >= least
    if "unseen" in PARTS_THERE:
        assert sum(counts.values()) >= 320
        assert sum(count for (part, _), count in counts.items() if part == "unseen") * 3 >= sum(counts.values())


def test_unseen_part_has_kinds_of_its_own():
    if "unseen" not in PARTS_THERE:
        pytest.skip("the other part is not there")
    seen, unseen = ({row["kind"] for row in labels(part) if row["good"] == "False"} for part in PARTS)
    assert len(unseen - seen) >= 15
