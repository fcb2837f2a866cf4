"""Calls that may hang, side by side: each in a thread of its own, all within one time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

Result = TypeVar("Result")


def ask_all(calls: Mapping[str, Callable[[], Result]], seconds: float) -> dict[str, Result]:
    """Return the results of the calls that ended within this time, by name; those that hang are left behind, and so
    is a call that raised.
    """
    found: dict[str, Result] = {}
    threads = [threading.Thread(target=_call, args=(name, call, found), daemon=True) for name, call in calls.items()]
    until = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    return dict(found)


def _call(name: str, call: Callable[[], Result], found: dict[str, Result]) -> None:
    found[name] = call()
