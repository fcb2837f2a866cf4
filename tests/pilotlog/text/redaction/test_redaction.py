"""Redaction, measured on the corpus: what is found, what is left, what a split lets through, the time it takes."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.text.redaction.carry import Carry
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor, default
from PilotLoggingDIRAC.pilotlog.text.redaction.swallow import BARE, Opened
from tests.pilot_texts import Texts
from tests.pilotlog.text.redaction import redaction_corpus as corpus
from tests.pilotlog.text.redaction.redaction_hostile import HOSTILE

SEEDS = (1, 2)
MiB = 1024 * 1024


def redacted(*texts, redactor=None):
    """Return what is stored of the messages of one log."""
    carry, stored = b"", []
    for text in texts:
        out, carry = (redactor or default()).redact(carry, text)
        assert len(carry) <= 1000
        stored.append(out)
    return b"".join(stored)


def shown(text, redactor=None):
    return redacted(text.encode(), redactor=redactor).decode()


class TestCorpus:
    def test_every_secret_of_the_corpus_is_found_whole(self):
        cases = [case for seed in SEEDS for case in corpus.secrets(seed)]
        missed = [case.name for case in cases if corpus.leaked(case, shown(case.text))]
        print(f"recall: {len(cases) - len(missed)} of {len(cases)}")
        assert missed == []

    @pytest.mark.parametrize("seed", SEEDS)
    def test_the_rest_of_the_line_stays(self, seed):
        for case in corpus.secrets(seed):
            out = shown(case.text)
            assert "[redacted:" in out, case.name
            if case.text.startswith(("2026", "    ", "export", "run", "> ")):
                assert out[:4] == case.text[:4], case.name
            if case.text.endswith(("--verbose\n", "; run\n", "sent\n", "HTTP/1.1\n")):
                assert out.split()[-1] == case.text.split()[-1], case.name

    def test_no_ordinary_line_is_changed(self):
        texts = Texts(1)
        lines = [
            line for _ in range(30) for line in (texts.message(300) + texts.environment()).splitlines(keepends=True)
        ]
        alarms = [line for line in lines if shown(line) != line]
        print(f"false alarms: {len(alarms)} of {len(lines)} lines")
        assert alarms == []

    def test_ordinary_messages_and_certificates_are_not_changed(self):
        texts = Texts(2)
        for _ in range(50):
            message = texts.message(50) + texts.certificate() + texts.environment()
            assert shown(message) == message

    def test_nothing_is_redacted_twice(self):
        for case in corpus.secrets(3):
            once = shown(case.text)
            assert shown(once) == once, case.name


def split_cases():
    """One case of each form, and some names more."""
    chosen, names = [], random.Random(5)
    for case in corpus.secrets(4):
        if ": " not in case.name or case.name.endswith(": TOKEN") or names.random() < 0.1:
            chosen.append(case)
    return chosen


class TestSplit:
    def test_a_secret_split_at_any_point_lets_no_more_through_than_is_stated(self):
        worst = {}
        for case in split_cases():
            raw = case.text.encode()
            step = 1 if len(raw) < 1000 else 7
            for cut in range(0, len(raw), step):
                seen = corpus.leaked(case, redacted(raw[:cut], raw[cut:]).decode())
                worst[case.name] = max(worst.get(case.name, 0), seen)
                assert seen <= case.partly, (case.name, cut)
        print("most characters of a secret that a split let through:", {n: w for n, w in worst.items() if w})

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 31])
    def test_secrets_that_come_in_crumbs_are_found(self, size):
        for case in split_cases():
            if len(case.text) < 2500:
                raw = case.text.encode()
                out = redacted(*(raw[at : at + size] for at in range(0, len(raw), size))).decode()
                assert corpus.leaked(case, out) <= max(case.partly, 8), (case.name, size)

    def test_ordinary_lines_come_through_a_split_between_them(self):
        texts = Texts(6)
        lines = [line.encode() for line in texts.message(2000).splitlines(keepends=True)]
        assert redacted(*lines) == b"".join(lines)

    def test_a_killed_pilot_loses_nothing_but_its_secret(self):
        assert redacted(b"Working in /tmp and then TOKEN=abc") == b"Working in /tmp and then TOKEN=[redacted:secret]"
        assert redacted(b"half a li") == b"half a li"

    def test_a_key_without_end_swallows_no_other_lines(self):
        whole, _ = corpus.Makers(1).key()
        begun = whole[: len(whole) // 2].encode()
        other = Texts(1).message(40).encode()
        assert redacted(begun, b"\n" + other).endswith(other)
        assert redacted(begun + b"\n" + other).endswith(other)


@st.composite
def cut_texts(draw):
    """A text with and without secrets, in pieces; each part of the text begins a line, as it may end without one."""
    make, texts = corpus.Makers(draw(st.integers(0, 50))), Texts(draw(st.integers(0, 50)))
    cases = [next(corpus.named(make, "API_TOKEN")), *corpus.urls(make), *corpus.known_by_beginning(make)]
    parts = draw(st.lists(st.one_of(st.sampled_from(cases), st.just(None)), min_size=1, max_size=6))
    words = [part.text if part else texts.line() for part in parts]
    words[:-1] = [word.removesuffix("\n") + "\n" for word in words[:-1]]
    raw = "".join(words).encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=5)))
    pieces = [raw[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    return [part for part in parts if part], pieces


@settings(max_examples=300, deadline=None)
@given(cut_texts())
def test_pieces_let_no_more_through_than_is_stated(cut):
    cases, pieces = cut
    out = redacted(*pieces).decode()
    for case in cases:
        assert corpus.leaked(case, out) <= max(case.partly, 8)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text("abc xyz=:/.,-_\"'\\%{}[]()\n019é", max_size=80), max_size=5))
def test_text_without_the_words_of_secrets_is_kept_byte_for_byte(texts):
    pieces = [text.encode() for text in texts if "://" not in text]
    joined = b"".join(pieces)
    if b"://" not in joined and b"%3A" not in joined:
        assert redacted(*pieces) == joined


_BITS = ["token", "=", ":", '"', "'", '\\', " ", "\n", "abc12345", "-----BEGIN PRIVATE KEY-----",
         "-----END PRIVATE KEY-----", "eyJhbGciOiJ9.eyJ", "https://", "a:b@", "dG9rZW4", "bearer ", "%22",
         "--", "[redacted:secret]", "MIIE", "é", "password"]  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(_BITS), max_size=25), st.integers(0, 100))
def test_whatever_comes_is_taken_and_stays_text(bits, cut):
    raw = "".join(bits)
    out = redacted(raw[:cut].encode(), raw[cut:].encode()).decode()
    assert redacted(out.encode()).decode().count("\n") <= raw.count("\n") + 25


class TestTime:
    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_time_is_linear_in_hostile_text(self, text):
        """Eight times the text takes eight times as long; it took 64 times as long if each step looked at all of it."""
        size = 64 * 1024
        limit = min(2, 20 * seconds(text, size) + 0.05)
        assert any(seconds(text, 8 * size, runs=1) < limit for _ in range(3))

    def test_a_heading_of_many_cells_of_which_one_is_a_number_takes_no_time(self):
        """One more cell took six times as long; seven took 14 s."""
        table = b"| password      |" + b" name     |" * 7 + b" 1\n| x | y\n"
        began = time.process_time()
        redacted(table)
        assert time.process_time() - began < 1

    def test_a_pattern_that_would_run_wild_is_linear_too(self):
        from PilotLoggingDIRAC.pilotlog.text.redaction.rules.own import compiled

        own = compiled({"Wild": "(x+x+)+y", "Long": "x(.*y)?"}, pytest.fail)
        redactor = Redactor(own)
        little, much = seconds(b"x", MiB // 16, redactor), seconds(b"x", MiB, redactor)
        assert much < 64 * little + 0.05, "16 times the text takes a quadratic pattern 256 times as long"


def seconds(text, size, redactor=None, runs=3):
    """The shortest of some runs."""
    raw, taken = (text * (size // len(text) + 1))[:size], []
    for _ in range(runs):
        started = time.process_time()
        (redactor or default()).redact(b"", raw)
        taken.append(time.process_time() - started)
    return min(taken)


def test_a_carry_of_the_version_before_is_read_and_one_of_a_later_version_is_not():
    packed = Carry(b"a", Opened(b"secret", BARE)).dump()
    assert Carry.load(bytes([packed[0] - 1]) + packed[1:]) == Carry.load(packed) != Carry()
    assert Carry.load(bytes([packed[0] + 1]) + packed[1:]) == Carry()


@pytest.mark.parametrize("size", [7, 40])
def test_the_lines_of_a_table_are_hidden_however_the_text_is_split_behind_its_heading(size):
    text = (
        "| user | password |\n+------+-----+\n| bob | aB3dE6gH9 |\n"
        "| eve | xY1zW2vU3 |\n+------+-----+\nnext\nlast line\n"
    )
    begin = text.index("bob")
    out, carry = default().redact(b"", text[:begin].encode())
    for at in range(begin, len(text), size):
        stored, carry = default().redact(carry, text[at : at + size].encode())
        out += stored
    assert b"B3dE6gH9" not in out
    assert b"zW2vU3" not in out
    assert out.endswith(b"last line\n")


class Counted(Redactor):
    """A redactor that counts its steps."""

    steps = 0

    def redact(self, carry, text):
        self.steps += 1
        return super().redact(carry, text)


def test_the_end_of_secrets_that_begin_one_in_the_other_is_found_in_a_bounded_number_of_steps():
    begin, key, rest = (
        b"-----BEGIN PRIVATE KEY-----\n",
        b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n" * 20,
        b"a line\n" * 20_000,
    )
    redactor, text = Counted(), begin * 75_000 + key + b"-----END PRIVATE KEY-----\n" + rest
    settled = redactor.open_bytes(begin, text)
    assert redactor.steps < 1200
    assert settled < len(text) and rest.endswith(text[settled:])
