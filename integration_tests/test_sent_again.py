"""Program output without time stamps: what is printed again is stored again, what is sent again is not."""

import json
import signal
import ssl
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from . import rpc
from .pilot import Connection, pilot_line
from .raw import Raw
from .test_collector import ALPHA, read
from .waiting import stored, until

BLOCK = "step: 17 events, 4.2 MB/s\n" * 44 + "it goes on and on, as ever\n"
DISET = "WorkloadManagement/PilotLogging"


@pytest.fixture
def pilot(connect):
    return connect("pila")


@pytest.fixture
def operator(connect):
    return connect("opal")


@pytest.fixture
def text(operator, stack):
    """The text of a log once all of it is in the database."""
    return lambda stamp: stored(stack) or read(operator, ALPHA, stamp)


@pytest.mark.parametrize("block", [BLOCK, "x" * 1023 + "\n", "waiting\n"], ids=["a block", "1 kB", "a line"])
def test_what_a_program_prints_again_and_again_is_stored_each_time(pilot, stamp, text, block):
    for _ in range(15):
        assert pilot.send(block, stamp)["OK"]
    assert text(stamp) == 15 * block


def test_two_hundred_thousand_equal_lines_are_stored(pilot, stamp, text):
    for _ in range(20):
        assert pilot.send("y\n" * 10_000, stamp)["OK"]
    assert text(stamp) == "y\n" * 200_000


def test_two_nodes_that_print_the_same_table_at_once_are_both_stored(pilot, stamp, text):
    with ThreadPoolExecutor(2) as nodes:
        for number in range(10):
            table = f"table {number}\n{BLOCK}"
            answers = list(nodes.map(lambda _, table=table: pilot.send(table, stamp), range(2)))
            assert all(answer["OK"] for answer in answers)
    assert [text(stamp).count(f"table {number}\n") for number in range(10)] == 10 * [2]


def test_what_is_printed_again_over_diset_is_stored_again(stack, stamp, text):
    for _ in range(3):
        assert rpc.call(stack, "pila", DISET, "sendMessage", json.dumps(BLOCK), stamp, ALPHA)["OK"]
    assert text(stamp) == 3 * BLOCK


def cut_off(stack, pilot, operator, message):
    """Send a message, close the connection before there is an answer, and return its stamp once the text is stored."""
    stamp = _cut_off(stack, pilot, message)
    until(lambda: operator.call("getLog", ALPHA, stamp)["OK"])
    return stamp


def _cut_off(stack, pilot, message):
    """The database is halted meanwhile; if that takes so long that the spool answers, it is done again."""
    while True:
        stamp = uuid.uuid4().hex
        stack.kill("mariadb", signal.SIGSTOP)
        try:
            with Raw(stack, "pila") as raw:
                was_answered = _send_and_look(raw, pilot, message, stamp)
        finally:
            stack.kill("mariadb", signal.SIGCONT)
        if not was_answered:
            return stamp


def _send_and_look(raw, pilot, message, stamp):
    """Send a message; once a later request was answered it has been read. Return whether it was answered, too."""
    body = urlencode(Connection.message(message, stamp)).encode()
    raw.head(len(body))
    raw.socket.sendall(body)
    assert not pilot.send(None, uuid.uuid4().hex)["OK"]
    raw.socket.setblocking(False)
    try:
        return bool(raw.socket.recv(1))
    except ssl.SSLWantReadError:
        return False


def test_output_sent_again_after_a_broken_answer_is_stored_once_and_a_line_tells_of_it(stack, pilot, operator, text):
    stamp = cut_off(stack, pilot, operator, BLOCK)
    assert pilot.send(BLOCK + "more\n", stamp)["Value"]["RepeatedBytes"] == len(BLOCK)
    assert pilot.send(BLOCK, stamp)["OK"]
    first, told, rest = text(stamp).partition(f" WARN [PilotLogging] {len(BLOCK)} bytes are left out here: sent again")
    assert (first.count(BLOCK), bool(told), rest.partition("\n")[2]) == (1, True, "more\n" + BLOCK)


def test_a_pilot_s_own_lines_sent_again_after_a_broken_answer_are_stored_once_without_a_line(
    stack, pilot, operator, text
):
    line = pilot_line("one")
    stamp = cut_off(stack, pilot, operator, line)
    assert pilot.send(line + "more\n", stamp)["OK"]
    assert text(stamp) == line + "more\n"
