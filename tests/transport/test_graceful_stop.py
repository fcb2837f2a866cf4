"""The graceful stop of a process that is no Tornado, in a real process; that of collectors is tested with real ones."""

import signal
import subprocess
import sys

from tests.waiting import PATIENCE_SECONDS

_PROGRAM = """
import os, signal, time
from PilotLoggingDIRAC.transport.graceful_stop import stop_diset_on_signal

ends = os.pipe()

def stop():
    os.close(ends[1])
    print(os.read(ends[0], 1), flush=True)

stop_diset_on_signal(stop)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(60)
"""


def test_what_is_no_socket_does_not_stay_open_twice():
    """The process would wait for the end of its own pipe, as one that starts a child does."""
    command = [sys.executable, "-c", _PROGRAM]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=PATIENCE_SECONDS)
    assert ended.returncode == -signal.SIGTERM
    assert b"b''\n" in ended.stdout
