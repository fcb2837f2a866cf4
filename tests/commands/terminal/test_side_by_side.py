"""Calls side by side: their results, and the time that calls which hang may take together."""

import threading
import time

from PilotLoggingDIRAC.commands.terminal.side_by_side import ask_all
from tests.waiting import PATIENCE_SECONDS


def test_calls_are_made_at_the_same_time():
    both = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    assert sorted(ask_all({"one": both.wait, "other": both.wait}, 20).values()) == [0, 1]


def test_many_that_hang_take_no_longer_than_one():
    forever = threading.Event()
    began = time.monotonic()
    found = ask_all({f"hangs {number}": forever.wait for number in range(20)} | {"good": lambda: "answer"}, 0.5)
    took = time.monotonic() - began
    forever.set()
    assert found == {"good": "answer"}
    assert took < 5  # one after the other they would take 10 s
