"""The way in, from what a caller sends to what the store holds, and the counts of what became of it."""

import json
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.access import Caller
from PilotLoggingDIRAC.pilotlog.errors import (
    ForeignStamp,
    InvalidInput,
    MessageTooLarge,
    NotAllowed,
    Overloaded,
    PilotLogError,
    QuotaSpent,
    ShuttingDown,
    StoreUnavailable,
)
from PilotLoggingDIRAC.pilotlog.model import Delivery, PilotId, Receipt, State
from PilotLoggingDIRAC.pilotlog.receive.quotas import Quotas
from PilotLoggingDIRAC.pilotlog.receive.receiver import Receiver
from PilotLoggingDIRAC.pilotlog.settings import IngestSettings, QuotaSettings, SpoolSettings
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from PilotLoggingDIRAC.pilotlog.write.answers import Answer
from PilotLoggingDIRAC.pilotlog.write.writer import Writer
from tests.conftest import PILOT, line
from tests.waiting import PATIENCE_SECONDS, until

SETTINGS = IngestSettings(
    max_message_bytes=1000, answer_seconds=30, commit_seconds=30, stop_seconds=30, max_waiting_batches=5
)
PILOTS = Caller("pilot", "alpha_pilot", PILOT.vo, frozenset({"GenericPilot"}))
HOST = Caller("vm.example.org", "hosts", "", frozenset({"TrustedHost"}), is_host=True)
USER = Caller("user", "alpha_user", PILOT.vo, frozenset({"NormalUser"}))
TEXT = json.dumps(line("one").decode())


class Door:
    """A store behind a door that tests shut, or take away."""

    def __init__(self, store):
        self._store = store
        self.away = False
        self.asked = 0
        self.open = threading.Event()
        self.open.set()

    def append(self, epoch, group):
        self.asked += 1
        self.open.wait(PATIENCE_SECONDS)
        if self.away:
            raise StoreUnavailable("away")
        return self._store.append(epoch, group)


@pytest.fixture
def door(transactions, clock):
    return Door(SqlAppender(transactions, clock))


@pytest.fixture
def writer(door, clock):
    writer = Writer(door, SETTINGS, clock, spool_settings=SpoolSettings(probe_seconds=0.1))
    writer.start()
    yield writer
    door.open.set()
    writer.stop()


@pytest.fixture
def receiver(writer, clock):
    return Receiver(writer, SETTINGS, clock)


def send(receiver, payload=TEXT, caller=PILOTS, stamp=PILOT.stamp, vo=PILOT.vo):
    return receiver.wait(receiver.message(caller, payload, stamp, vo, "192.0.2.7"), PATIENCE_SECONDS)


def finalise(receiver, payload='{"retCode": "0"}', caller=PILOTS, stamp=PILOT.stamp, vo=PILOT.vo):
    return receiver.wait(receiver.finalisation(caller, payload, stamp, vo, "192.0.2.7"), PATIENCE_SECONDS)


def logs(transactions, pilot=PILOT):
    reader = SqlReader(transactions)
    return [(log, b"".join(text for _, text in reader.chunks(log))) for log in reader.find(pilot)]


class TestTaking:
    def test_a_receipt_means_that_the_text_is_in_the_store(self, receiver, transactions, clock):
        assert send(receiver) == Receipt(len(line("one")))
        ((log, text),) = logs(transactions)
        assert (text, log.state, log.last_seen) == (line("one"), State.RECEIVING, clock.now)

    def test_a_message_sent_again_says_so(self, receiver):
        send(receiver)
        assert send(receiver) == Receipt(0, len(line("one")))

    def test_a_mark_completes_the_log(self, receiver, transactions):
        send(receiver)
        finalise(receiver, '{"retCode": "1"}')
        ((log, _),) = logs(transactions)
        assert (log.state, log.return_code) == (State.COMPLETE, "1")

    def test_a_pilots_vo_is_its_groups_whatever_it_states(self, receiver, transactions):
        send(receiver, vo="beta_vo")
        finalise(receiver, vo="beta_vo")
        assert len(logs(transactions)) == 1
        assert logs(transactions, PilotId("beta_vo", PILOT.stamp)) == []

    def test_a_hosts_vo_is_what_it_states(self, receiver, transactions):
        send(receiver, caller=HOST, vo="beta_vo")
        assert len(logs(transactions, PilotId("beta_vo", PILOT.stamp))) == 1


REFUSED = {
    "not a pilot": ({"caller": USER}, NotAllowed),
    "no stamp": ({"stamp": ""}, InvalidInput),
    "default stamp": ({"stamp": "unknown"}, InvalidInput),
    "NUL in the stamp": ({"stamp": "abc\0"}, InvalidInput),
    "newline behind the stamp": ({"stamp": PILOT.stamp + "\n"}, InvalidInput),
    "traversal": ({"stamp": "../abc"}, InvalidInput),
    "None as stamp": ({"stamp": None}, InvalidInput),
    "a host states no VO": ({"caller": HOST, "vo": None}, InvalidInput),
    "a host states a path": ({"caller": HOST, "vo": "a/../b"}, InvalidInput),
    "dict": ({"payload": {"a": 1}}, InvalidInput),
    "None": ({"payload": None}, InvalidInput),
}

UNREADABLE = {"no JSON": "not json", "broken JSON": '["a', "a number among lines": '["good", 7]', "null": "null"}


class TestRefusing:
    @pytest.mark.parametrize("step", [send, finalise])
    @pytest.mark.parametrize(("changes", "error"), REFUSED.values(), ids=REFUSED)
    def test_a_refusal_is_named_and_stores_nothing(self, receiver, transactions, step, changes, error):
        with pytest.raises(error):
            step(receiver, **changes)
        assert SqlReader(transactions).counts() == {}

    @pytest.mark.parametrize("payload", UNREADABLE.values(), ids=UNREADABLE)
    def test_of_a_message_that_can_t_be_read_nothing_is_stored_and_its_log_tells_of_the_gap(
        self, receiver, transactions, payload
    ):
        with pytest.raises(InvalidInput):
            send(receiver, payload)
        send(receiver)
        ((log, text),) = logs(transactions)
        assert b"1 messages with %d bytes are missing here: The message is " % len(payload) in text
        assert text.endswith(line("one")) and text.count(b"\n") <= 3
        assert log.missing_bytes == len(payload)

    def test_a_mark_that_can_t_be_read_is_no_gap(self, receiver, transactions):
        with pytest.raises(InvalidInput):
            finalise(receiver, '{"retCode"')
        send(receiver)
        ((log, text),) = logs(transactions)
        assert (text, log.missing_bytes) == (line("one"), 0)

    def test_who_may_not_write_marks_nothing_with_what_can_t_be_read(self, receiver, transactions):
        for changes in ({"caller": USER}, {"stamp": "../abc"}):
            with pytest.raises(PilotLogError):
                send(receiver, "not json", **changes)
        send(receiver, stamp="other")
        assert logs(transactions) == []

    def test_of_a_message_over_the_limit_head_and_tail_are_stored_and_the_rest_counts_as_dropped(
        self, receiver, transactions
    ):
        sent = b"".join(b"%04d\n" % number for number in range(1000))
        stored = send(receiver, json.dumps(sent.decode())).stored_bytes
        ((log, text),) = logs(transactions)
        assert text.startswith(sent[:400]) and text.endswith(sent[-300:]) and len(text) == stored < 1300
        assert b"%d bytes of a message are missing here" % log.dropped_bytes in text

    def test_who_may_not_write_learns_nothing_of_how_it_would_be_read(self, receiver):
        with pytest.raises(NotAllowed):
            send(receiver, payload=None, caller=USER, stamp="../abc")

    @pytest.mark.parametrize("step", ["message", "finalisation"])
    def test_a_pilot_that_may_not_write_is_asked_about_by_its_own_vo(self, writer, clock, transactions, step):
        def check(pilot):
            assert pilot == PILOT
            raise ForeignStamp("not yours")

        receiver, payload = Receiver(writer, SETTINGS, clock, check), {"message": TEXT, "finalisation": "{}"}[step]
        with pytest.raises(ForeignStamp):
            getattr(receiver, step)(PILOTS, payload, PILOT.stamp, "beta_vo", "192.0.2.7")
        assert SqlReader(transactions).find(PILOT) == []

    def test_a_refusal_costs_nobody_else(self, receiver):
        for _ in range(20):
            with pytest.raises(PilotLogError):
                send(receiver, "nonsense")
        assert send(receiver).stored_bytes

    def test_a_store_that_is_away_is_named_so_and_the_next_message_goes_through_when_it_is_back(self, receiver, door):
        door.away = True
        with pytest.raises(StoreUnavailable):
            send(receiver)
        door.away = False

        def goes_through():
            with suppress(StoreUnavailable):
                return send(receiver).stored_bytes

        until(goes_through)
        assert receiver.status()["StoredBatches"] == 1

    def test_more_than_may_wait_is_refused_at_once(self, receiver, door):
        door.open.clear()
        with pytest.raises(Overloaded):
            for _ in range(SETTINGS.max_waiting_batches + 2):
                receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
                until(lambda: door.asked)

    def test_a_collector_that_stops_refuses_by_name(self, receiver, writer):
        writer.stop()
        with pytest.raises(ShuttingDown):
            send(receiver)


class TestQuotas:
    @pytest.fixture
    def receiver(self, writer, clock):
        return Receiver(writer, SETTINGS, clock, quotas=Quotas(lambda vo: QuotaSettings(100, 2)))

    def text_of(self, transactions, pilot):
        return b"".join(text for _, text in logs(transactions, pilot))

    def test_text_over_the_quota_is_refused_and_marked_in_its_log_once_there_is_one(self, receiver, transactions):
        send(receiver, json.dumps("x" * 60))
        for _ in range(3):
            with pytest.raises(QuotaSpent):
                send(receiver, json.dumps("y" * 60))
        finalise(receiver)
        ((log, text),) = logs(transactions)
        assert text.startswith(b"x" * 60) and b"yyy" not in text and log.state is State.COMPLETE
        assert text.count(b"3 messages with 180 bytes are missing here: ") == text.count(b"missing") == 1
        assert log.missing_bytes == 180

    def test_new_logs_over_the_quota_leave_no_row(self, receiver, transactions):
        send(receiver, json.dumps("a"), stamp="a1")
        send(receiver, json.dumps("b"), stamp="b1")
        for step in (lambda: send(receiver, json.dumps("c"), stamp="c1"), lambda: finalise(receiver, stamp="c1")):
            with pytest.raises(QuotaSpent):
                step()
        with pytest.raises(QuotaSpent):
            send(receiver, json.dumps("c" * 5000), stamp="c1")
        receiver.missed(PILOTS, "c1", PILOT.vo, 5000, MessageTooLarge("no"))
        send(receiver, json.dumps("aa"), stamp="a1")
        assert logs(transactions, PilotId(PILOT.vo, "c1")) == []
        assert sum(SqlReader(transactions).counts().values()) == 2

    def test_known_logs_are_finalised_whatever_the_quota(self, receiver, transactions):
        send(receiver, json.dumps("x" * 100))
        send(receiver, json.dumps(""), stamp="b1")
        finalise(receiver)
        ((log, _),) = logs(transactions)
        assert log.state is State.COMPLETE

    def test_what_was_not_stored_does_not_count(self, receiver, door):
        door.away = True
        with pytest.raises(StoreUnavailable):
            send(receiver, json.dumps("x" * 100))
        assert receiver.status()["Quotas"][PILOT.vo]["Bytes"] == 0

    def test_what_had_been_stored_before_does_not_count_again(self, writer, clock):
        receiver = Receiver(writer, SETTINGS, clock)
        for _ in range(3):
            send(receiver)
        assert receiver.status()["Quotas"][PILOT.vo]["Bytes"] == len(line("one"))

    def test_who_may_not_write_marks_nothing(self, receiver, transactions):
        for caller, stamp in ((USER, PILOT.stamp), (PILOTS, "../abc")):
            with pytest.raises(PilotLogError):
                receiver.missed(caller, stamp, PILOT.vo, 5, MessageTooLarge("no"))
        send(receiver, stamp="other")
        assert logs(transactions) == []


class TestWaiting:
    def test_who_waits_too_long_is_told_in_time(self, receiver, door):
        door.open.clear()
        waiting = receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        started = time.monotonic()
        with pytest.raises(Overloaded):
            receiver.wait(waiting, 0.2)
        assert time.monotonic() - started < SETTINGS.commit_seconds / 2  # the store would let it wait for longer

    @pytest.mark.parametrize("seconds", [0, -5])
    def test_without_time_left_nobody_waits(self, receiver, seconds):
        with pytest.raises(Overloaded):
            receiver.wait(Future(), seconds)

    def test_what_was_given_up_before_its_turn_is_never_stored_but_marked_as_missing(
        self, receiver, door, transactions
    ):
        door.open.clear()
        first = receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        until(lambda: door.asked)
        given_up = receiver.message(PILOTS, json.dumps("given up\n"), PILOT.stamp, PILOT.vo, "")
        with pytest.raises(Overloaded):
            receiver.wait(given_up, 0.05)
        door.open.set()
        receiver.wait(first, PATIENCE_SECONDS)
        send(receiver, json.dumps("third\n"))
        ((_, text),) = logs(transactions)
        assert text.startswith(line("one")) and text.endswith(b"third\n")
        assert b"given up" not in text and b"9 bytes are missing" in text

    def test_what_is_being_stored_is_waited_for_and_its_sender_told(self, writer, clock, door):
        receiver = Receiver(writer, replace(SETTINGS, outcome_seconds=PATIENCE_SECONDS), clock)
        door.open.clear()
        taken = receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        until(lambda: door.asked)
        taken.cancel = lambda: door.open.set() or Answer.cancel(taken)  # the store answers when it is too late for that
        assert receiver.wait(taken, PATIENCE_SECONDS) == Receipt(len(line("one")))

    def test_a_refusal_from_before_the_outcome_is_no_answer_that_arrived_though_it_is_sent_after_it(
        self, receiver, door
    ):
        door.open.clear()
        answer = receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        until(lambda: door.asked)
        with pytest.raises(Overloaded):
            receiver.wait(answer, 0.05)
        door.open.set()
        assert answer.result(PATIENCE_SECONDS) == Receipt(len(line("one")))
        answer.sent(True)
        assert answer.note.state is None

    def test_an_answer_that_tells_the_outcome_has_arrived_also_as_a_refusal(self, receiver, door):
        for door.away in (False, True):
            answer = receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
            with suppress(StoreUnavailable):
                receiver.wait(answer, PATIENCE_SECONDS)
            answer.sent(True)
            assert answer.note.state is Delivery.ARRIVED

    @pytest.mark.parametrize("size", [20, 8 * SETTINGS.max_message_bytes], ids=["short", "over the limit"])
    def test_what_was_refused_while_it_was_being_stored_and_is_sent_again_is_stored_once_and_told(
        self, receiver, door, transactions, size
    ):
        payload = json.dumps("no time stamp\n" * size)[: size + 1] + '"'
        door.open.clear()
        for _ in range(3):
            answer = receiver.message(PILOTS, payload, PILOT.stamp, PILOT.vo, "192.0.2.7")
            until(lambda: door.asked)
            with pytest.raises(Overloaded):
                receiver.wait(answer, 0.05)
            answer.sent(True)
        door.open.set()
        until(lambda: receiver.status()["WaitingBatches"] == 0)
        receiver.wait(receiver.message(PILOTS, payload, PILOT.stamp, PILOT.vo, "192.0.2.7"), PATIENCE_SECONDS)
        ((_, text),) = logs(transactions)
        assert text.startswith(b"no time stamp\n") and b"2 messages with " in text
        assert text.count(b"bytes of a message are missing") == (size > SETTINGS.max_message_bytes)
        assert b"bytes may be missing here: left out as sent again" in text


class TestCounting:
    def test_what_was_stored_is_counted(self, receiver, clock):
        send(receiver)
        send(receiver, json.dumps(line("one").decode() + "and more\n"))
        finalise(receiver)
        size = len(line("one"))
        status = receiver.status()
        assert (status["StoredBatches"], status["StoredBytes"], status["RepeatedBytes"]) == (3, size + 9, size)
        assert (status["Since"], status["Refused"]) == (clock.now.isoformat(), {})

    def test_what_failed_or_was_given_up_does_not_count_as_stored(self, receiver, door):
        door.away = True
        with pytest.raises(StoreUnavailable):
            send(receiver)
        assert receiver.status()["StoredBatches"] == 0

    def test_refusals_are_counted_by_their_names(self, receiver):
        for error in (InvalidInput("no"), InvalidInput("no"), NotAllowed("no")):
            receiver.refused(error)
        assert receiver.status()["Refused"] == {"InvalidInput": 2, "NotAllowed": 1}

    def test_what_waits_is_shown(self, receiver, door):
        door.open.clear()
        receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        until(lambda: door.asked)
        receiver.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        status = receiver.status()
        assert status["WaitingBatches"] == 1 and status["WaitingBytes"] >= len(line("one"))
