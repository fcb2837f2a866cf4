"""The writer: order, groups, refusals, bounds, and a store that hangs."""

import json
import re
import threading
from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.errors import Overloaded, ShuttingDown, SpoolFull, StoreRefused, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId, Receipt
from PilotLoggingDIRAC.pilotlog.receive.message import message
from PilotLoggingDIRAC.pilotlog.settings import IngestSettings, SpoolSettings
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from PilotLoggingDIRAC.pilotlog.text.redaction import redactor
from PilotLoggingDIRAC.pilotlog.write import answers as answers_module
from PilotLoggingDIRAC.pilotlog.write.spool import Spool
from PilotLoggingDIRAC.pilotlog.write.writer import Writer
from tests.conftest import PILOT, batch, line
from tests.waiting import PATIENCE_SECONDS, until

SETTINGS = IngestSettings(answer_seconds=30, commit_seconds=30, stop_seconds=30)


class Gate:
    """A store in front of another that can be held, and made to fail."""

    def __init__(self, store):
        self.store = store
        self.open = threading.Event()
        self.open.set()
        self.refuses = lambda text: False
        self.asked, self.groups = 0, []

    def append(self, epoch, group, acknowledged=False, backlog=False):
        self.asked += 1
        self.open.wait(PATIENCE_SECONDS)
        if any(self.refuses(numbered.batch.text) for numbered in group):
            raise StoreRefused("no")
        self.groups.append(len(group))
        return self.store.append(epoch, group, acknowledged, backlog)


@pytest.fixture
def gate(transactions, clock):
    return Gate(SqlAppender(transactions, clock))


@pytest.fixture
def writer(gate, clock):
    writer = Writer(gate, SETTINGS, clock)
    writer.start()
    yield writer
    gate.open.set()
    writer.stop()


def read(transactions, pilot=PILOT):
    reader = SqlReader(transactions)
    return b"".join(text for part in reader.find(pilot) for _, text in reader.chunks(part))


def lines(transactions):
    """The log's lines but those that tell of gaps."""
    return [item for item in read(transactions).splitlines() if item and b"[PilotLogging]" not in item]


def test_batches_are_stored_in_the_order_of_their_submission(writer, transactions):
    answers = [writer.submit(batch(line(str(number)))) for number in range(200)]
    assert [answer.result(PATIENCE_SECONDS) for answer in answers] == [
        Receipt(len(line(str(number)))) for number in range(200)
    ]
    assert read(transactions) == b"".join(line(str(number)) for number in range(200))


BLOCK = b"step: 17 events, 4.2 MB/s\n" * 45


def test_a_block_printed_every_second_is_stored_each_time(writer, transactions):
    for _ in range(15):
        answer = writer.submit(batch(BLOCK))
        answer.result(PATIENCE_SECONDS)
        answer.sent(True)
    assert read(transactions) == 15 * BLOCK


def test_a_block_sent_by_several_at_once_is_stored_for_each(writer, gate, transactions):
    gate.open.clear()
    answers = [writer.submit(batch(BLOCK)) for _ in range(5)]
    gate.open.set()
    for answer in answers:
        answer.result(PATIENCE_SECONDS)
    assert read(transactions) == 5 * BLOCK


def test_a_block_sent_again_after_a_broken_answer_is_stored_once_and_marked(writer, transactions):
    first = writer.submit(batch(BLOCK))
    first.result(PATIENCE_SECONDS)
    first.sent(False)
    again = writer.submit(batch(BLOCK + b"more\n"))
    assert again.result(PATIENCE_SECONDS).repeated_bytes == len(BLOCK)
    stored = read(transactions)
    assert stored.startswith(BLOCK + b"\n") and stored.endswith(b"that was not answered\nmore\n")
    assert stored.count(BLOCK) == 1


def test_a_block_sent_again_to_the_successor_of_a_collector_that_died_is_stored_once_and_marked(
    writer, gate, clock, transactions
):
    writer.submit(batch(BLOCK)).result(PATIENCE_SECONDS)
    successor = Writer(gate, SETTINGS, clock)
    successor.start()
    successor.submit(batch(BLOCK)).result(PATIENCE_SECONDS)
    successor.stop()
    stored = read(transactions)
    assert stored.count(BLOCK) == 1
    assert b"1170 bytes may be missing here: left out as sent again" in stored


@pytest.mark.parametrize("size", [200_000, 600_000], ids=["within the limit", "over the limit"])
def test_a_long_message_sent_again_with_more_behind_to_another_collector_is_stored_once(
    writer, gate, clock, transactions, size
):
    text = "".join(f"line {number:07d} of so many\n" for number in range(60_000))
    open_bytes = redactor.default().open_bytes
    first, again = (message(PILOT, json.dumps(sent), 256 * 1024, clock(), open_bytes) for sent in (text[:size], text))
    writer.submit(first).result(PATIENCE_SECONDS)
    other = Writer(gate, SETTINGS, clock)
    other.start()
    assert other.submit(again).result(PATIENCE_SECONDS).repeated_bytes == size
    other.stop()
    numbers = re.findall(rb"^line (\d{7}) of so many\n", read(transactions), re.MULTILINE)
    assert len(set(numbers)) == len(numbers) > 256 * 1024 / 24


def test_the_memory_of_answers_is_bounded(writer, monkeypatch, transactions):
    monkeypatch.setattr(answers_module, "_MAX_LOGS", 2)
    pilots = [PilotId("vo", f"{number:032x}") for number in range(3)]
    for pilot in [*pilots, *pilots]:
        answer = writer.submit(batch(BLOCK, pilot=pilot))
        answer.result(PATIENCE_SECONDS)
        answer.sent(True)
    assert b"may be missing here" in read(transactions, pilots[0])


def test_what_gathers_while_the_store_is_busy_becomes_one_group(writer, gate):
    gate.open.clear()
    first = writer.submit(batch(b"first\n"))
    until(lambda: gate.asked)
    rest = [writer.submit(batch(b"rest\n")) for _ in range(20)]
    gate.open.set()
    for answer in [first, *rest]:
        answer.result(PATIENCE_SECONDS)
    assert gate.groups == [1, 20]


def test_a_refused_batch_costs_no_other(gate, transactions, clock):
    writer = Writer(gate, SETTINGS, clock)
    gate.refuses = lambda text: text == b"bad\n"
    answers = [writer.submit(batch(text)) for text in (b"a\n", b"b\n", b"bad\n", b"c\n", b"d\n")]
    writer.start()
    with pytest.raises(StoreRefused):
        answers[2].result(PATIENCE_SECONDS)
    answers[-1].result(PATIENCE_SECONDS)
    writer.stop()
    assert lines(transactions) == [b"a", b"b", b"c", b"d"]


def test_a_store_that_hangs_is_answered_within_the_time_limit(gate, clock):
    writer = Writer(gate, replace(SETTINGS, commit_seconds=0.5), clock)
    writer.start()
    gate.open.clear()
    with pytest.raises(StoreUnavailable):
        writer.submit(batch(b"a\n")).result(PATIENCE_SECONDS / 2)
    gate.open.set()
    writer.stop()


def test_a_sender_that_gave_up_before_its_turn_is_not_stored(writer, gate, transactions):
    gate.open.clear()
    first = writer.submit(batch(b"first\n"))
    until(lambda: gate.asked)
    second = writer.submit(batch(b"given up\n"))
    assert second.cancel()
    gate.open.set()
    first.result(PATIENCE_SECONDS)
    writer.submit(batch(b"third\n")).result(PATIENCE_SECONDS)
    assert lines(transactions) == [b"first", b"third"]
    assert b"1 messages with 9 bytes are missing here: the collector was too slow" in read(transactions)


def test_more_than_may_wait_is_refused_at_once(gate, clock):
    writer = Writer(gate, replace(SETTINGS, max_waiting_batches=3), clock)
    for _ in range(3):
        writer.submit(batch(b"a\n"))
    with pytest.raises(Overloaded):
        writer.submit(batch(b"a\n"))


def test_more_bytes_than_may_wait_are_refused_at_once(gate, clock):
    writer = Writer(gate, replace(SETTINGS, max_waiting_bytes=1000), clock)
    writer.submit(batch(b"x" * 2000))
    with pytest.raises(Overloaded):
        writer.submit(batch(b"a\n"))


def test_stopping_stores_what_was_taken_and_takes_no_more(writer, gate, transactions):
    gate.open.clear()
    answers = [writer.submit(batch(line(str(number)))) for number in range(10)]
    threading.Timer(0.1, gate.open.set).start()
    writer.stop()
    assert all(answer.result(0).stored_bytes for answer in answers)
    assert read(transactions).count(b"\n") == 10
    with pytest.raises(ShuttingDown):
        writer.submit(batch(b"late\n"))


def test_stopping_tells_of_gaps_in_more_logs_than_one_step_takes(gate, transactions, clock):
    pilots = [PilotId(PILOT.vo, f"{number:032x}") for number in range(500)]
    writer = Writer(gate, SETTINGS, clock)
    for pilot in pilots:
        writer.gap(pilot, 10, "refused before")
    writer.start()
    writer.stop()
    assert sum(b"missing here" in read(transactions, pilot) for pilot in pilots) == 500


def test_a_failure_nobody_thought_of_costs_its_group_and_no_other(gate, clock, transactions):
    failures = [OSError("the disk with the service log is full")]

    def report(problems):
        if failures:
            raise failures.pop()

    writer = Writer(gate, SETTINGS, clock, report=report)
    writer.start()
    for number in range(3):
        writer.submit(batch(b"%d\n" % number)).result(PATIENCE_SECONDS)
        until(lambda: not failures)
    writer.stop()
    assert lines(transactions) == [b"0", b"1", b"2"]


class Unsure:
    """A store in front of another whose next answers are lost: before it has committed, or after; or it refuses."""

    def __init__(self, store):
        self.store = store
        self.lost = []

    def append(self, epoch, group, acknowledged=False, backlog=False):
        lost = self.lost.pop(0) if self.lost else None
        if lost == "before":
            raise StoreUnavailable("away")
        if lost == "refused":
            raise StoreRefused("no")
        receipts = self.store.append(epoch, group, acknowledged, backlog)
        if lost == "after":
            raise StoreUnavailable("the answer was lost")
        return receipts


@pytest.fixture
def unsure(transactions, clock):
    """A store, ``send(text)`` to a writer without a spool that tells whether it was taken, and the writer."""
    store = Unsure(SqlAppender(transactions, clock))
    writer = Writer(store, SETTINGS, clock, spool_settings=SpoolSettings(probe_seconds=0))
    writer.start()

    def send(text):
        answer = writer.submit(batch(text))
        try:
            return bool(answer.result(PATIENCE_SECONDS))
        except StoreUnavailable:
            return False
        finally:
            answer.sent(True)

    yield store, send, writer
    writer.stop()


MISSING = re.compile(rb"(\d+) messages with (\d+) bytes are missing")


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (["after"], []),
        (["before"], [(b"1", b"3")]),
        (["after", "after"], []),
        (["after", "before"], [(b"1", b"3")]),
        (["before", "after"], [(b"1", b"3")]),
        (["before", "before"], [(b"1", b"3"), (b"1", b"3")]),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value[0], str) else f"{len(value)} told",
)
def test_refused_text_is_told_to_be_missing_unless_its_commit_happened(unsure, transactions, lost, told):
    store, send, _ = unsure
    assert send(b"0\n")
    store.lost = list(lost)
    assert [send(b"%d1\n" % number) for number in range(len(lost))] == [False] * len(lost)
    assert send(b"2\n")
    text = read(transactions)
    assert MISSING.findall(text) == told
    assert [b"%d1\n" % number in text for number in range(len(lost))] == [when == "after" for when in lost]
    [part] = SqlReader(transactions).find(PILOT)
    assert part.missing_bytes == sum(int(size) for _, size in told)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (["refused", "", "before"], [(b"1", b"10"), (b"1", b"5")]),
        (["refused", "", "after"], [(b"1", b"10")]),
        (["refused", "after"], [(b"1", b"10"), (b"1", b"5")]),
        (["refused", "before"], [(b"1", b"10"), (b"1", b"5")]),
        (["before"], [(b"2", b"15")]),
        (["after"], [(b"1", b"10")]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value[0], str) else f"{len(value)} told",
)
def test_a_gap_is_told_once_although_its_line_and_later_text_share_a_group_that_fails(transactions, clock, lost, told):
    store = Unsure(SqlAppender(transactions, clock))
    store.lost = list(lost)
    writer = Writer(store, SETTINGS, clock, spool_settings=SpoolSettings(probe_seconds=0))
    writer.gap(PILOT, 10, "refused before")
    answer = writer.submit(batch(b"text\n"))
    writer.start()
    with pytest.raises(StoreUnavailable):
        answer.result(PATIENCE_SECONDS)
    until(lambda: writer.status()["LogsWithUntoldGaps"] == 0)
    writer.stop()
    assert MISSING.findall(read(transactions)) == told
    [part] = SqlReader(transactions).find(PILOT)
    assert part.missing_bytes == sum(int(size) for _, size in told)


@pytest.mark.parametrize(
    ("lost", "told"), [("before", [(b"2", b"15")]), ("after", [(b"1", b"10")])], ids=["away", "without an answer"]
)
def test_gaps_are_told_once_although_the_spool_fails_as_nobody_thought_of(
    transactions, clock, tmp_path, monkeypatch, lost, told
):  # fmt: skip
    def append(spool, epoch, group):
        monkeypatch.undo()
        raise MemoryError

    monkeypatch.setattr(Spool, "append", append)
    store, settings = Unsure(SqlAppender(transactions, clock)), SpoolSettings(probe_seconds=0.05)
    store.lost = [lost]
    writer = Writer(store, SETTINGS, clock, lambda: Spool(tmp_path / "spool", settings), settings)
    writer.gap(PILOT, 10, "refused before")
    answer = writer.submit(batch(b"text\n"))
    writer.start()
    with pytest.raises(StoreRefused, match="service log"):
        answer.result(PATIENCE_SECONDS)
    until(lambda: writer.status()["LogsWithUntoldGaps"] == writer.status()["Spool"]["Batches"] == 0)
    writer.stop()
    assert MISSING.findall(read(transactions)) == told
    assert (b"text\n" in read(transactions)) == (lost == "after")


def test_a_failure_nobody_thought_of_is_reported_at_once(gate, clock, monkeypatch):
    reports, numbered = [], Writer._numbered

    def fail_once(*args):
        monkeypatch.setattr(Writer, "_numbered", numbered)
        raise MemoryError

    monkeypatch.setattr(Writer, "_numbered", fail_once)
    writer = Writer(gate, SETTINGS, clock, report=lambda problems: reports.append(dict(problems)))
    writer.start()
    with pytest.raises(StoreRefused, match="service log"):
        writer.submit(batch(b"text\n")).result(PATIENCE_SECONDS)
    writer.stop()
    assert reports[0]["messages"] == "refused: unexpected MemoryError: "
    assert reports[-1] == {}


def test_a_gap_is_told_although_its_line_could_not_be_made_at_first(gate, transactions, clock):
    failures = [MemoryError()]

    def failing_clock():
        if failures:
            raise failures.pop()
        return clock()

    writer = Writer(gate, SETTINGS, failing_clock)
    writer.gap(PILOT, 10, "refused before")
    answer = writer.submit(batch(b"text\n"))
    writer.start()
    with pytest.raises(StoreRefused, match="service log"):
        answer.result(PATIENCE_SECONDS)
    until(lambda: writer.status()["LogsWithUntoldGaps"] == 0)
    writer.stop()
    assert MISSING.findall(read(transactions)) == [(b"2", b"15")]


def test_text_that_is_stored_is_not_told_to_be_missing_although_the_writer_fails_after_its_commit(
    gate, transactions, clock, monkeypatch
):  # fmt: skip
    writer = Writer(gate, SETTINGS, clock)

    def observe(seconds):
        monkeypatch.undo()
        raise MemoryError

    monkeypatch.setattr(writer.commits, "observe", observe)
    writer.start()
    with pytest.raises(StoreRefused, match="service log"):
        writer.submit(batch(b"text\n")).result(PATIENCE_SECONDS)
    until(lambda: writer.status()["LogsWithUntoldGaps"] == 0)
    writer.stop()
    assert read(transactions) == b"text\n"


def test_a_gap_whose_line_is_in_the_spool_is_told_once_although_the_spool_takes_no_more(transactions, clock, tmp_path):
    store, settings = Unsure(SqlAppender(transactions, clock)), SpoolSettings(spool_max_mb=1, probe_seconds=0.05)
    store.lost = ["refused", "before"]
    writer = Writer(store, SETTINGS, clock, lambda: Spool(tmp_path / "spool", settings), settings)
    writer.gap(PILOT, 10, "refused before")
    answer = writer.submit(batch(b"x" * 1_100_000))
    writer.start()
    with pytest.raises(SpoolFull):
        answer.result(PATIENCE_SECONDS)
    until(lambda: writer.status()["LogsWithUntoldGaps"] == writer.status()["Spool"]["Batches"] == 0)
    writer.stop()
    assert MISSING.findall(read(transactions)) == [(b"1", b"10"), (b"1", b"1100000")]


def test_text_that_no_thread_could_store_is_not_both_stored_and_told_to_be_missing(transactions, clock, no_threads):
    writer = Writer(SqlAppender(transactions, clock), SETTINGS, clock, spool_settings=SpoolSettings(probe_seconds=0))
    with no_threads("pilotlog-store"):
        answer = writer.submit(batch(b"refused\n"))
        writer.start()
        with pytest.raises(StoreUnavailable):
            answer.result(PATIENCE_SECONDS)
    assert writer.submit(batch(b"later\n")).result(PATIENCE_SECONDS)
    until(lambda: writer.status()["LogsWithUntoldGaps"] == 0)
    writer.stop()
    text = read(transactions)
    assert text.count(b"refused\n") + len(MISSING.findall(text)) == 1
    assert text.endswith(b"later\n")


def test_a_log_counts_once_however_many_of_its_messages_may_be_missing(unsure):
    store, send, writer = unsure
    store.lost = 1000 * ["before"]
    assert not any(send(b"%d\n" % number) for number in range(3))
    until(lambda: writer.status()["LogsWithUntoldGaps"] == 1, lambda: writer.status()["LogsWithUntoldGaps"])
    store.lost = []
    until(lambda: writer.status()["LogsWithUntoldGaps"] == 0)


def test_stopping_ends_at_the_first_step_that_tells_of_no_gap(unsure):
    store, _, writer = unsure
    store.lost = 1000 * ["before"]
    writer.gap(PILOT, 10, "refused before")
    writer.stop()
    assert writer.status()["LogsWithUntoldGaps"] == 1 and len(store.lost) > 990


def test_a_block_printed_again_after_the_refusal_of_one_that_is_stored_is_stored_too(unsure, transactions):
    store, send, writer = unsure
    store.lost = ["after"]
    assert not send(BLOCK)
    until(lambda: writer.status()["LogsWithUntoldGaps"] == 0)
    assert send(BLOCK) and send(BLOCK)
    assert read(transactions) == 3 * BLOCK
