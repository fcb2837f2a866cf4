"""Looks at a database that hangs: whoever waits for one that fails is told so, and waits for no look of its own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.ports import StoreIdentity
from PilotLoggingDIRAC.pilotlog.read.database_watch import DatabaseWatch
from PilotLoggingDIRAC.pilotlog.turns import Turns
from tests.waiting import PATIENCE_SECONDS, until

ASKERS = 5
LOOK_SECONDS = 0.2


class Database:
    """A database that fails after a while, or answers; it counts the looks."""

    def __init__(self):
        self.looks, self.hangs = 0, True

    def look(self):
        self.looks += 1
        if self.hangs:
            time.sleep(LOOK_SECONDS)
            raise StoreUnavailable("away")
        return StoreIdentity("0123456789abcdef", 1)


@pytest.fixture
def database():
    return Database()


@pytest.fixture(params=["cursors", "watch"])
def look(request, database):
    """A reader's question about the database."""
    if request.param == "cursors":
        cursors = Cursors(lambda: database.look().name, 2.0)
        return lambda: cursors.give("1.0.0")
    return DatabaseWatch(database.look, lambda: None, 2.0)


def answer(look):
    """Return the message of the error that a reader gets, empty without one."""
    try:
        look()
    except StoreUnavailable as error:
        return str(error)
    return ""


def told(look):
    """Return what readers who ask at the same time are told."""
    with ThreadPoolExecutor(ASKERS) as pool:
        return list(pool.map(lambda _: answer(look), range(ASKERS)))


def test_readers_do_not_wait_one_after_another_for_a_database_that_hangs(database, look):
    assert told(look) == ["away"] * ASKERS
    assert database.looks < ASKERS


def test_who_asks_after_a_failure_has_the_database_looked_at_again(database, look):
    told(look)
    database.hangs = False
    assert told(look) == [""] * ASKERS


def test_who_waited_for_a_look_that_began_before_looks_again(database, look):
    first = threading.Thread(target=answer, args=(look,))
    first.start()
    until(lambda: database.looks == 1)
    database.hangs = False
    look()
    first.join()
    assert database.looks == 2


@pytest.fixture
def look_at():
    """``look_at(turns)`` begins a look that takes as long as the test."""
    ends, begun = threading.Event(), threading.Event()

    def look(turns):
        with turns.turn():
            begun.set()
            assert ends.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(1) as pool:

        def begin(turns):
            looks = pool.submit(look, turns)
            assert begun.wait(PATIENCE_SECONDS)
            return lambda: (ends.set(), looks.result(PATIENCE_SECONDS))

        yield begin
        ends.set()


def ask(turns):
    with turns.turn():
        return "looked"


def test_nobody_waits_for_a_look_that_takes_too_long(look_at):
    turns = Turns(StoreUnavailable, 0.1, "busy")
    end = look_at(turns)
    assert answer(lambda: ask(turns)) == "busy"
    end()
    assert ask(turns) == "looked"


def test_the_wait_counts_from_the_beginning_of_the_look(look_at):
    """Or each of many readers would keep a thread for the whole time limit."""
    turns = Turns(StoreUnavailable, 1.0, "busy")
    look_at(turns)
    assert answer(lambda: ask(turns)) == "busy"
    began = time.monotonic()
    for _ in range(100):
        assert answer(lambda: ask(turns)) == "busy"
    assert time.monotonic() - began < 50
