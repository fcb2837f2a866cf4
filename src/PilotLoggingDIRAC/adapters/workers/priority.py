"""The priority of this process among those of its host.

Linux may share processors among sessions first (``autogroup`` of sched(7)): a process's niceness then counts only
within its session, and the session has a niceness of its own. ``runsv``, systemd and Python's ``start_new_session``
begin sessions.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_AUTOGROUP = Path("/proc/self/autogroup")
_SUPERVISOR = "runsv"

#: The kernel takes one change of users other than root in 0.1 s, on the whole host.
_TRIES, _PAUSE_SECONDS = 20, 0.15


def give_way(niceness: int) -> None:
    """Let other processes of the host come first: raise this one's niceness, and that of its session if it is its own.

    19 at most; what is higher already stays. The session stays as it is where the kernel does not know its niceness.
    """
    raised = max(os.getpriority(os.PRIO_PROCESS, 0), min(niceness, 19))
    os.setpriority(os.PRIO_PROCESS, 0, raised)
    if _session_is_own():
        _raise_session(raised)


def _session_is_own() -> bool:
    """Return whether this process leads its session, or a supervisor that started only this process does."""
    leader = os.getsid(0)
    if leader == os.getpid():
        return True
    try:
        return leader == os.getppid() and Path(f"/proc/{leader}/comm").read_text().strip() == _SUPERVISOR
    except OSError:
        return False


def _raise_session(niceness: int) -> None:
    for _ in range(_TRIES):
        try:
            # "/autogroup-42 nice 0"
            if niceness > int(_AUTOGROUP.read_text().rpartition(" ")[2]):
                _AUTOGROUP.write_text(str(niceness))
            return
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        except (OSError, ValueError):
            return
