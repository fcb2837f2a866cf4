"""Python's garbage collector must not stop the server again and again to look at what never becomes garbage.

A Tornado with DIRAC has 130,000 objects from its start on. Under load the collector looked at all of them every 0.8 s, for
90 ms in which nobody was answered: a tenth of all CPU, and the slowest hundredth of all answers.
"""

from __future__ import annotations

import functools
import gc
import threading
import time

#: When the server has started, and when what is loaded at first use has been.
_WAITS_SECONDS = (2, 30, 300)


@functools.cache
def avoid_pauses() -> None:
    """Set aside what is there after the start, and twice more; what is made later is looked after as ever.

    In a thread: the loop of this moment need not be the one that the server will run on.
    """
    threading.Thread(target=_work, name="pilotlog-pauses", daemon=True).start()


def _work() -> None:
    for seconds in _WAITS_SECONDS:
        time.sleep(seconds)
        set_aside()


def set_aside() -> None:
    """Take what there is, but for garbage, from what the collector looks at."""
    gc.collect()
    gc.freeze()
