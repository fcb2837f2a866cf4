"""The store goes away and comes back: nothing acknowledged is lost or doubled, and the order stays."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest

from PilotLoggingDIRAC.pilotlog.errors import (
    ConnectionLost,
    PilotLogError,
    SpoolFull,
    SpoolUnavailable,
    StoreRefused,
    StoreUnavailable,
)
from PilotLoggingDIRAC.pilotlog.model import Numbered, Receipt
from PilotLoggingDIRAC.pilotlog.settings import IngestSettings, SpoolSettings
from PilotLoggingDIRAC.pilotlog.sql.archive.sealing import SqlSealing
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from PilotLoggingDIRAC.pilotlog.write import spool_files
from PilotLoggingDIRAC.pilotlog.write.drain import Drain
from PilotLoggingDIRAC.pilotlog.write.spool import Spool
from PilotLoggingDIRAC.pilotlog.write.writer import Writer
from tests.conftest import PILOT, batch, line
from tests.pilotlog.write.test_writer import lines, read
from tests.waiting import PATIENCE_SECONDS, until

INGEST = IngestSettings(answer_seconds=30, commit_seconds=30, stop_seconds=30, max_group_batches=50)
SPOOL = SpoolSettings(spool_max_mb=1, probe_seconds=0.05, adopt_seconds=0.2, abandoned_seconds=0)


class Switch:
    """A store in front of another that can be away, hang, lose the answer of a commit, and refuse texts."""

    def __init__(self, store):
        self.store = store
        self.away = False
        self.answers_lost = 0
        self.backlogs = []
        self.away_after_next = False
        self.refused = set()
        self.breaks_over = set()
        self.gate = threading.Event()
        self.gate.set()

    def ping(self, epoch, backlog):
        if self.away:
            raise StoreUnavailable("away")
        self.store.ping(epoch, backlog)

    def append(self, epoch, group, acknowledged=False, backlog=False):
        self.gate.wait(PATIENCE_SECONDS)
        if self.away:
            raise StoreUnavailable("away")
        if self.refused & {item.batch.text for item in group}:
            raise StoreRefused("no")
        if self.breaks_over & {item.batch.text for item in group}:
            raise ConnectionLost("gone away")
        receipts = self.store.append(epoch, group, acknowledged, backlog)
        self.backlogs.append(backlog)
        self.away = self.away_after_next
        if self.answers_lost:
            self.answers_lost -= 1
            raise StoreUnavailable("the answer was lost")
        return receipts


@pytest.fixture
def switch(transactions, clock):
    return Switch(SqlAppender(transactions, clock))


@pytest.fixture
def problems():
    return {}


@pytest.fixture
def reports():
    """The subjects of problems, as they were told one time after the other."""
    return []


@pytest.fixture
def make_writer(switch, clock, tmp_path, problems, reports):
    writers = []

    def report(present):
        reports.append(set(present))
        problems.update(present)
        for subject in set(problems) - set(present):
            del problems[subject]

    def make(spool_settings=SPOOL, ingest=INGEST):
        writer = Writer(
            switch, ingest, clock, lambda: Spool(tmp_path / "spool", spool_settings), spool_settings, report
        )
        writer.start()
        writers.append(writer)
        return writer

    yield make
    switch.gate.set()
    for writer in writers:
        writer.stop()


def drained(writer):
    return writer.status()["Spool"]["Batches"] == 0


def missing(transactions):
    """The log's figure of bytes that are missing."""
    (log,) = SqlReader(transactions).find(PILOT)
    return log.missing_bytes


@pytest.fixture
def looks(monkeypatch):
    """A list that grows with each look for spools of dead processes."""
    made, look = [], Spool.abandoned
    monkeypatch.setattr(Spool, "abandoned", lambda spool: made.append(spool) or look(spool))
    return made


@pytest.fixture
def pings(monkeypatch):
    """A list that grows each time that the store is asked whether it is there, as before a look for spools."""
    made, ping = [], Switch.ping
    monkeypatch.setattr(Switch, "ping", lambda *args, **settings: made.append(1) or ping(*args, **settings))
    return made


def tries(writer):
    """Return how often the writer waited for the store to take a group."""
    (metric,) = writer.commits.collect()
    return next(sample.value for sample in metric.samples if sample.name.endswith("_count"))


def send(writer, *texts):
    answers = [writer.submit(batch(text)) for text in texts]
    return [answer.result(PATIENCE_SECONDS) for answer in answers]


def test_what_a_program_prints_again_is_kept_in_the_spool_and_by_who_adopts_it(make_writer, switch, transactions):
    writer = make_writer()
    switch.away = True
    for _ in range(3):
        answer = writer.submit(batch(b"tick\n"))
        answer.result(PATIENCE_SECONDS)
        answer.sent(True)
    writer.stop()
    switch.away = False
    successor = make_writer()
    send(successor, b"end\n")
    until(lambda: drained(successor))
    assert read(transactions) == 3 * b"tick\n" + b"end\n"


def test_with_the_store_away_batches_are_acknowledged_and_drain_in_order(make_writer, switch, transactions):
    writer = make_writer()
    send(writer, line("0"))
    switch.away = True
    for number in range(1, 100):
        assert send(writer, line(str(number))) == [Receipt(len(line(str(number))))]
    switch.away = False
    send(writer, line("100"))
    until(lambda: drained(writer))
    assert read(transactions) == b"".join(line(str(number)) for number in range(101))


def test_the_database_away_is_a_problem_until_it_is_back(make_writer, switch, problems):
    writer = make_writer()
    switch.away = True
    send(writer, line("a"))
    until(lambda: problems.get("database") == "away")
    switch.away = False
    until(lambda: not problems)


def test_a_store_that_hangs_is_left_alone_after_its_time_limit(make_writer, switch, transactions):
    writer = make_writer(ingest=replace(INGEST, commit_seconds=0.4))
    switch.gate.clear()
    send(writer, line("first"))
    assert tries(writer) == 1
    send(writer, line("second"))
    assert tries(writer) == 1
    switch.gate.set()
    until(lambda: drained(writer))
    assert read(transactions) == line("first") + line("second")


def test_a_commit_whose_answer_was_lost_is_stored_once(make_writer, switch, transactions):
    writer = make_writer()
    switch.answers_lost = 2
    send(writer, b"short\n", b"output\n")
    send(writer, b"more\n")
    until(lambda: drained(writer))
    assert read(transactions) == b"short\noutput\nmore\n"


def test_what_waits_survives_the_process_and_goes_before_new_text(make_writer, switch, transactions):
    writer = make_writer()
    switch.away = True
    send(writer, line("old"))
    writer.stop()
    switch.away = False
    writer = make_writer()
    send(writer, line("new"))
    until(lambda: drained(writer))
    assert read(transactions) == line("old") + line("new")


def test_a_full_spool_refuses_and_one_line_tells_of_the_gap(make_writer, switch, transactions):
    writer = make_writer()
    switch.away = True
    send(writer, line("kept"))
    for _ in range(3):
        with pytest.raises(SpoolFull):
            send(writer, b"x" * 1_100_000)
    switch.away = False
    until(lambda: drained(writer))
    send(writer, line("after"))
    until(lambda: read(transactions).endswith(line("after")), lambda: read(transactions))
    text = read(transactions)
    assert text.startswith(line("kept"))
    told = [item for item in text.splitlines() if b"missing here" in item]
    assert (
        len(told) == 1 and b"3 messages with 3300000 bytes are missing here: The collector's spool is full" in told[0]
    )


def test_a_gap_is_told_although_the_pilot_sends_no_more(make_writer, switch, transactions):
    writer = make_writer()
    switch.away = True
    send(writer, line("kept"))
    with pytest.raises(SpoolFull):
        send(writer, b"x" * 1_100_000)
    switch.away = False
    until(lambda: b"missing here" in read(transactions))


def test_with_nothing_in_the_spool_the_database_is_back_with_the_first_text_it_takes(make_writer, switch, problems):
    writer = make_writer()
    switch.away = True
    with pytest.raises(SpoolFull):
        send(writer, b"x" * 1_100_000)
    switch.away = False
    until(lambda: writer.status()["Spool"]["DatabaseAway"] == "" and not problems)


def test_a_spool_that_can_be_written_again_is_no_problem_any_more(make_writer, switch, problems, monkeypatch):
    def full(*_):
        raise SpoolUnavailable("disk full")

    writer = make_writer()
    switch.away = True
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "append", full)
        patch.setattr(Spool, "check", full)
        with pytest.raises(SpoolUnavailable):
            send(writer, line("refused"))
        until(lambda: "spool" in problems)
    switch.away = False
    until(lambda: not problems)


def test_a_spool_that_fails_while_the_database_answers_is_no_problem_of_the_database(
    make_writer, switch, problems, monkeypatch
):
    def full(*_):
        raise SpoolUnavailable("disk full")

    writer = make_writer()
    switch.away = True
    send(writer, line("kept"))
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "remove", full)
        switch.away = False
        until(lambda: problems == {"spool": "disk full"}, lambda: problems)
        assert writer.status()["Spool"]["DatabaseAway"] == ""
    until(lambda: drained(writer) and not problems, lambda: problems)


def test_a_line_about_text_that_is_stored_after_all_goes_through_the_spool_and_is_dropped(
    make_writer, switch, transactions, monkeypatch
):
    def full(*_):
        raise SpoolUnavailable("disk full")

    writer = make_writer()
    switch.answers_lost = 1
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "append", full)
        switch.away_after_next = True
        with pytest.raises(SpoolUnavailable):
            send(writer, line("stored after all"))
    send(writer, line("kept"))
    assert writer.status()["Spool"]["Batches"] == 2
    switch.away = switch.away_after_next = False
    until(lambda: drained(writer) and b"kept" in read(transactions))
    assert read(transactions) == line("stored after all") + line("kept")
    assert missing(transactions) == 0


def test_what_is_offered_again_does_not_overtake_a_line_about_refused_text(
    make_writer, switch, transactions, monkeypatch
):
    def full(*_):
        raise SpoolUnavailable("disk full")

    writer = make_writer()
    switch.refused = {b"bad\n"}
    with pytest.raises(StoreRefused):
        send(writer, b"bad\n")
    send(writer, b"good\n")
    switch.refused, switch.away = set(), True
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "append", full)
        with pytest.raises(SpoolUnavailable):
            send(writer, line("refused"))
        with pytest.raises(StoreUnavailable, match="try again later"):
            writer.release_quarantine()
    switch.away = False
    until(lambda: b"1 messages with %d bytes are missing" % len(line("refused")) in read(transactions))
    assert writer.release_quarantine() == 1
    until(lambda: drained(writer) and lines(transactions) == [b"good", b"bad"])


def test_a_gap_is_told_before_the_collector_stops(make_writer, switch, transactions):
    writer = make_writer()
    switch.away = True
    send(writer, line("kept"))
    with pytest.raises(SpoolFull):
        send(writer, b"x" * 1_100_000)
    writer.stop()
    switch.away = False
    make_writer()
    until(lambda: b"missing here" in read(transactions))


def test_a_neighbour_leaves_the_spool_of_one_that_just_died_to_its_successor(make_writer, switch, transactions, looks):
    careful = SpoolSettings(spool_max_mb=1, probe_seconds=0.05, adopt_seconds=0.1, abandoned_seconds=60)
    switch.away = True
    dying, neighbour = make_writer(careful), make_writer(careful)
    send(dying, line("first"))
    dying.stop()
    switch.away = False
    before = len(looks)
    until(lambda: len(looks) > before + 2)
    assert neighbour.status()["Spool"]["Batches"] == 0 and read(transactions) == b""
    successor = make_writer(careful)
    send(successor, line("first") + line("second"))
    until(lambda: drained(successor))
    assert read(transactions) == line("first") + line("second")


def test_a_spool_that_can_t_be_opened_means_refusals_and_is_tried_again(make_writer, switch, tmp_path, problems):
    (tmp_path / "spool").write_text("in the way")
    writer = make_writer()
    assert send(writer, line("stored"))
    switch.away = True
    with pytest.raises(PilotLogError):
        send(writer, line("refused"))
    until(lambda: "spool" in problems)
    (tmp_path / "spool").unlink()
    until(lambda: "spool" not in problems)
    assert send(writer, line("spooled"))
    switch.away = False
    until(lambda: drained(writer))


def test_a_spool_that_fails_unexpectedly_when_it_is_opened_means_refusals_and_is_tried_again(switch, clock, tmp_path):
    told, fails = {}, threading.Event()
    fails.set()

    def open_spool():
        if fails.is_set():
            raise PermissionError(13, "Permission denied", "/path")
        return Spool(tmp_path / "spool", SPOOL)

    writer = Writer(switch, INGEST, clock, open_spool, SPOOL, lambda present: told.update(now=present))
    writer.start()
    with pytest.raises(SpoolUnavailable, match=r"^[^/]*$"):
        send(writer, line("refused"))
    until(lambda: "spool" in told.get("now", {}), lambda: told)
    fails.clear()
    until(lambda: "spool" not in told["now"], lambda: told)
    assert send(writer, line("stored")) == [Receipt(len(line("stored")))]
    writer.stop()


def test_nothing_overtakes_what_waits_in_a_spool_that_can_t_be_opened(make_writer, switch, transactions, tmp_path):
    writer = make_writer()
    switch.away = True
    send(writer, line("older"))
    writer.stop()
    switch.away = False
    (file,) = (tmp_path / "spool").glob("*.spool")
    hidden = file.with_suffix(".hidden")
    file.rename(hidden)
    file.symlink_to(file)
    writer = make_writer()
    with pytest.raises(SpoolUnavailable):
        send(writer, line("refused"))
    hidden.rename(file)
    until(lambda: line("older") in read(transactions))
    send(writer, line("newer"))
    until(lambda: read(transactions).endswith(line("newer")), lambda: read(transactions))
    text = read(transactions)
    assert text.startswith(line("older")) and b"missing here" in text


def test_a_batch_that_the_store_refuses_is_put_aside_and_can_be_offered_again(make_writer, switch, transactions):
    writer = make_writer()
    switch.away = True
    switch.refused = {b"bad\n"}
    send(writer, *(b"%d\n" % number for number in range(10)), b"bad\n", b"last\n")
    switch.away = False
    until(lambda: drained(writer))
    assert lines(transactions) == [*(b"%d" % number for number in range(10)), b"last"]
    assert writer.status()["Spool"]["Quarantined"] == 1
    until(lambda: missing(transactions) == len(b"bad\n"))
    switch.refused = set()
    assert writer.release_quarantine() == 1
    until(lambda: drained(writer) and lines(transactions)[-1] == b"bad")
    assert missing(transactions) == 0


class Stepped:
    """A drain that has one batch in quarantine, and takes a step only when a test wants one."""

    def __init__(self, store, folder, ingest=INGEST):
        self.wakes, self.committer = [], ThreadPoolExecutor(1)
        wake, set_aside = (lambda: self.wake()), (lambda *aside: None)
        self.drain = Drain(
            store, lambda: Spool(folder / "spool", SPOOL), SPOOL, ingest, self.committer, wake, set_aside
        )
        self.drain.open()
        self.drain.quarantine("before", Numbered(1, batch(b"bad\n")))

    def wake(self):
        self.wakes.append(1)

    def ask(self, numbers=lambda number: ("now", 1)):
        return self.drain.request_release(numbers)

    def quarantined(self):
        return self.drain.status()["Quarantined"]

    def close(self):
        self.drain.close(PATIENCE_SECONDS)
        self.committer.shutdown()


@pytest.fixture
def make_stepped(switch, tmp_path):
    made = []

    def make(**settings):
        made.append(Stepped(switch, tmp_path, replace(INGEST, **settings)))
        return made[-1]

    yield make
    for stepped in made:
        stepped.close()


def test_two_who_ask_for_the_quarantine_before_the_writers_turn_are_both_answered(make_stepped):
    stepped = make_stepped()
    with ThreadPoolExecutor(2) as callers:
        asked = [callers.submit(stepped.ask) for _ in range(2)]
        until(lambda: len(stepped.wakes) == 2)
        stepped.drain.step()
        assert sorted(answer.result(PATIENCE_SECONDS) for answer in asked) == [0, 1]
    assert stepped.quarantined() == 0


def test_a_quarantine_whose_release_was_refused_for_want_of_time_stays(make_stepped):
    stepped = make_stepped(answer_seconds=0.01)
    with pytest.raises(StoreUnavailable, match="try again later"):
        stepped.ask()
    stepped.drain.step()
    assert stepped.quarantined() == 1


def test_a_release_that_has_begun_in_time_is_answered_by_what_became_of_it(make_stepped):
    stepped, begun, go_on = make_stepped(answer_seconds=0.01), threading.Event(), threading.Event()

    def numbers(count):
        begun.set()
        go_on.wait(PATIENCE_SECONDS)
        return "now", 1

    with ThreadPoolExecutor(2) as pool:

        def step_once():
            stepped.wake = lambda: None
            pool.submit(stepped.drain.step)
            begun.wait(PATIENCE_SECONDS)

        stepped.wake = step_once
        asked = pool.submit(stepped.ask, numbers)
        with pytest.raises(TimeoutError):
            asked.result(0.5)
        go_on.set()
        assert asked.result(PATIENCE_SECONDS) == 1


def test_an_unexpected_error_of_a_release_reaches_who_asked_at_once(make_stepped):
    stepped = make_stepped(answer_seconds=PATIENCE_SECONDS)
    with ThreadPoolExecutor(1) as callers:
        asked = callers.submit(stepped.ask, lambda number: {}["a fault"])
        until(lambda: stepped.wakes)
        stepped.drain.step()
        with pytest.raises(KeyError, match="a fault"):
            asked.result(PATIENCE_SECONDS / 2)
    assert stepped.quarantined() == 1


@pytest.fixture
def marked(transactions):
    """Return whether a collector is marked as one that brings in what it spooled."""
    return lambda: SqlSealing(transactions).draining(datetime.min)


def test_mark_of_a_backlog_goes_with_the_last_of_it(make_writer, switch, marked):
    writer = make_writer(ingest=replace(INGEST, max_group_batches=2))
    switch.away = True
    send(writer, *(line(str(number)) for number in range(5)))
    switch.backlogs.clear()
    switch.away = False
    until(lambda: drained(writer))
    assert not marked()
    assert switch.backlogs[0] is True and switch.backlogs.count(False) == 1


def test_mark_of_a_collector_that_ended_goes_with_the_last_of_its_spool(make_writer, switch, transactions, marked):
    """It had begun to drain."""
    dead = make_writer(ingest=replace(INGEST, max_group_batches=1))
    switch.away = True
    send(dead, line("0"), line("1"), line("2"))
    switch.away_after_next = True
    switch.away = False
    until(lambda: dead.status()["Spool"]["Batches"] == 2)
    dead.stop()
    assert marked()
    switch.away = switch.away_after_next = False
    make_writer()
    until(lambda: read(transactions) == line("0") + line("1") + line("2"), lambda: read(transactions))
    assert not marked()


def test_mark_of_a_backlog_goes_although_the_last_of_it_is_refused(make_writer, switch, marked):
    writer = make_writer()
    switch.away = True
    switch.refused = {b"bad\n"}
    send(writer, line("good"), b"bad\n")
    switch.away = False
    until(lambda: drained(writer))
    assert writer.status()["Spool"]["Quarantined"] == 1
    assert not marked()


def test_a_batch_over_which_the_connection_breaks_blocks_nobody(make_writer, switch, transactions):
    writer = make_writer()
    switch.breaks_over = {b"bad\n"}
    send(writer, b"first\n", b"bad\n", b"last\n")
    until(lambda: drained(writer))
    assert lines(transactions) == [b"first", b"last"]
    assert writer.status()["Spool"]["Quarantined"] == 1
    until(lambda: b"messages with 4 bytes are missing here" in read(transactions))


def test_the_spool_of_a_dead_neighbour_is_adopted_while_running(make_writer, transactions, tmp_path):
    writer = make_writer()
    send(writer, line("mine"))
    other = Spool(tmp_path / "other", SPOOL)
    other.append("neighbour", [type("N", (), {"number": 1, "batch": batch(line("theirs"))})()])
    other.close()
    for path in (tmp_path / "other").glob("0000.spool*"):
        path.rename(tmp_path / "spool" / path.name.replace("0000", "9999"))
    until(lambda: line("theirs") in read(transactions))


def dead_neighbour(folder, text):
    """Leave a spool with a batch behind, as a process does that dies, and return its path."""
    dead = Spool(folder, SPOOL)
    dead.append("neighbour", [Numbered(1, batch(text))])
    (path,) = (path for path in folder.glob("*.spool") if path.name != "0000.spool")
    dead.close()
    return path


def test_while_its_own_batches_wait_a_collector_adopts_none(make_writer, switch, transactions, tmp_path, monkeypatch):
    intervals, reopen = [], Drain.open
    monkeypatch.setattr(Drain, "open", lambda drain: intervals.append(drain) or reopen(drain))
    writer = make_writer()
    switch.away = True
    send(writer, line("mine"))
    held = writer.status()["Spool"]["Bytes"]
    path = dead_neighbour(tmp_path / "spool", line("theirs"))
    passed = len(intervals)
    until(lambda: len(intervals) > passed + 2)
    assert path.exists() and writer.status()["Spool"]["Bytes"] == held
    switch.away = False
    until(lambda: line("theirs") in read(transactions) and drained(writer))
    assert list(path.parent.glob("*.spool")) == [path]


def test_in_an_outage_an_idle_collector_adopts_nothing_and_reads_no_file(
    make_writer, switch, transactions, tmp_path, looks, pings
):
    switch.away = True
    writer = make_writer()
    path = dead_neighbour(tmp_path / "spool", line("theirs"))
    before = len(pings)
    until(lambda: len(pings) > before + 2)
    assert writer.status()["Spool"]["Batches"] == 0 and path.exists() and not looks
    switch.away = False
    until(lambda: line("theirs") in read(transactions))


def test_a_collector_whose_file_was_removed_has_another_soon(make_writer, switch, transactions, tmp_path, problems):
    writer = make_writer()
    send(writer, line("before"))
    (path,) = (tmp_path / "spool").glob("*.spool")
    for part in (tmp_path / "spool").glob(f"{path.name}*"):
        part.unlink()
    switch.away = True
    with pytest.raises(SpoolUnavailable):
        send(writer, line("refused"))

    def is_taken():
        try:
            return send(writer, line("kept"))
        except PilotLogError:
            return None

    until(is_taken)
    until(lambda: "spool" not in problems, lambda: problems)
    switch.away = False
    until(lambda: line("kept") in read(transactions))


@pytest.fixture
def check(monkeypatch):
    """Events of the check of a spool's file: it has ``begun``, and ``may_end``."""
    events = SimpleNamespace(begun=threading.Event(), may_end=threading.Event())

    def slowly(path, is_readable=spool_files.is_readable):
        events.begun.set()
        assert events.may_end.wait(PATIENCE_SECONDS)
        return is_readable(path)

    monkeypatch.setattr(spool_files, "is_readable", slowly)
    return events


def test_senders_do_not_wait_while_a_large_file_is_checked(make_writer, transactions, tmp_path, check):
    writer = make_writer()
    send(writer, line("before"))
    dead_neighbour(tmp_path / "spool", line("theirs"))
    assert check.begun.wait(PATIENCE_SECONDS)
    assert send(writer, line("mine")) == [Receipt(len(line("mine")))]
    check.may_end.set()
    until(lambda: line("theirs") in read(transactions))


def test_what_a_look_finds_after_the_stop_is_let_go(make_writer, transactions, tmp_path, check):
    writer = make_writer()
    send(writer, line("before"))
    dead_neighbour(tmp_path / "spool", line("theirs"))
    assert check.begun.wait(PATIENCE_SECONDS)
    writer.stop()
    check.may_end.set()
    make_writer()
    until(lambda: line("theirs") in read(transactions))


def test_a_spool_that_fails_unexpectedly_is_a_problem_and_no_busy_loop(
    make_writer, switch, tmp_path, problems, reports
):
    spool = Spool(tmp_path / "spool", SPOOL)
    spool.append("old", [Numbered(1, batch(line("a")))])
    with sqlite3.connect(tmp_path / "spool" / "0000.spool") as database:
        database.execute("UPDATE Batches SET Received = 'no time'")
    spool.close()
    writer = make_writer()
    until(lambda: "unexpected ValueError" in problems.get("spool", ""))
    told = len(reports)
    before, began = time.process_time(), time.monotonic()
    time.sleep(0.5)
    assert time.process_time() - before < 0.5 * (time.monotonic() - began)
    assert "database" not in problems
    assert all("spool" in report for report in reports[told:])
    assert send(writer, line("b")) == [Receipt(len(line("b")))]
