"""The way in, from what a caller sends to what the store holds, and the counts of what became of it."""

import json
import threading
import time
from concurrent.futures import Future
from contextlib import suppress

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
from PilotLoggingDIRAC.pilotlog.model import PilotId, Receipt, State
from PilotLoggingDIRAC.pilotlog.receive.quotas import Quotas
from PilotLoggingDIRAC.pilotlog.receive.receiver import Intake
from PilotLoggingDIRAC.pilotlog.settings import IngestSettings, QuotaSettings, SpoolSettings
from PilotLoggingDIRAC.pilotlog.sql.appending import SqlAppender
from PilotLoggingDIRAC.pilotlog.sql.reading import SqlReader
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
def intake(writer, clock):
    return Intake(writer, SETTINGS, clock)


def send(intake, payload=TEXT, caller=PILOTS, stamp=PILOT.stamp, vo=PILOT.vo):
    return intake.wait(intake.message(caller, payload, stamp, vo, "192.0.2.7"), PATIENCE_SECONDS)


def finalise(intake, payload='{"retCode": "0"}', caller=PILOTS, stamp=PILOT.stamp, vo=PILOT.vo):
    return intake.wait(intake.finalisation(caller, payload, stamp, vo, "192.0.2.7"), PATIENCE_SECONDS)


def logs(transactions, pilot=PILOT):
    reader = SqlReader(transactions)
    return [(log, b"".join(text for _, text in reader.chunks(log))) for log in reader.find(pilot)]


class TestTaking:
    def test_a_receipt_means_that_the_text_is_in_the_store(self, intake, transactions, clock):
        assert send(intake) == Receipt(len(line("one")))
        ((log, text),) = logs(transactions)
        assert (text, log.state, log.last_seen) == (line("one"), State.RECEIVING, clock.now)

    def test_a_message_sent_again_says_so(self, intake):
        send(intake)
        assert send(intake) == Receipt(0, len(line("one")))

    def test_a_mark_completes_the_log(self, intake, transactions):
        send(intake)
        finalise(intake, '{"retCode": "1"}')
        ((log, _),) = logs(transactions)
        assert (log.state, log.return_code) == (State.COMPLETE, "1")

    def test_a_pilots_vo_is_its_groups_whatever_it_states(self, intake, transactions):
        send(intake, vo="beta_vo")
        finalise(intake, vo="beta_vo")
        assert len(logs(transactions)) == 1
        assert logs(transactions, PilotId("beta_vo", PILOT.stamp)) == []

    def test_a_hosts_vo_is_what_it_states(self, intake, transactions):
        send(intake, caller=HOST, vo="beta_vo")
        assert len(logs(transactions, PilotId("beta_vo", PILOT.stamp))) == 1


REFUSED = {
    "not a pilot": (dict(caller=USER), NotAllowed),
    "no stamp": (dict(stamp=""), InvalidInput),
    "default stamp": (dict(stamp="unknown"), InvalidInput),
    "NUL in the stamp": (dict(stamp="abc\0"), InvalidInput),
    "newline behind the stamp": (dict(stamp=PILOT.stamp + "\n"), InvalidInput),
    "traversal": (dict(stamp="../abc"), InvalidInput),
    "None as stamp": (dict(stamp=None), InvalidInput),
    "a host states no VO": (dict(caller=HOST, vo=None), InvalidInput),
    "a host states a path": (dict(caller=HOST, vo="a/../b"), InvalidInput),
    "dict": (dict(payload={"a": 1}), InvalidInput),
    "None": (dict(payload=None), InvalidInput),
    "broken JSON": (dict(payload='["a'), InvalidInput),
}


class TestRefusing:
    @pytest.mark.parametrize("step", [send, finalise])
    @pytest.mark.parametrize(("changes", "error"), REFUSED.values(), ids=REFUSED)
    def test_a_refusal_is_named_and_stores_nothing(self, intake, transactions, step, changes, error):
        with pytest.raises(error):
            step(intake, **changes)
        assert SqlReader(transactions).counts() == {}

    def test_a_list_with_one_wrong_line_stores_none_of_it(self, intake, transactions):
        with pytest.raises(InvalidInput):
            send(intake, '["good", 7]')
        assert SqlReader(transactions).counts() == {}

    def test_a_message_over_the_limit_is_refused_whole(self, intake, transactions):
        with pytest.raises(MessageTooLarge):
            send(intake, json.dumps("x" * 1001))
        assert SqlReader(transactions).counts() == {}
        assert send(intake, json.dumps("x" * 1000)).stored_bytes == 1000

    def test_who_may_not_write_learns_nothing_of_how_it_would_be_read(self, intake):
        with pytest.raises(NotAllowed):
            send(intake, payload=None, caller=USER, stamp="../abc")

    @pytest.mark.parametrize("step", ["message", "finalisation"])
    def test_a_pilot_that_may_not_write_is_asked_about_by_its_own_vo(self, writer, clock, transactions, step):
        def check(pilot):
            assert pilot == PILOT
            raise ForeignStamp("not yours")

        intake, payload = Intake(writer, SETTINGS, clock, check), {"message": TEXT, "finalisation": "{}"}[step]
        with pytest.raises(ForeignStamp):
            getattr(intake, step)(PILOTS, payload, PILOT.stamp, "beta_vo", "192.0.2.7")
        assert SqlReader(transactions).find(PILOT) == []

    def test_a_refusal_costs_nobody_else(self, intake):
        for _ in range(20):
            with pytest.raises(PilotLogError):
                send(intake, "nonsense")
        assert send(intake).stored_bytes

    def test_a_store_that_is_away_is_named_so_and_the_next_message_goes_through_when_it_is_back(self, intake, door):
        door.away = True
        with pytest.raises(StoreUnavailable):
            send(intake)
        door.away = False

        def goes_through():
            with suppress(StoreUnavailable):
                return send(intake).stored_bytes

        until(goes_through)
        assert intake.status()["StoredBatches"] == 1

    def test_more_than_may_wait_is_refused_at_once(self, intake, door):
        door.open.clear()
        with pytest.raises(Overloaded):
            for _ in range(SETTINGS.max_waiting_batches + 2):
                intake.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
                until(lambda: door.asked)

    def test_a_collector_that_stops_refuses_by_name(self, intake, writer):
        writer.stop()
        with pytest.raises(ShuttingDown):
            send(intake)


class TestQuotas:
    @pytest.fixture
    def intake(self, writer, clock):
        return Intake(writer, SETTINGS, clock, quotas=Quotas(lambda vo: QuotaSettings(100, 2)))

    def text_of(self, transactions, pilot):
        return b"".join(text for _, text in logs(transactions, pilot))

    def test_text_over_the_quota_is_refused_and_marked_in_its_log_once_there_is_one(self, intake, transactions):
        send(intake, json.dumps("x" * 60))
        for _ in range(3):
            with pytest.raises(QuotaSpent):
                send(intake, json.dumps("y" * 60))
        finalise(intake)
        ((log, text),) = logs(transactions)
        assert text.startswith(b"x" * 60) and b"yyy" not in text and log.state is State.COMPLETE
        assert text.count(b"3 messages with 180 bytes are missing here: ") == text.count(b"missing") == 1

    def test_new_logs_over_the_quota_leave_no_row(self, intake, transactions):
        send(intake, json.dumps("a"), stamp="a1")
        send(intake, json.dumps("b"), stamp="b1")
        for step in (lambda: send(intake, json.dumps("c"), stamp="c1"), lambda: finalise(intake, stamp="c1")):
            with pytest.raises(QuotaSpent):
                step()
        with pytest.raises(MessageTooLarge):
            send(intake, json.dumps("c" * 5000), stamp="c1")
        intake.missed(PILOTS, "c1", PILOT.vo, 5000, MessageTooLarge("no"))
        send(intake, json.dumps("aa"), stamp="a1")
        assert logs(transactions, PilotId(PILOT.vo, "c1")) == []
        assert sum(SqlReader(transactions).counts().values()) == 2

    def test_known_logs_are_finalised_whatever_the_quota(self, intake, transactions):
        send(intake, json.dumps("x" * 100))
        send(intake, json.dumps(""), stamp="b1")
        finalise(intake)
        ((log, _),) = logs(transactions)
        assert log.state is State.COMPLETE

    def test_what_was_not_stored_does_not_count(self, intake, door):
        door.away = True
        with pytest.raises(StoreUnavailable):
            send(intake, json.dumps("x" * 100))
        assert intake.status()["Quotas"][PILOT.vo]["Bytes"] == 0

    def test_what_had_been_stored_before_does_not_count_again(self, writer, clock):
        intake = Intake(writer, SETTINGS, clock)
        for _ in range(3):
            send(intake)
        assert intake.status()["Quotas"][PILOT.vo]["Bytes"] == len(line("one"))

    def test_who_may_not_write_marks_nothing(self, intake, transactions):
        for caller, stamp in ((USER, PILOT.stamp), (PILOTS, "../abc")):
            with pytest.raises(PilotLogError):
                intake.missed(caller, stamp, PILOT.vo, 5, MessageTooLarge("no"))
        send(intake, stamp="other")
        assert logs(transactions) == []


class TestWaiting:
    def test_who_waits_too_long_is_told_in_time(self, intake, door):
        door.open.clear()
        waiting = intake.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        started = time.monotonic()
        with pytest.raises(Overloaded):
            intake.wait(waiting, 0.2)
        assert time.monotonic() - started < SETTINGS.commit_seconds / 2  # the store would let it wait for longer

    @pytest.mark.parametrize("seconds", [0, -5])
    def test_without_time_left_nobody_waits(self, intake, seconds):
        with pytest.raises(Overloaded):
            intake.wait(Future(), seconds)

    def test_what_was_given_up_before_its_turn_is_never_stored_but_marked_as_missing(self, intake, door, transactions):
        door.open.clear()
        first = intake.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        until(lambda: door.asked)
        given_up = intake.message(PILOTS, json.dumps("given up\n"), PILOT.stamp, PILOT.vo, "")
        with pytest.raises(Overloaded):
            intake.wait(given_up, 0.05)
        door.open.set()
        intake.wait(first, PATIENCE_SECONDS)
        send(intake, json.dumps("third\n"))
        ((_, text),) = logs(transactions)
        assert text.startswith(line("one")) and text.endswith(b"third\n")
        assert b"given up" not in text and b"9 bytes are missing" in text


class TestCounting:
    def test_what_was_stored_is_counted(self, intake, clock):
        send(intake)
        send(intake, json.dumps(line("one").decode() + "and more\n"))
        finalise(intake)
        size = len(line("one"))
        status = intake.status()
        assert (status["StoredBatches"], status["StoredBytes"], status["RepeatedBytes"]) == (3, size + 9, size)
        assert (status["Since"], status["Refused"]) == (clock.now.isoformat(), {})

    def test_what_failed_or_was_given_up_does_not_count_as_stored(self, intake, door):
        door.away = True
        with pytest.raises(StoreUnavailable):
            send(intake)
        assert intake.status()["StoredBatches"] == 0

    def test_refusals_are_counted_by_their_names(self, intake):
        for error in (InvalidInput("no"), InvalidInput("no"), NotAllowed("no")):
            intake.refused(error)
        assert intake.status()["Refused"] == {"InvalidInput": 2, "NotAllowed": 1}

    def test_what_waits_is_shown(self, intake, door):
        door.open.clear()
        intake.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        until(lambda: door.asked)
        intake.message(PILOTS, TEXT, PILOT.stamp, PILOT.vo, "")
        status = intake.status()
        assert status["WaitingBatches"] == 1 and status["WaitingBytes"] >= len(line("one"))
