"""The guide's table of what messages may lose, line by line against a real collector."""

import importlib
import re
import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from . import grid
from .faults.plan import Treatment
from .faults.programs import BLOCK
from .faults.proxy import Proxy
from .faults.stock import Buffer, Failed
from .pilot import Connection, pilot_line
from .stack import environment, world
from .test_collector import ALPHA, read
from .waiting import spooled, stored, until

GUIDE = environment.TOP / "docs" / "administrator" / "operating.rst"
SECTION = "/Systems/WorkloadManagement/Services/TornadoPilotLogging"
TOLD = re.compile(r"WARN \[PilotLogging\] (\d+) messages with (\d+) bytes are missing here: (.*)")
#: Lines that have their tests elsewhere.
ELSEWHERE = {
    "The VO has sent more": "test_quotas.test_bytes_over_the_quota_are_refused_marked_and_alarmed_of_once",
    "The text of a message": "test_long_messages.test_a_long_message_is_stored_whole_or_head_and_tail_with_a_true_mark",
    "The message is malformed": "test_collector.test_bad_messages_are_refused_clearly_and_a_line_tells_of_a_gap",
    "The collector is killed": "test_stopping.test_a_collector_that_is_stopped_loses_and_doubles_nothing",
    "The pilot got no answer": (
        "test_sent_again.test_output_sent_again_after_a_broken_answer_is_stored_once_and_a_line_tells_of_it"
    ),
}
HERE = {}


def line(begins):
    """Note that a test tries the line of the table that begins so."""

    def noted(test):
        HERE[begins] = test
        return test

    return noted


def test_each_line_of_the_table_is_tried():
    table = GUIDE.read_text().partition(".. _what-may-be-lost:")[2].partition("\n``integration_tests/")[0]
    lines = re.findall(r"^   \* - (.*)", table, re.MULTILINE)[1:]
    tried = {*HERE, *ELSEWHERE}
    assert len(lines) == len(tried)
    assert [text for text in lines if not any(text.startswith(begin) for begin in tried)] == []
    for name in ELSEWHERE.values():
        module, _, test = name.partition(".")
        assert hasattr(importlib.import_module(f".{module}", __package__), test)


@pytest.fixture
def pilot(connect):
    return connect("pila", waits=False)


@pytest.fixture
def log(stack, connect):
    """The text of a log once all of it is in the database."""
    return lambda stamp: stored(stack) or read(connect("opal"), ALPHA, stamp)


@contextmanager
def option(stack, name, value):
    """The collector with an option, and after that without it."""
    stack.set_option(f"{SECTION}/{name}", value)
    stack.restart("tornado")
    yield
    stack.remove_option(f"{SECTION}/{name}")
    stack.restart("tornado")


def figures(stack, stamp, text):
    """(messages, bytes) that the lines of a log tell of; its figure of missing bytes is the same."""
    told = [(int(messages), int(size)) for messages, size, _ in TOLD.findall(text)]
    figure = stack.sql("PilotLoggingDB", "SELECT MissingBytes FROM PilotLogs WHERE PilotStamp = %s", (stamp,))[0][0]
    assert figure == sum(size for _, size in told)
    return sum(messages for messages, _ in told), figure


def spool(stack):
    """The file of the collector's spool."""
    [path] = stack.root.glob("dirac/work/*/TornadoPilotLogging/spool/*.spool")
    return path


def missing(texts, stored_text):
    """(messages, bytes) that are not there."""
    sizes = [len(text) for text in texts if text not in stored_text]
    return len(sizes), sum(sizes)


def all_acknowledged_are_there(answers, texts, stored_text):
    return all(stored_text.count(text) == 1 for text, answer in zip(texts, answers, strict=True) if answer["OK"])


@line("The database is away")
def test_with_the_database_away_nothing_is_lost(stack, pilot, stamp, log):
    assert pilot.send("before\n", stamp)["OK"]
    with grid.database_hangs(stack):
        assert all(pilot.send(BLOCK, stamp)["OK"] for _ in range(5))
    assert log(stamp) == "before\n" + 5 * BLOCK
    assert figures(stack, stamp, log(stamp)) == (0, 0)


@line("The spool can't be written")
def test_with_a_spool_that_can_t_be_written_nothing_is_lost(stack, pilot, stamp, log):
    with sqlite3.connect(spool(stack), isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert all(pilot.send(BLOCK, stamp)["OK"] for _ in range(5))
        other.execute("ROLLBACK")
    assert log(stamp) == 5 * BLOCK


@line("The collector was started, and can't open a spool")
def test_a_collector_that_can_t_open_its_spool_refuses_and_tells(stack, pilot, stamp, log):
    path = spool(stack)
    stack.stop("tornado")
    path.symlink_to(path.parent / "away" / path.name)
    try:
        stack.start("tornado")
        answer = pilot.send(BLOCK, stamp)
    finally:
        path.unlink()
    assert (answer["OK"], answer["Message"]) == (
        False,
        "The spool can't be opened: No such file or directory",
    )
    sent = [BLOCK]
    until(lambda: pilot.send(sent.append(BLOCK) or BLOCK, stamp)["OK"])
    assert figures(stack, stamp, log(stamp)) == (len(sent) - 1, (len(sent) - 1) * len(BLOCK))
    assert log(stamp).count(BLOCK) == 1


@line("Both the database and the spool")
def test_with_neither_database_nor_room_in_the_spool_what_is_refused_is_told(stack, pilot, stamp, log):
    texts = [f"{number} {uuid.uuid4().hex * 8000}\n" for number in range(12)]
    with option(stack, "SpoolMaxMB", 1):
        assert pilot.send("first\n", stamp)["OK"]
        with grid.database_hangs(stack):
            answers = [pilot.send(text, stamp) for text in texts]
        text = log(stamp)
        assert pilot.send("last\n", stamp)["OK"]
    assert missing(texts, text)[0] > 0
    assert figures(stack, stamp, log(stamp)) == missing(texts, text)
    assert all_acknowledged_are_there(answers, texts, text)


@line("The collector is started with its database away")
def test_a_collector_that_is_started_without_its_database_loses_nothing(stack, pilot, stamp, log):
    stack.stop("tornado")
    with grid.database_hangs(stack):
        stack.start("tornado")
        assert all(pilot.send(BLOCK, stamp)["OK"] for _ in range(3))
    assert log(stamp) == 3 * BLOCK


@line("Too many messages at once")
def test_of_too_many_messages_at_once_what_is_refused_is_told(stack, pilot, stamp, log):
    texts = [f"{number} {BLOCK}" for number in range(12)]
    with option(stack, "MaxWaitingBatches", 1):
        assert pilot.send("first\n", stamp)["OK"]
        with grid.database_hangs(stack), ThreadPoolExecutor(len(texts)) as crowd:
            answers = list(crowd.map(lambda text: pilot.send(text, stamp), texts))
        until(lambda: TOLD.search(log(stamp)), seen=lambda: log(stamp))
        text = log(stamp)
        assert missing(texts, text)[0] > 0
        assert figures(stack, stamp, text) == missing(texts, text)
        assert all_acknowledged_are_there(answers, texts, text)


@line("The collector is stopping")
def test_a_stock_pilot_keeps_what_it_could_not_send_while_the_collector_restarts(stack, pilot, stamp, log):
    def send(text, _start):
        try:
            assert pilot.send(text, stamp)["OK"]
        except OSError as error:
            raise Failed from error

    buffer = Buffer(send, 1000, 0)
    buffer.write(BLOCK)
    buffer.flush()
    stack.stop("tornado")
    buffer.write(BLOCK)
    with pytest.raises(Failed):
        buffer.flush()
    stack.start("tornado")
    buffer.write(BLOCK + "more\n")
    buffer.flush()
    text = log(stamp)
    assert text.count(BLOCK) + text.count(f"{len(BLOCK)} bytes may be missing here") == 3
    assert text.endswith("more\n")


@line("An answer is lost after the collector has sent it")
def test_after_a_lost_answer_output_may_be_twice_and_a_pilot_s_line_is_once(stack, stamp, log):
    port = stack.ports["tornado"]
    proxy = Proxy([port])
    for text, times in ((BLOCK, 2), (pilot_line("one"), 1)):
        way = proxy.open("pilot", 0, (Treatment("drop answer"),))
        url = stack.url("WorkloadManagement", "TornadoPilotLogging").replace(str(port), str(way))
        pilot = Connection(url, stack.pki.certificates, stack.proxy(world.ALPHA.pilot))
        with pytest.raises(OSError):
            pilot.send(text, stamp)
        assert pilot.send(text, stamp)["OK"]
        assert log(stamp).count(text) == times
    proxy.close()


@line("The pilot is killed")
def test_a_pilot_that_is_killed_loses_what_it_wrote_since_the_last_flush(stack, pilot, stamp, log):
    buffer = Buffer(lambda text, _: pilot.send(text, stamp), 1000, 0)
    buffer.write("sent\n")
    buffer.flush()
    buffer.write("kept\n")
    buffer.cancel()
    assert log(stamp) == "sent\n"
    assert figures(stack, stamp, log(stamp)) == (0, 0)


@line("The disk of a collector")
def test_a_spool_that_is_lost_had_the_only_copy(stack, pilot, stamp, log):
    assert pilot.send("before\n", stamp)["OK"]
    with grid.database_hangs(stack):
        assert pilot.send(BLOCK, stamp)["OK"]
        until(lambda: spooled(stack) > 0)
        path = spool(stack)
        stack.stop("tornado")
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
    stack.start("tornado")
    assert pilot.send("after\n", stamp)["OK"]
    assert log(stamp) == "before\nafter\n"
    assert figures(stack, stamp, log(stamp)) == (0, 0)
