"""Whole logs are sent in pieces, so that no reader costs the memory of a log; pages go on meanwhile."""

import threading
import time
import uuid
from urllib.parse import urlencode

import pytest

from .pilot import pilot_line
from .raw import Raw, Usage
from .test_collector import ALPHA

SIZE = 50_000_000
READERS = 8
SECTION = "/Systems/WorkloadManagement/Services/TornadoPilotLogging"


@pytest.fixture(scope="module", autouse=True)
def patient(stack):
    """A collector where readers wait for their turn as long as a busy machine needs."""
    stack.set_option(f"{SECTION}/WholeWaitSeconds", 100)
    stack.restart("tornado")
    yield
    stack.remove_option(f"{SECTION}/WholeWaitSeconds")
    stack.restart("tornado")


@pytest.fixture(scope="module")
def log(connect):
    """A log of 50 MB that does not compress away: its stamp and its length."""
    pilot, stamp, sent = connect("pila"), uuid.uuid4().hex, 0
    while sent < SIZE:
        text = "".join(pilot_line(f"{sent} {number} " + f"{hash((sent, number)):x}" * 5) for number in range(15_000))
        assert pilot.send(text, stamp)["OK"]
        sent += len(text)
    return stamp, sent


def whole(connect, stamp, lengths):
    answer = connect("opal").call("getLogs", stamp, ALPHA)
    lengths.append(len(answer["Value"]["StdOut"]) if answer["OK"] else answer["Message"])


def test_many_who_read_a_whole_log_cost_the_memory_of_none(stack, connect, log):
    (stamp, length), lengths = log, []
    one = Usage(stack.pid("tornado"))
    whole(connect, stamp, lengths)
    alone, all_of_them = one.growth, Usage(stack.pid("tornado"))
    readers = [threading.Thread(target=whole, args=(connect, stamp, lengths)) for _ in range(READERS)]
    slowest = 0.0
    for reader in readers:
        reader.start()
    while any(reader.is_alive() for reader in readers):
        started = time.monotonic()
        assert connect("opal").call("getLog", ALPHA, stamp, "", 1000)["OK"]
        slowest = max(slowest, time.monotonic() - started)
    print(f"one {alone:.0f} MB, {READERS} {all_of_them.growth:.0f} MB more, a page took {slowest:.2f} s at most")
    assert lengths == [length] * (READERS + 1)
    assert alone < 32 and all_of_them.growth < 100


def test_who_does_not_take_the_answer_keeps_no_one_from_theirs_for_ever(stack, connect, log):
    stamp, length = log
    stack.set_option(f"{SECTION}/SendSeconds", 3)
    stack.restart("tornado")
    try:
        form = {"method": "getLogs", "args": f'["{stamp}","{ALPHA}"]'}
        with Raw(stack, "opal") as stuck:
            body = urlencode(form).encode()
            stuck.head(len(body))
            stuck.socket.sendall(body)
            time.sleep(1)
            lengths = []
            whole(connect, stamp, lengths)
            assert lengths == [length]
    finally:
        stack.remove_option(f"{SECTION}/SendSeconds")
        stack.restart("tornado")
