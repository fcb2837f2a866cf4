"""Messages over the limit that are sent again, alone or with more after them, are known by what was sent."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog import lifecycle
from PilotLoggingDIRAC.pilotlog.model import Delivery, Log, State
from PilotLoggingDIRAC.pilotlog.receive.message import message
from PilotLoggingDIRAC.pilotlog.text import beginnings, sums
from PilotLoggingDIRAC.pilotlog.text.redaction import redactor
from tests.conftest import PILOT, line

LIMIT, BLOCK = 4096, 64
NOW = datetime(2026, 11, 21, 12, 0, 0)
TOLD = re.compile(rb"^\S+Z WARN \[PilotLogging\] .*\n", re.MULTILINE)


@pytest.fixture(autouse=True, scope="module")
def small_blocks():
    """Blocks that small texts have many of."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (sums, beginnings):
            patch.setattr(module, "BLOCK_BYTES", BLOCK)
        yield


class Sent:
    """A log that takes messages of which each has an answer of one delivery."""

    def __init__(self, delivery=Delivery.BROKEN):
        self.log, self.text, self.delivery = Log(1, PILOT, 1, State.RECEIVING, NOW, NOW), b"", delivery
        self.number = 0

    def take(self, text):
        """Take a message, a second after the one before."""
        self.number += 1
        batch = message(
            PILOT, json.dumps(text.decode()), LIMIT, NOW + timedelta(seconds=self.number),
            redactor.default().open_bytes, "192.0.2.7",
        )  # fmt: skip
        known = tuple((number, self.delivery) for number in range(1, self.number))
        taken = lifecycle.receive(self.log, [replace(batch, name=self.number, answers=known)])
        self.log = taken.log
        self.text += b"".join(chunk.text for chunk in taken.chunks)
        return taken.receipts[0]

    @property
    def lines(self):
        """The pilot's text, without lines of ours."""
        return TOLD.sub(b"", self.text)


def numbered(size, form=b"%07d of so many lines\n"):
    """Text without two equal lines."""
    return b"".join(form % number for number in range(size // 10))[:size]


LONG = numbered(3 * LIMIT)
STAMPED = b"".join(line(f"{number}") for number in range(400))


def test_over_the_limit_and_sent_again_it_is_stored_once_and_a_line_tells_of_it():
    log = Sent()
    first = log.take(LONG)
    stored = log.lines
    again = log.take(LONG)
    assert log.lines.strip() == stored.strip() and again.repeated_bytes == len(LONG)
    assert b"%d bytes are left out here: sent again" % len(LONG) in log.text
    assert first.stored_bytes < LIMIT + 200


@pytest.mark.parametrize("delivery", [*Delivery, None])
def test_with_time_stamps_it_is_stored_once_whatever_is_known_of_the_answer(delivery):
    log = Sent(delivery)
    log.take(STAMPED)
    stored = log.text
    assert log.take(STAMPED).stored_bytes == 0 and log.text == stored


@pytest.mark.parametrize("delivery", [Delivery.ARRIVED, Delivery.WAITING])
def test_what_is_printed_again_is_kept_each_time(delivery):
    log = Sent(delivery)
    sizes = {log.take(LONG).stored_bytes for _ in range(5)}
    assert len(sizes) == 1 and log.text.count(b"0000000 of") == 5


@pytest.mark.parametrize("size", [*range(100, 2 * LIMIT, 331), LIMIT, LIMIT + 1, 2 * LIMIT])
@pytest.mark.parametrize("more", [1, 100, LIMIT // 2, LIMIT, 3 * LIMIT])
def test_sent_again_with_more_behind_no_line_is_there_twice_and_every_byte_is_counted(size, more):
    text = numbered(size + more)
    log = Sent()
    log.take(text[:size])
    log.take(text)
    _check(log, text)


def _check(log, text):
    """No line of the text is stored twice, and what is not stored is counted; a line of ours may begin with a break."""
    numbers = re.findall(rb"^\d{7}(?=\D)", log.lines, re.MULTILINE)
    assert len(numbers) == len(set(numbers))
    breaks = len(log.lines) - (len(text) - log.log.missing_bytes)
    assert 0 <= breaks <= len(TOLD.findall(log.text))


@given(st.lists(st.integers(1, 2 * LIMIT), min_size=1, max_size=4), st.integers(0, 30))
def test_a_buffer_that_grows_while_no_answer_arrives_is_stored_once(grown, width):
    ends = [sum(grown[: number + 1]) for number in range(len(grown))]
    text = numbered(ends[-1], b"%07d" + b"x" * width + b"\n")
    assume(not any(LIMIT // 2 - BLOCK - width < end < LIMIT // 2 for end in ends))
    log = Sent()
    for end in ends:
        log.take(text[:end])
    _check(log, text)


def test_two_that_differ_where_neither_is_kept_are_two():
    middle = len(LONG) // 2
    other = LONG[:middle] + b"?" + LONG[middle + 1 :]
    log = Sent()
    assert log.take(LONG).stored_bytes == log.take(other).stored_bytes
    assert log.text.count(b"0000000 of") == 2


def test_two_that_differ_at_the_end_are_two():
    log = Sent()
    assert log.take(LONG[:-1]).stored_bytes == log.take(LONG[:-2] + b"?").stored_bytes
