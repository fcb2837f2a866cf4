"""Text for terminals: what they would obey is shown, whatever the text and however it is cut."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.text.terminal import harmless, message, one_line

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
ANYTHING = st.text(st.characters(codec=None, exclude_categories=())) | st.text("\x1b[]0;m\r\n\t\x07\x9b\u202eab")


@pytest.mark.parametrize(("text", "shown"), [
    ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
    ("\x1b]52;c;Y2FsYw==\x1b\\", r"\x1b]52;c;Y2FsYw==\x1b" + "\\"),
    ("\x9b2J\x90q", r"\x9b2J\x90q"),
    ("all well\rERROR  ", r"all well\rERROR  "),
    ("password\b\b\b\x7f", r"password\x08\x08\x08\x7f"),
    ("\u202etxt.exe\u2066x\u200f", r"\u202etxt.exe\u2066x\u200f"),
    ("a\u2028b\u0085c", r"a\u2028b\x85c"),
    ("\ud83d", r"\ud83d"),
    ("tab\tand\nnew line λ 日本 🙂", "tab\tand\nnew line λ 日本 🙂"),
])  # fmt: skip
def test_what_a_terminal_would_obey_is_shown(text, shown):
    assert harmless(text) == shown


@given(ANYTHING)
def test_nothing_that_a_terminal_obeys_comes_out(text):
    out = harmless(text)
    unsafe = [hex(ord(character)) for character in out if (ord(character) < 0x20 and character not in "\n\t")
              or 0x7F <= ord(character) <= 0x9F or unicodedata.bidirectional(character) in BIDI]  # fmt: skip
    assert unsafe == []
    out.encode()


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters="\n\t")))
def test_what_is_no_danger_stays(text):
    assert harmless(text) == text


@given(ANYTHING, st.integers(0, 40))
def test_text_may_be_cut_anywhere(text, at):
    assert harmless(text[:at]) + harmless(text[at:]) == harmless(text)


@given(ANYTHING)
def test_a_name_is_one_line(text):
    assert not set(one_line(text)) & set("\n\t\r")
    assert one_line(text).splitlines() in ([], [one_line(text)])


@given(ANYTHING)
def test_a_message_is_one_short_line_without_markup(text):
    shown = message(text)
    assert not set(shown) & set("<>&\n\r\t\x1b")
    assert len(shown) <= 500


@pytest.mark.parametrize("text", ["x" * 100, "\x1b" * 100, "\x1b[31mλ\n\u202e🙂" * 12])
def test_the_time_it_takes_is_linear(text):
    def seconds(times):
        started = time.process_time()
        harmless(text * times)
        return time.process_time() - started

    seconds(1000)
    assert seconds(40_000) < 40 * 8 * max(seconds(1000), 0.001)
