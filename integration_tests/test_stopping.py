"""The collector is stopped or killed, and its database is away or hangs, while senders go on."""

import json
import os
import signal
import threading
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from . import rpc
from .pilot import pilot_line
from .test_collector import ALPHA, read
from .waiting import PATIENCE_SECONDS, stored, until


def spooled(operator):
    return operator.call("getStatus")["Value"]["Collector"]["Spool"]["Batches"]


class Sender(threading.Thread):
    """Sends lines one by one and keeps one that was refused a connection, until told to stop."""

    def __init__(self, connection, stamp):
        super().__init__()
        self.connection, self.stamp = connection, stamp
        self.acknowledged, self.slowest, self.failures = [], 0.0, 0
        self.ended, self.given_up = threading.Event(), threading.Event()

    def run(self):
        text = None
        while (not self.ended.is_set() or text) and not self.given_up.is_set():
            text = text or pilot_line(f"line {len(self.acknowledged)}")
            started = time.monotonic()
            try:
                status, answer = self.connection.post(self.connection.message(text, self.stamp))
            except (urllib.error.URLError, OSError):
                self.failures += 1
                time.sleep(0.05)
                continue
            self.slowest = max(self.slowest, time.monotonic() - started)
            assert (status, answer["OK"]) == (200, True), answer
            self.acknowledged.append(text)
            text = None


@pytest.fixture
def senders(connect):
    started = []

    def start(*stamps):
        for stamp in stamps:
            sender = Sender(connect("pila"), stamp)
            sender.start()
            started.append(sender)
        return started

    yield start
    for sender in started:
        sender.ended.set()
        sender.given_up.set()


def finish(senders):
    for sender in senders:
        sender.ended.set()
    for sender in senders:
        sender.join(PATIENCE_SECONDS)
        assert not sender.is_alive()


def same(operator, sender):
    return read(operator, ALPHA, sender.stamp) == "".join(sender.acknowledged)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_a_collector_that_is_stopped_loses_and_doubles_nothing(stack, connect, senders, stamp, number):
    running = senders(*(f"{stamp[:-1]}{index}" for index in range(8)))
    for _ in range(3):
        sent = [len(sender.acknowledged) for sender in running]
        until(
            lambda sent=sent: all(
                len(sender.acknowledged) > before for sender, before in zip(running, sent, strict=True)
            )
        )
        time.sleep(0.5)  # any moment will do
        pid = stack.pid("tornado")
        os.kill(pid, number)
        until(lambda pid=pid: stack.pid("tornado") != pid)
        stack.start("tornado")
    finish(running)
    operator = connect("opal")
    stored(stack)
    assert all(same(operator, sender) for sender in running)
    assert all(sender.acknowledged for sender in running)


@contextmanager
def held_row(stack, stamp):
    """Keep the writer waiting for a log's row: yields what tells whether it does, and then lets go."""
    with stack.database.connection("PilotLoggingDB") as connection:
        connection.cursor().execute("SELECT * FROM PilotLogs WHERE PilotStamp = %s FOR UPDATE", (stamp,))
        yield lambda: _somebody_waits(stack)
        connection.rollback()


def _somebody_waits(stack):
    """Tell if a writer waits for a lock; what describes logs may wait, too.

    InnoDB looks anew only when nobody has asked it for 0.1 s.
    """
    time.sleep(0.15)
    waiting = "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"
    waits = f"{waiting} AND LOCATE('FOR UPDATE', trx_query) > 0"
    return stack.sql(None, waits)[0][0] > 0


GRACEFUL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2]


@pytest.mark.parametrize("component", ["tornado", "PilotLogging"])
@pytest.mark.parametrize("number", GRACEFUL, ids=lambda number: number.name)
def test_an_open_request_is_answered_before_the_collector_ends(stack, connect, stamp, component, number):
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("these tests were started to ignore the signal, and so is what they start")
    lines = [pilot_line("first"), pilot_line("second")]
    assert connect("pila").send(lines[0], stamp)["OK"]
    pid, service = stack.pid(component), "WorkloadManagement/PilotLogging"
    https = connect("pila", waits=False)
    with ThreadPoolExecutor(1) as pool, held_row(stack, stamp) as is_held:
        if component == "tornado":
            answer = pool.submit(https.send, lines[1], stamp)
        else:
            answer = pool.submit(rpc.call, stack, "pila", service, "sendMessage", json.dumps(lines[1]), stamp, ALPHA)
        until(is_held)
        os.kill(pid, number)
        until(lambda: stack.pid(component) is None)
        stack.start(component)
        assert answer.result()["OK"], answer.result()
    stored(stack)
    assert read(connect("opal"), ALPHA, stamp) == "".join(lines)


def test_with_the_database_down_messages_are_acknowledged_in_time_and_drain(stack, connect, senders, stamp):
    operator = connect("opal")
    (sender,) = senders(stamp)
    until(lambda: sender.acknowledged)
    stack.kill("mariadb")
    time.sleep(3)  # longer than the database is given for a commit
    until(lambda: spooled(operator) > 10, seen=lambda: spooled(operator))
    stack.start("mariadb")
    until(lambda: spooled(operator) == 0, seen=lambda: spooled(operator))
    finish([sender])
    stored(stack)
    assert sender.slowest < 5 and sender.failures == 0
    assert same(operator, sender)


def test_with_the_database_hanging_messages_are_acknowledged_in_time_and_drain(stack, connect, senders, stamp):
    operator = connect("opal")
    (sender,) = senders(stamp)
    until(lambda: sender.acknowledged)
    stack.kill("mariadb", signal.SIGSTOP)
    time.sleep(6)  # longer than a statement, and more than one probe
    sent = len(sender.acknowledged)
    until(lambda: len(sender.acknowledged) > sent + 10, seen=lambda: len(sender.acknowledged))
    stack.kill("mariadb", signal.SIGCONT)
    until(lambda: spooled(operator) == 0, seen=lambda: spooled(operator))
    finish([sender])
    stored(stack)
    assert sender.slowest < 5 and sender.failures == 0
    assert same(operator, sender)


def test_a_collector_starts_with_its_database_away(stack, connect, stamp):
    operator = connect("opal")
    stack.stop("tornado", "mariadb")
    stack.start("tornado")
    assert connect("pila", waits=False).send("cold\n", stamp)["OK"]
    stack.restart("tornado")
    stack.start("mariadb")
    stored(stack)
    assert read(operator, ALPHA, stamp) == "cold\n"
