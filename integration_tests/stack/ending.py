"""Ends of processes: a program that is terminated cleans up, and what it started for itself ends with it."""

import ctypes
import os
import shutil
import signal

_PR_SET_PDEATHSIG = 1
#: Run by setpriv: the kernel tells nothing of a parent that had ended before it was asked. The shell adds a variable.
_UNLESS_ALONE = '[ "$PPID" = "$0" ] || exit 143; unset PWD; exec "$@"'


def clean_up_when_terminated():
    """Turn SIGTERM and SIGHUP into SystemExit, so that `with` blocks and `finally` clauses are run."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)


def _leave(number, _):
    # a second one must not cut off what the first one began
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def tied(argv, number=signal.SIGTERM):
    """Return the command by which this process runs `argv`; it gets a signal when the thread that started it ends.

    A thread that waits for the command is as good as the whole process; one that ends before takes the command with it.
    """
    name = number.name.removeprefix("SIG")
    words = ["/bin/sh", "-c", _UNLESS_ALONE, str(os.getpid()), *map(str, argv)]
    return [shutil.which("setpriv") or "setpriv", "--pdeathsig", name, "--", *words]


def end_with(parent, number=signal.SIGTERM):
    """Get a signal when the parent ends, or its thread that started this process; at once if the parent has ended."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)
