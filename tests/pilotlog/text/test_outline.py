"""The grammar of log lines, by the file that the page's ``tests/web/shared/grammar.test.js`` reads too."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.text.outline import Outline
from PilotLoggingDIRAC.pilotlog.text.terminal_lines import TerminalText, overview, pieces, squeezed

LINES = json.loads((Path(__file__).parents[2] / "log_lines.json").read_text())
KINDS = {"DEBUG": "debug", "VERBOSE": "debug", "WARN": "warn", "WARNING": "warn"}
ERROR = "2026-11-21T08:10:11.123456Z ERROR [InstallDIRAC] It failed"


def outline_of(*lines: str) -> Outline:
    outline = Outline()
    outline.feed("".join(f"{line}\n" for line in lines).encode())
    return outline


def as_entry(piece):
    head = piece.header
    kind = "error" if head and head.error else head and KINDS.get(head.level, "info")
    return {
        "text": piece.text.decode(),
        "header": head and {**asdict(head), "kind": kind},
        "earlier": [text.decode() for text in piece.earlier],
    }


def expected_pieces(entry):
    return entry.get("pieces", [{"text": entry["line"], "header": entry["header"], "earlier": []}])


def warns(entry):
    return any(piece["header"] and piece["header"]["kind"] == "warn" for piece in expected_pieces(entry))


@pytest.mark.parametrize("entry", LINES, ids=lambda entry: entry["line"][:40] or "empty")
def test_line_is_what_the_page_takes_it_for(entry):
    found = outline_of(entry["line"])
    phases = [asdict(phase) for phase in found.phases]
    assert phases == ([{"line": 0} | entry["phase"]] if entry["phase"] else [])
    assert found.errors == [0] * entry["error"]
    assert found.warnings == [0] * warns(entry)
    assert found.gaps == [0] * entry["gap"]
    assert [as_entry(piece) for piece in pieces(entry["line"].encode())] == expected_pieces(entry)


def test_lines_are_counted_from_the_start_of_the_text():
    found = outline_of(*(entry["line"] for entry in LINES))
    assert found.errors == [number for number, entry in enumerate(LINES) if entry["error"]]
    assert found.warnings == [number for number, entry in enumerate(LINES) if warns(entry)]
    assert found.gaps == [number for number, entry in enumerate(LINES) if entry["gap"]]
    assert [phase.line for phase in found.phases] == [number for number, entry in enumerate(LINES) if entry["phase"]]
    assert found.lines == len(LINES)


@given(st.data())
def test_outline_is_the_same_however_the_text_is_cut(data):
    text = "".join(f"{entry['line']}\n" for entry in LINES).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    outline = Outline()
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        outline.feed(text[start:end])
    whole = outline_of(*(entry["line"] for entry in LINES))
    lists = ("errors", "warnings", "gaps", "phases")
    assert [getattr(outline, name) for name in lists] == [getattr(whole, name) for name in lists]
    assert outline.lines == whole.lines


@pytest.mark.parametrize("step", [1, 7, 3000, 10**6])
def test_header_behind_17_kb_of_a_progress_bar_is_found_in_any_messages(step):
    text = ("first\n" + "".join(f"{n:5} of 3000\r" for n in range(1300)) + "50%" + ERROR + "\nlast\n").encode()
    outline = Outline()
    for start in range(0, len(text), step):
        outline.feed(text[start : start + step])
    assert (outline.errors, outline.lines) == ([1], 3)


def test_line_that_has_not_ended_is_in_the_whole_outline_once():
    outline = Outline()
    outline.feed(f"one\n50%{ERROR}".encode())
    assert (outline.errors, outline.whole().errors) == ([], [1])
    outline.feed(b"\n")
    assert (outline.errors, outline.whole().errors) == ([1], [1])


def test_long_line_keeps_its_last_state_and_the_pilots_lines():
    progress = "".join(f"\r{n:5} of 3000" for n in range(3000))
    line = f"{progress}{ERROR}{progress}".encode()
    short = squeezed(line, 1000)
    assert len(short) <= 1000
    assert [piece.text.decode() for piece in pieces(short)] == [" 2999 of 3000", ERROR, " 2999 of 3000"]
    assert pieces(short)[-1].earlier[-1] == b" 2998 of 3000"


@given(
    st.lists(
        st.sampled_from(
            ["\r", "1%", " ", "\t\x1b[0;1m", "\x1b[K", ERROR, "longer text ", "\r2026-11-21 08:10:11 INFO x"]
        ),
        max_size=40,
    )
)
def test_long_line_shows_what_the_whole_line_shows(parts):
    line = "".join(parts).encode()
    shown = [piece.text for piece in pieces(line)]
    found = [piece.text for piece in pieces(squeezed(line, max(sum(map(len, shown)) + len(shown), 1)))]
    assert found == shown


def test_states_of_a_long_line_take_no_time():
    line = b"1\r" * 500_000 + ERROR.encode() + b"\r2" * 500_000
    began = time.process_time()
    assert [piece.text for piece in pieces(squeezed(line, 16384))] == [b"1", ERROR.encode(), b"2"]
    assert time.process_time() - began < 1.0  # one by one they take longer


@pytest.mark.parametrize("blank", [b"\r", b" \r", b"\t\x1b[K\r"])
def test_blank_states_of_a_long_line_are_not_looked_at_one_by_one(blank):
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "c_call"

    for start, shown in ((b"", b""), (b"50%\r", b"50%")):
        line = start + blank * (2**20 // len(blank))
        sys.setprofile(count)
        short = squeezed(line, 1000)
        sys.setprofile(None)
        assert [piece.text for piece in pieces(short)] == [shown]
    assert calls < 5000


def test_long_line_without_states_is_cut_at_its_end():
    assert squeezed(b"x" * 100, 15) == b"x" * 15


def test_line_of_plain_text_says_how_many_states_are_left_out():
    assert overview(b"1%\r2%\r3%\r") == b"3% [2 earlier states of this line]"


def displayed(*texts, flushed=False):
    display, shown = TerminalText(), ""
    for text in texts:
        shown += display.feed(text) + (display.flush() if flushed else "")
    return shown + display.flush()


def test_terminal_text_begins_a_line_at_each_header_and_shows_the_last_state():
    text = f"one\r\n1%\r2%\r3%\n50%{ERROR}\nend"
    expected = f"one\n3% [2 earlier states of this line]\n50%\n{ERROR}\nend"
    assert displayed(text) == displayed(*text) == expected


def test_followed_progress_is_shown_as_it_comes_each_state_on_a_line():
    assert displayed("1%\r", "2%\r", "3%", " done\n", "next", flushed=True) == "1%\n2%\n3% done\nnext"


@given(st.lists(st.text("a\n", max_size=5)))
def test_terminal_text_without_states_is_the_text(texts):
    assert displayed(*texts) == displayed(*texts, flushed=True) == "".join(texts)
