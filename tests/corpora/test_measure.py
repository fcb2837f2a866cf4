"""The diagnosis is as right as the documentation says, on the part of the corpus that rules may be bettered with."""

import csv
from pathlib import Path

import pytest

from PilotLoggingDIRAC.pilotlog.diagnose import standard
from tests.corpora.measure import NO_CAUSE, accuracy, codes, measure, write

DOCS = Path(__file__).parents[2] / "docs/developer"


@pytest.fixture(scope="module")
def seen():
    return measure("seen")


def test_failed_pilots_have_the_right_first_cause(seen):
    assert seen.failed > 200
    assert seen.right / seen.failed >= 0.95, seen.wrong


def test_good_pilots_have_no_cause(seen):
    assert seen.good > 50
    assert len(seen.loud) / seen.good <= 0.01, seen.loud


def test_written_logs_that_rules_may_be_bettered_with_have_the_right_first_cause():
    found = measure("written")
    assert found.failed > 100
    assert found.right / found.failed >= 0.95, found.wrong
    assert found.good > 30
    assert found.loud == []


def test_tables_of_the_documentation_are_those_of_these_rules(seen, tmp_path):
    """``python -m tests.corpora.measure docs/developer`` makes them anew."""
    write([seen], tmp_path)
    assert set(rows(tmp_path / "confusion.csv")) <= set(rows(DOCS / "confusion.csv"))
    assert tuple(map(str, accuracy([seen])[1])) in rows(DOCS / "accuracy.csv")


def test_accepted_codes_are_codes_of_rules():
    assert {code for accepted in codes().values() for code in accepted} <= {*standard().by_code, NO_CAUSE}


def rows(path):
    with path.open(newline="") as file:
        return [tuple(row) for row in csv.reader(file)]
