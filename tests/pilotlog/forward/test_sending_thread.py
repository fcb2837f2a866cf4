"""The sending thread of a destination: pauses, problems and alarms. A destination that hangs harms no other."""

import threading
from datetime import timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.forward.cursor import WALKED, WantedLogs
from PilotLoggingDIRAC.pilotlog.forward.sending_thread import SendingThread
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings
from tests.custody_contract import pilot
from tests.forward_contract import VO, Broker, Forwarding
from tests.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def grid(transactions, clock):
    return Forwarding(transactions, clock)


@pytest.fixture
def work(grid, seconds):
    """A sending thread for the grid's broker, or for another one."""

    def make(broker=None, name="Broker", **bounds):
        def wanted():
            progress = grid.destinations.begin(name)
            return WantedLogs(name, (VO,), progress.began, progress.caught_up_at)

        agent = grid.begin(broker=broker, name=name, owner=name, **bounds)
        return SendingThread(agent, wanted, agent.settings, seconds)

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


@pytest.fixture
def fail(grid, clock, seconds):
    """``fail(thread, steps)``: steps of a thread, more than a minute apart, while its destination is down."""

    def steps(thread, number):
        grid.broker.error = DestinationUnavailable("away")
        for _ in range(number):
            thread.once()
            seconds.now += 70
            clock.forward(seconds=70)

    return steps


def test_alarm_rings_where_the_one_log_that_waits_was_heard_of_long_ago(grid, work, fail, clock):
    grid.finish()
    grid.archive()
    clock.forward(hours=1)
    thread = work()
    fail(thread, 10)
    assert thread.alarm() == "away"
    assert grid.destinations.progress()[0].caught_up_at is None


def test_alarm_rings_where_nothing_but_the_end_of_an_old_log_waits(grid, work, fail, clock):
    grid.finish()
    grid.run()
    clock.forward(hours=1)
    grid.archive()
    thread, pages = work(), len(WALKED)
    fail(thread, pages + 10)
    assert thread.alarm() == "away"
    assert clock() - grid.destinations.progress()[0].caught_up_at >= timedelta(seconds=700)


def test_alarm_rings_where_another_agent_leases_all_that_waits(grid, work, fail):
    thread = work()
    grid.send(b"text\n")
    fail(thread, 2)
    assert grid.logs.claim(thread.sender.name, "hangs", [grid.log().id], grid.later(hours=1))
    fail(thread, 10)
    assert thread.alarm() == "away"
    grid.logs.release(thread.sender.name, "hangs", [grid.log().id])
    grid.broker.error = None
    thread.once()
    assert (thread.alarm(), thread.problem) == ("", "")


@pytest.mark.parametrize("begins_anew", [False, True])
def test_destination_that_was_down_is_behind_until_all_was_sent(grid, work, fail, clock, begins_anew):
    bounds = {"forward_logs": 2, "forward_walk_logs": 2}
    thread = work(**bounds)
    for number in range(6):
        grid.send(b"text\n", pilot(number))
        fail(thread, 9)
    grid.broker.error = None
    thread = work(**bounds) if begins_anew else thread
    for _ in range(2):
        assert thread.once() == 0, "more is to be sent at once"
        assert grid.destinations.progress()[0].caught_up_at is None
    for _ in range(6):
        thread.once()
    assert grid.broker.messages == ["text"] * 6
    assert grid.destinations.progress()[0].caught_up_at == clock()


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
        released.wait(PATIENCE_SECONDS)

    hanging.before = hang
    threads = [work(hanging, "Hanging"), work(name="Broker")]
    for name in ("Hanging", "Broker"):
        grid.destinations.begin(name)
    grid.send(b"text\n")
    try:
        for thread in threads:
            thread.start()
        until(lambda: grid.broker.messages == ["text"])
        assert reached.wait(PATIENCE_SECONDS)
        assert hanging.messages == []
        assert not threads[0].stop(0.01)
        assert threads[1].stop(PATIENCE_SECONDS)
    finally:
        released.set()
    assert threads[0].stop(PATIENCE_SECONDS)
