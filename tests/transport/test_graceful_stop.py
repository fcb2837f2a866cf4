"""The graceful stop of a process that is no Tornado, in a real process; that of collectors is tested with real ones."""

import signal
import subprocess
import sys

from tests.waiting import PATIENCE_SECONDS

_PROGRAM = """
import fcntl, os, signal, socket, subprocess, sys, time
from PilotLoggingDIRAC.transport.graceful_stop import stop_diset_on_signal

ends = os.pipe()
listener = socket.create_server(("127.0.0.1", 0))
file = open(sys.argv[1], "w")
fcntl.lockf(file, fcntl.LOCK_EX)
TRY = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"

def stop():
    os.close(ends[1])
    print("pipe", os.read(ends[0], 1))
    tried = subprocess.run([sys.executable, "-c", TRY, sys.argv[1]], capture_output=True, text=True)
    print("lock", "BlockingIOError" in tried.stderr)
    try:
        socket.create_connection(listener.getsockname(), timeout=10)
    except ConnectionRefusedError:
        print("refused", listener.fileno() >= 0, flush=True)

stop_diset_on_signal(stop)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(60)
"""


def test_new_connections_are_refused_and_other_descriptors_left_alone(tmp_path):
    """A pipe has one end as before, so that it ends with that; a locked file stays locked, as sqlite's do."""
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path / "locked")]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert ended.returncode == -signal.SIGTERM
    assert ended.stdout.splitlines()[-3:] == ["pipe b''", "lock True", "refused True"]
