"""Waits of the unit tests: for the thing asserted, as long as a busy machine may need."""

import threading
import time

#: Longer than anything takes beside busy neighbours; a test that fails waits this long, one that passes does not.
PATIENCE_SECONDS = 60


def until(condition, seen=lambda: "", seconds=PATIENCE_SECONDS):
    """Return once the condition holds; the assertion that fails otherwise tells what ``seen()`` returned last."""
    deadline, pause = time.monotonic() + seconds, 0.005
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s; last seen: {seen()!r}"
        time.sleep(pause)
        pause = min(1.5 * pause, 0.05)  # whoever asks a store on sqlite all the time keeps others from its lock


class Slots:
    """The slots of an agent's VOs, of which one is there; ``came`` grows by one with each who asks for it."""

    def __init__(self):
        self._free = threading.Semaphore()
        self.came = []

    def __enter__(self):
        self.came.append(threading.current_thread())
        self._free.acquire()

    def __exit__(self, *_):
        self._free.release()
