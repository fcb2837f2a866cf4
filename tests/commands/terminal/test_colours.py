"""Colours, which only a terminal gets."""

import io
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import pytest

from PilotLoggingDIRAC.commands.terminal import colours, console

RED, GREEN, CYAN, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[0m"
ERROR = "2026-11-26T10:00:00.000000Z ERROR [InstallDIRAC] \x1b[2J no space"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self):
        """Return True."""
        return True


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


@contextmanager
def output(stream):
    with redirect_stdout(stream), redirect_stderr(stream):
        yield stream


def show_all():
    rows = [["a1", "failed", "7"], ["b2", "succeeded", "1,000"]]
    console.table(("Stamp", "Outcome", "Lines"), rows, ("Lines",), {"Outcome": colours.of_outcome})
    console.complain("It failed", "why")
    console.beside("a1 |", colours.CYAN, ERROR)


def test_outcomes_errors_and_marks_have_colours(environment):
    with output(Terminal()) as shown:
        show_all()
    text = shown.getvalue()
    assert f"{RED}failed" in text and f"{GREEN}succeeded" in text
    assert f"{RED}It failed: why{PLAIN}" in text
    assert f"{CYAN}a1 |{PLAIN} {RED}2026-11-26T10:00:00.000000Z ERROR" in text
    assert "\\x1b[2J no space" in text, "a pilot's own sequences are escaped all the same"


def test_columns_of_a_table_stay_where_they_are():
    with output(Terminal()) as coloured:
        show_all()
    with output(io.StringIO()) as plain:
        show_all()
    text = coloured.getvalue()
    for escape in (RED, GREEN, CYAN, PLAIN):
        text = text.replace(escape, "")
    assert text.replace("\r\x1b[K", "") == plain.getvalue()


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colours_gets_none(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with output(Terminal()) as shown:
        show_all()
    assert not {RED, GREEN, CYAN} & {shown.getvalue()[n : n + 5] for n in range(len(shown.getvalue()))}


def test_what_is_no_terminal_gets_no_colours():
    with output(io.StringIO()) as shown:
        show_all()
    assert "\x1b" not in shown.getvalue() and "failed" in shown.getvalue()
