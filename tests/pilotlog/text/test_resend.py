"""Text sent again is recognised; honest repetition is kept."""

from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.text import resend
from tests.conftest import line


def stored(messages):
    """What a log holds after these messages."""
    memory, text = resend.Memory.new(), b""
    for message in messages:
        repeated, memory = resend.receive(memory, message)
        text += message[repeated:]
        memory = resend.Memory.load(memory.dump())
    return text


def test_a_message_sent_twice_is_stored_once():
    assert stored([line("a"), line("a")]) == line("a")


def test_a_message_sent_again_with_more_behind_is_stored_once():
    assert (
        stored([line("a"), line("a") + line("b"), line("a") + line("b") + b"tail"]) == line("a") + line("b") + b"tail"
    )


def test_short_program_output_repeated_honestly_is_kept():
    assert stored([b"waiting\n", b"waiting\n"]) == b"waiting\nwaiting\n"


def test_long_program_output_sent_again_is_stored_once():
    output = b"x" * resend.MIN_PLAIN_BYTES
    assert stored([output, output + b"y"]) == output + b"y"


def test_the_longest_known_beginning_counts():
    a, b, c = line("a"), line("b"), line("c")
    assert stored([a, a + b, line("other"), a + b + c]) == a + b + line("other") + c


def test_a_message_older_than_the_memory_is_stored_again():
    others = [line(str(number)) for number in range(resend.REMEMBERED)]
    assert stored([line("a"), *others, line("a")]).count(line("a")) == 2


def test_hashes_of_two_logs_differ():
    _, one = resend.receive(resend.Memory.new(), line("a"))
    _, two = resend.receive(resend.Memory.new(), line("a"))
    assert one.markers[0][1] != two.markers[0][1]


def test_a_full_memory_fits_its_column():
    memory = resend.Memory.new()
    for number in range(20):
        _, memory = resend.receive(memory, line(str(number)))
    assert len(memory.dump()) <= 255


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_a_stock_pilot_that_loses_answers_stores_each_line_once(losses):
    """A pilot keeps what was not answered and sends it with the next line; every attempt arrives, few are answered."""
    sent, kept, number = [], b"", 0
    for lost in losses:
        for _ in range(lost + 1):
            kept += line(f"line {number}")
            sent.append(kept)
            number += 1
        kept = b""
    assert stored(sent) == b"".join(line(f"line {index}") for index in range(number))
