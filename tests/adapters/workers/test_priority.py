"""The niceness of processes and of their sessions, with the kernel of the host."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

AUTOGROUP = Path("/proc/self/autogroup")

GIVE_WAY = """
import os, pathlib
from PilotLoggingDIRAC.adapters.workers.priority import give_way
give_way({niceness})
print(os.getpriority(os.PRIO_PROCESS, 0), pathlib.Path("/proc/self/autogroup").read_text().split()[-1])
"""

START = """
import pathlib, subprocess, sys, time
pathlib.Path("/proc/self/comm").write_text({name!r})
while {session}:
    try:
        pathlib.Path("/proc/self/autogroup").write_text("{session}")
        break
    except BlockingIOError:  # one change in a time
        time.sleep(0.1)
subprocess.run([sys.executable, "-c", {code!r}], check=True)
"""

#: The file is missing in kernels without autogroups, and empty in one that was booted with ``noautogroup``.
SHARED = AUTOGROUP.exists() and AUTOGROUP.read_text() != ""

pytestmark = pytest.mark.skipif(not SHARED, reason="this kernel does not share processors among sessions")


def given_way(code):
    """Return (niceness of the process, of its session) that a program in a session of its own prints."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, check=True, timeout=60, start_new_session=True)
    return tuple(map(int, done.stdout.split()))


def started_by(name, niceness, session=0):
    return given_way(START.format(name=name, session=session, code=GIVE_WAY.format(niceness=niceness)))


def raised_to(niceness):
    """Tests may themselves be run with a niceness."""
    return max(niceness, os.getpriority(os.PRIO_PROCESS, 0))


def test_a_process_and_its_own_session_get_the_niceness():
    assert given_way(GIVE_WAY.format(niceness=7)) == (raised_to(7), raised_to(7))


def test_a_session_that_others_use_keeps_its_niceness():
    assert started_by("bash", 7) == (raised_to(7), 0)


def test_the_session_of_a_supervisor_gets_the_niceness():
    assert started_by("runsv", 7) == (raised_to(7), raised_to(7))


def test_what_is_higher_stays():
    assert given_way("import os; os.nice(5)" + GIVE_WAY.format(niceness=3)) == (min(raised_to(0) + 5, 19),) * 2
    assert started_by("runsv", 3, session=19) == (raised_to(3), 19)


def test_the_kernel_s_bound_is_the_highest():
    assert given_way(GIVE_WAY.format(niceness=99)) == (19, 19)
