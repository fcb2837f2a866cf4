"""Text over the limit of a message: its head and tail, whole lines, with no secret cut in two."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.text.excerpt import HeadAndTail, excerpt
from PilotLoggingDIRAC.pilotlog.text.redaction import redactor

NOW = datetime(2026, 11, 21, 12, 0, 0)


def arrived(text, limit, step=1000):
    held = HeadAndTail(limit)
    for start in range(0, len(text), step):
        held.add(text[start : start + step])
    return held


def cut(text, limit=2000, step=1000):
    return excerpt(arrived(text, limit, step), NOW, redactor.default().open_bytes)


@given(st.lists(st.binary(max_size=30), max_size=30), st.integers(0, 100))
def test_what_is_held_is_bounded_and_whole_up_to_the_limit(pieces, limit):
    held, text = HeadAndTail(limit), b"".join(pieces)
    for piece in pieces:
        held.add(piece)
        assert held.held_bytes <= limit + 30
    assert held.size == len(text) and held.is_whole == (len(text) <= limit)
    if held.is_whole:
        assert held.whole() == text
    else:
        assert text.startswith(held.head()) and text.endswith(held.tail())
        assert len(held.head()) == limit // 2 and len(held.tail()) == min(limit - limit // 2, len(held.tail()))


@given(st.text("ab\né", max_size=300).map(str.encode), st.integers(0, 200), st.integers(1, 50))
def test_head_mark_and_tail_account_for_every_byte(text, limit, step):
    found = cut(text, limit, step)
    if len(text) <= limit:
        assert (found.text, found.missing_bytes) == (text, 0)
        return
    found.text.decode()
    head, _, rest = found.text.partition(b"2026-11-21T12:00:00.000000Z WARN [PilotLogging] ")
    told, _, tail = rest.partition(b"\n")
    assert told.startswith(b"%d bytes of a message are missing here: " % found.missing_bytes)
    kept = len(text) - found.missing_bytes - len(tail)
    assert text.endswith(tail) and head in (text[:kept], text[:kept] + b"\n")


def test_text_that_is_forgotten_is_only_counted():
    held = arrived(b"x" * 5000, 2000)
    held.forget()
    held.add(b"x" * 5000)
    assert (held.size, held.held_bytes) == (10_000, 0)


def test_the_mark_has_the_time_of_the_line_before_it():
    text = b"".join(b"2026-11-21T08:00:%02d.5Z INFO x\n" % (number % 60) for number in range(200))
    assert b"\n2026-11-21T08:00:32.500000Z WARN [PilotLogging] " in cut(text).text


@pytest.mark.parametrize("time", [b"2026-99-21T08:00:00.5Z INFO x\n", b"no time\n"])
def test_without_a_time_it_has_that_of_its_reception(time):
    assert b"\n2026-11-21T12:00:00.000000Z WARN [PilotLogging] " in cut(time * 300).text


def test_of_a_line_without_end_the_head_is_kept():
    found = cut("é".encode() * 5000)
    assert found.text.startswith("é".encode() * 498 + b"\n2026") and found.text.endswith(b"limit of 2000\n")


KEY = b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIEpAIBAAKCAQEAabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV\n" * 40
KEY += b"-----END RSA PRIVATE KEY-----\n"
FILLING = b"an ordinary line of text\n"


@pytest.mark.parametrize("before", range(400, 1100, 10))
def test_a_key_that_is_cut_leaves_none_of_its_lines_in_the_tail(before):
    """Wherever the cut is: before the key, in it, or after it."""
    limit = 12_000
    text = FILLING * before + KEY + FILLING * 200
    found = cut(text, limit)
    stored, _ = redactor.default().redact(b"", found.text)
    assert b"KCAQEA" not in stored
    assert stored.endswith(FILLING * 100)
    assert text.endswith(found.text.rpartition(b"limit of 12000\n")[2])


def test_a_secret_in_the_kept_text_is_seen():
    text = b"password=hunter2hunter2\n" + FILLING * 1000 + b"password=hunter2hunter2\n"
    stored, _ = redactor.default().redact(b"", cut(text).text)
    assert b"hunter2" not in stored and stored.count(b"[redacted:") == 2
