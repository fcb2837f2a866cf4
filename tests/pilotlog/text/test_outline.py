"""The grammar of log lines, by the file that the page's ``tests/web/grammar.test.js`` reads too."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from PilotLoggingDIRAC.pilotlog.text.outline import Outline

LINES = json.loads((Path(__file__).parents[2] / "log_lines.json").read_text())


def outline_of(*lines: str) -> Outline:
    outline = Outline()
    outline.feed("".join(f"{line}\n" for line in lines).encode())
    return outline


@pytest.mark.parametrize("entry", LINES, ids=lambda entry: entry["line"][:40] or "empty")
def test_line_is_what_the_page_takes_it_for(entry):
    found = outline_of(entry["line"])
    phases = [asdict(phase) for phase in found.phases]
    assert phases == ([{"line": 0} | entry["phase"]] if entry["phase"] else [])
    assert found.errors == [0] * entry["error"]
    assert found.gaps == [0] * entry["gap"]


def test_lines_are_counted_from_the_start_of_the_text():
    found = outline_of(*(entry["line"] for entry in LINES))
    assert found.errors == [number for number, entry in enumerate(LINES) if entry["error"]]
    assert found.gaps == [number for number, entry in enumerate(LINES) if entry["gap"]]
    assert [phase.line for phase in found.phases] == [number for number, entry in enumerate(LINES) if entry["phase"]]
    assert found.lines == len(LINES)
