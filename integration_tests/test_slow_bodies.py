"""Senders that trickle, stall or only hold a connection: bounded in time and memory, and no harm to honest ones."""

import contextlib
import re
import socket
import ssl
import threading
import time
from uuid import uuid4

import pytest

from .pilot import pilot_line
from .raw import Raw, Usage
from .test_bodies import LIMIT, body, counted
from .test_collector import ALPHA, read
from .waiting import stored, until

SECTION = "/Systems/WorkloadManagement/Services/TornadoPilotLogging"
BODY_SECONDS, IDLE_SECONDS, RECEIVING_BYTES = 3, 4, 20 * 1024 * 1024
OPTIONS = {"MaxBodySeconds": BODY_SECONDS, "MaxIdleSeconds": IDLE_SECONDS, "MaxReceivingBytes": RECEIVING_BYTES}
SENDERS = 200
#: Much less than the limits that hold without these options, and enough for a busy machine.
SOON_SECONDS = 30


@pytest.fixture(scope="module", autouse=True)
def short_times(stack):
    """Limits that a test can wait for."""
    for name, value in OPTIONS.items():
        stack.set_option(f"{SECTION}/{name}", value)
    stack.restart("tornado")
    yield
    for name in OPTIONS:
        stack.remove_option(f"{SECTION}/{name}")
    stack.restart("tornado")


@pytest.fixture
def operator(connect):
    return connect("opal")


@pytest.fixture(autouse=True)
def first_request(short_times, connect, operator):
    """The times for idle connections hold from the first request on."""
    operator.call("ping")


def until_closed(sock, seconds):
    """Return when the other side closes the connection; raise TimeoutError when it does not within ``seconds``."""
    sock.settimeout(seconds)
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        assert sock.recv(1) == b""


@pytest.mark.parametrize("length", [1000, LIMIT, LIMIT + 1, 50_000_000, None])
def test_a_body_that_stalls_ends_its_connection_and_is_counted(stack, operator, stamp, length):
    before = counted(operator, "BodyTooSlow")
    with Raw(stack, "pila") as raw:
        began = time.monotonic()
        raw.head(length)
        if length:
            # beside a busy neighbour half a large body may take as long as a whole one may
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                raw.socket.sendall(body(stamp)[: length // 2])
        until_closed(raw.socket, SOON_SECONDS)
    assert time.monotonic() - began > BODY_SECONDS - 1
    until(lambda: counted(operator, "BodyTooSlow") == before + 1)


def test_a_sender_that_goes_away_is_not_counted_as_slow(stack, operator, stamp):
    before = counted(operator, "BodyTooSlow")
    with Raw(stack, "pila") as raw:
        raw.head(1000)
        raw.socket.sendall(b"method=")
    time.sleep(0.2)
    assert counted(operator, "BodyTooSlow") == before


def idle(raw):
    """Say nothing more."""


def half_a_header(raw):
    raw.socket.sendall(b"POST /WorkloadManagement/TornadoPilotLogging HTTP/1.1\r\nHost: local")


def one_request(raw):
    assert raw.post(b"method=ping&args=%5B%5D")[1]["OK"]


@pytest.mark.parametrize("step", [idle, half_a_header, one_request])
def test_a_connection_that_sends_no_header_is_closed(stack, step):
    with Raw(stack, "pila") as raw:
        step(raw)
        until_closed(raw.socket, SOON_SECONDS)


def test_a_connection_without_a_handshake_is_closed(stack):
    with socket.create_connection(("localhost", stack.ports["tornado"])) as raw:
        until_closed(raw, SOON_SECONDS)


@pytest.fixture(scope="module")
def longer_times(short_times, stack, connect):
    """The tests after this send more than a busy machine takes within a few seconds."""
    stack.set_option(f"{SECTION}/MaxBodySeconds", 120)
    stack.restart("tornado")


def test_what_arrives_longest_is_dropped_for_the_others_and_told_so_at_its_end(
    longer_times, stack, connect, operator, stamp
):
    room, size = RECEIVING_BYTES // LIMIT, LIMIT - 1000
    usage, stamps = Usage(stack.pid("tornado")), [uuid4().hex for _ in range(room + 3)]
    with contextlib.ExitStack() as opened:
        raws = []
        for own in stamps:
            raws.append(raw := opened.enter_context(Raw(stack, "pila")))
            raw.head(size)
            raw.socket.sendall(body(own, size=size)[:-1])
            until(raw.is_read)
        assert connect("pila").send("honest\n", stamp)["OK"]
        answers = []
        for raw, own in zip(raws, stamps, strict=True):
            raw.socket.sendall(body(own, size=size)[-1:])
            answers.append(raw.answer())
    assert [status for status, _ in answers] == [200] * len(stamps)
    assert [answer["OK"] for _, answer in answers] == [False] * 3 + [True] * room
    assert {answer["Errno"] for _, answer in answers[:3]} == {3407}
    stored(stack)
    connect("pila").send("next\n", stamps[0])
    (missing,) = re.findall(r"1 messages with (\d+) bytes are missing here", read(operator, ALPHA, stamps[0]))
    assert size - 200 < int(missing) < size, "its text, without what is around it"
    print(f"growth {usage.growth:.1f} MB")


class Trickle(threading.Thread):
    """Many connections that send a byte now and then, and begin anew when they are closed."""

    def __init__(self, stack, number):
        super().__init__()
        self.stack, self.number, self.ended, self.held = stack, number, threading.Event(), 0

    def run(self):
        raws = []
        while not self.ended.is_set():
            while len(raws) < self.number and not self.ended.is_set():
                raws.append(self.begin())
            raws = [raw for raw in raws if self.trickle(raw)]
            self.held = max(self.held, len(raws))
            time.sleep(0.2)
        for raw in raws:
            raw.socket.close()

    def begin(self):
        raw = Raw(self.stack, "pila")
        raw.head(LIMIT)
        raw.socket.sendall(body("a" * 32, size=512 * 1024)[: 256 * 1024])
        return raw

    def trickle(self, raw):
        try:
            raw.socket.sendall(b"x")
        except OSError:
            raw.socket.close()
            return False
        return True


def percentile_99(pilot, stamp, number):
    times = []
    for index in range(number):
        started = time.monotonic()
        assert pilot.send("".join(pilot_line(f"{index} {line}") for line in range(50)), stamp)["OK"]
        times.append(time.monotonic() - started)
    return sorted(times)[int(0.99 * number)]


def test_honest_pilots_hardly_notice_many_that_trickle(longer_times, stack, connect, stamp):
    pilot = connect("pila")
    alone = percentile_99(pilot, stamp, 200)
    usage, trickle = Usage(stack.pid("tornado")), Trickle(stack, SENDERS)
    trickle.start()
    try:
        until(lambda: trickle.held >= SENDERS // 2, seen=lambda: trickle.held)
        beside = percentile_99(pilot, stamp, 200)
    finally:
        trickle.ended.set()
        trickle.join()
    print(
        f"p99 alone {alone * 1e3:.0f} ms, beside {trickle.held} that trickle {beside * 1e3:.0f} ms,"
        f" {usage.growth:.0f} MB"
    )
    assert beside < max(1.0, 10 * alone) and usage.growth < RECEIVING_BYTES / 1e6 + 64
