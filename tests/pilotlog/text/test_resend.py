"""Text sent again is recognised; honest repetition is kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.model import Delivery
from PilotLoggingDIRAC.pilotlog.text import resend
from PilotLoggingDIRAC.pilotlog.text.resend import Guess
from tests.conftest import batch, line

BLOCK = b"step: 17 events, 4.2 MB/s\n" * 45
NODE, OTHER = "192.0.2.7", "192.0.2.8"


class Log:
    """A log: what it stores and remembers of messages, and what its collector knows of their answers."""

    def __init__(self):
        self.text, self.guesses, self.deliveries = b"", [], {}
        self.row = resend.Memory.new().dump(), b""

    def take(self, text, delivery=Delivery.ARRIVED, sender=NODE):
        """Take a message; ``delivery`` is that of its answer, None if the collector tells nobody."""
        name = len(self.deliveries) + 1
        message = replace(batch(text), name=name, sender=sender, answers=tuple(self.known()))
        repeated, memory, guess = resend.receive(resend.Memory.load(*self.row), message)
        self.text += text[repeated:]
        self.guesses += [guess] if guess else []
        self.row = memory.dump(), memory.dump_answers()
        self.deliveries[name] = delivery
        return self

    def known(self):
        """(name, delivery) of the messages whose delivery is known."""
        return [(name, delivery) for name, delivery in self.deliveries.items() if delivery]


def stored(messages, delivery=Delivery.BROKEN):
    """Return what a log holds after these messages, with one delivery of all answers."""
    log = Log()
    for message in messages:
        log.take(message, delivery)
    return log.text


@pytest.mark.parametrize("delivery", [*Delivery, None])
def test_a_time_stamped_message_sent_twice_is_stored_once(delivery):
    assert stored([line("a"), line("a")], delivery) == line("a")


@pytest.mark.parametrize("delivery", [*Delivery, None])
def test_a_time_stamped_message_sent_again_with_more_behind_is_stored_once(delivery):
    again = [line("a"), line("a") + line("b"), line("a") + line("b") + b"tail"]
    assert stored(again, delivery) == line("a") + line("b") + b"tail"


@pytest.mark.parametrize("block", [b"waiting\n", b"x" * 1023 + b"\n", BLOCK], ids=["short", "1 kB", "a block"])
def test_what_a_program_prints_again_and_again_is_kept(block):
    log = Log()
    for _ in range(15):
        log.take(block)
    assert (log.text, log.guesses) == (15 * block, [])


def test_many_equal_lines_are_kept_however_they_are_cut_into_messages():
    assert stored([b"y\n" * 1000] * 200, Delivery.ARRIVED) == b"y\n" * 200_000


def test_what_two_nodes_print_under_one_stamp_is_kept_though_no_answer_is_known():
    log = Log().take(BLOCK, None).take(BLOCK, None, sender=OTHER)
    assert (log.text, log.guesses) == (2 * BLOCK, [])


def test_a_message_whose_sender_waits_for_its_answer_is_not_sent_again():
    log = Log().take(BLOCK, Delivery.WAITING).take(BLOCK, Delivery.WAITING)
    assert (log.text, log.guesses) == (2 * BLOCK, [])


@pytest.mark.parametrize(("delivery", "guess"), [(Delivery.BROKEN, Guess.UNANSWERED), (None, Guess.UNKNOWN)])
def test_program_output_sent_again_without_an_answer_is_stored_once_and_the_guess_is_named(delivery, guess):
    log = Log().take(BLOCK, delivery).take(BLOCK + b"more\n")
    assert (log.text, log.guesses) == (BLOCK + b"more\n", [guess])


def test_once_it_is_answered_what_was_sent_again_may_be_repeated():
    log = Log().take(BLOCK, Delivery.BROKEN).take(BLOCK).take(BLOCK).take(BLOCK)
    assert (log.text, log.guesses) == (3 * BLOCK, [Guess.UNANSWERED])


def test_the_beginning_of_what_was_sent_again_may_be_repeated_too():
    log = Log().take(BLOCK, Delivery.BROKEN).take(2 * BLOCK).take(BLOCK)
    assert (log.text, log.guesses) == (3 * BLOCK, [Guess.UNANSWERED])


def test_a_sender_that_goes_on_with_other_text_has_had_its_answer():
    log = Log().take(BLOCK, None).take(b"other\n", None).take(BLOCK, None)
    assert (log.text, log.guesses) == (BLOCK + b"other\n" + BLOCK, [])


def test_text_of_another_sender_tells_nothing_of_an_answer():
    log = Log().take(BLOCK, None).take(b"other\n", sender=OTHER).take(BLOCK)
    assert (log.text, log.guesses) == (BLOCK + b"other\n", [Guess.UNKNOWN])


def test_an_answer_once_told_stays_known():
    log = Log().take(BLOCK).take(b"other\n", sender=OTHER)
    log.deliveries[1] = None
    assert log.take(BLOCK).text == BLOCK + b"other\n" + BLOCK


def test_of_a_row_of_the_version_before_no_answer_is_known():
    log = Log().take(BLOCK)
    log.row = log.row[0], b""
    log.deliveries[1] = None
    assert log.take(BLOCK).guesses == [Guess.UNKNOWN]


def test_answers_of_other_messages_count_for_none():
    log = Log().take(b"other\n").take(b"another\n")
    stale = log.row[1]
    log = Log().take(b"other\n").take(BLOCK)
    log.row = log.row[0], stale
    log.deliveries[2] = None
    assert log.take(BLOCK).guesses == [Guess.UNKNOWN]


def test_the_longest_known_beginning_counts():
    a, b, c = line("a"), line("b"), line("c")
    assert stored([a, a + b, line("other"), a + b + c]) == a + b + line("other") + c


def test_a_message_older_than_the_memory_is_stored_again():
    others = [line(str(number)) for number in range(resend.REMEMBERED)]
    assert stored([line("a"), *others, line("a")]).count(line("a")) == 2


def test_an_empty_message_is_not_the_beginning_of_others():
    assert stored([b"", b"a\n", b""]) == b"a\n"


def test_hashes_of_two_logs_differ():
    one, two = (resend.receive(resend.Memory.new(), batch(line("a"))).memory for _ in range(2))
    assert one.markers[0][1] != two.markers[0][1]


def test_a_full_memory_fits_its_columns():
    log = Log()
    for number in range(20):
        log.take(line(str(number)))
    assert max(map(len, log.row)) <= 255
    assert resend.Memory.load(*log.row).dump_answers() == log.row[1]


BEGINNINGS = {"stamped": lambda number: line(f"line {number}"), "bare": lambda number: f"line {number}\n".encode()}


@pytest.mark.parametrize("write", BEGINNINGS.values(), ids=BEGINNINGS)
@given(losses=st.lists(st.integers(0, 3), min_size=1, max_size=12), is_known=st.booleans())
def test_a_stock_pilot_that_loses_answers_stores_each_line_once(write, losses, is_known):
    """A pilot keeps what was not answered and sends it with the next line; every attempt arrives, few are answered."""
    log, kept, number = Log(), b"", 0
    for lost in losses:
        for attempt in range(lost + 1):
            kept += write(number)
            log.take(kept, Delivery.ARRIVED if attempt == lost else Delivery.BROKEN if is_known else None)
            number += 1
        kept = b""
    assert log.text == b"".join(write(index) for index in range(number))


@given(st.lists(st.tuples(st.integers(0, 1), st.booleans()), min_size=1, max_size=30))
def test_a_stock_pilot_whose_program_repeats_itself_loses_and_doubles_nothing(steps):
    """It prints one of two blocks, and sends what it keeps; its collector knows which answers it had."""
    log, kept, printed = Log(), b"", b""
    for which, is_answered in steps:
        block = (b"tick\n", BLOCK)[which]
        kept, printed = kept + block, printed + block
        log.take(kept, Delivery.ARRIVED if is_answered else Delivery.BROKEN)
        kept = b"" if is_answered else kept
    assert log.text == printed
