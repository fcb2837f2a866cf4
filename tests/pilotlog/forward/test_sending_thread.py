"""The sending thread of a destination: pauses, problems and alarms. A destination that hangs harms no other."""

import threading

import pytest

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.forward.cursor import WantedLogs
from PilotLoggingDIRAC.pilotlog.forward.sending_thread import SendingThread
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings
from tests.custody_contract import pilot
from tests.forward_contract import VO, Broker, Forwarding
from tests.waiting import until


@pytest.fixture
def grid(transactions, clock):
    return Forwarding(transactions, clock)


@pytest.fixture
def work(grid, seconds):
    """A sending thread for the grid's broker, or for another one."""

    def make(broker=None, name="Broker", **bounds):
        agent = grid.begin(broker=broker, name=name, owner=name, **bounds)
        return SendingThread(
            agent, lambda: WantedLogs(name, (VO,), grid.destinations.begin(name).began), agent.settings, seconds
        )

    return make


def test_pauses_after_failures_double_and_begin_anew_after_a_success(grid, work):
    thread = work(forward_max_retry_seconds=5)
    grid.broker.error = DestinationUnavailable("away")
    grid.send(b"text\n")
    assert [thread.once() for _ in range(5)] == [1, 2, 4, 5, 5]
    assert thread.problem == "away"
    grid.broker.error = None
    assert (thread.once(), thread.problem) == (0.5, "")
    grid.broker.error = DestinationUnavailable("away")
    grid.send(b"more\n")
    assert thread.once() == 1


def test_destination_is_left_for_as_long_as_it_asks(grid, work):
    thread = work()
    grid.send(b"text\n")
    grid.broker.error = DestinationUnavailable("too many requests", retry_seconds=7)
    assert thread.once() == 7
    grid.broker.error = DestinationUnavailable("too many requests", retry_seconds=1e6)
    assert thread.once() == ForwardSettings().forward_max_retry_seconds


def test_whatever_a_plugin_raises_is_a_problem_that_tells_no_text(grid, work):
    thread = work()
    grid.send(b"secret\n")
    grid.broker.error = ValueError("secret")
    assert (thread.once(), thread.problem) == (1, "unexpected ValueError")
    grid.broker.error = None
    thread.once()
    assert grid.broker.messages == ["secret"]


def test_store_that_is_away_is_tried_again(grid, work, seconds):
    thread = work()

    def away(*_):
        raise StoreUnavailable("away")

    thread.wanted = away
    assert (thread.once(), thread.problem) == (1, "away")


def test_alarm_rings_when_a_destination_fails_for_long(grid, work, seconds):
    thread = work()
    grid.send(b"text\n")
    grid.broker.error = DestinationUnavailable("away")
    thread.once()
    assert thread.alarm() == ""
    seconds.now += ForwardSettings().forward_alarm_seconds
    assert thread.alarm() == "away"
    grid.broker.error = None
    thread.once()
    assert thread.alarm() == ""


def test_next_look_follows_at_once_where_one_finds_more_than_it_takes(grid, work):
    thread = work(forward_logs=2, forward_walk_logs=2)
    for number in range(5):
        grid.send(b"text\n", pilot(number))
    pauses = [thread.once() for _ in range(8)]
    assert (pauses[0], pauses[-1]) == (0, 0.5)
    assert grid.broker.messages == ["text"] * 5


@pytest.mark.parametrize(("taken", "pause"), [(0.2, 0.3), (0.5, 0.1), (60.0, 0.1)])
def test_pause_counts_from_the_step_s_beginning(grid, work, seconds, taken, pause):
    thread = work()
    grid.send(b"text\n")

    def slow():
        seconds.now += taken

    grid.broker.before = slow
    assert thread.once() == pytest.approx(pause)


def test_destination_that_hangs_delays_no_other(grid, work):
    reached, released, hanging = threading.Event(), threading.Event(), Broker()

    def hang():
        reached.set()
        released.wait(60)

    hanging.before = hang
    threads = [work(hanging, "Hanging"), work(name="Broker")]
    for name in ("Hanging", "Broker"):
        grid.destinations.begin(name)
    grid.send(b"text\n")
    try:
        for thread in threads:
            thread.start()
        until(lambda: grid.broker.messages == ["text"])
        assert reached.wait(10)
        assert hanging.messages == []
        assert not threads[0].stop(0.01)
        assert threads[1].stop(10)
    finally:
        released.set()
    assert threads[0].stop(10)
