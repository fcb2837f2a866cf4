"""The graceful stop of a process that is no Tornado, in a real process; that of collectors is tested with real ones."""

import signal
import subprocess
import sys

from tests.waiting import PATIENCE_SECONDS


def run(program, *arguments):
    """Return how a program ended, and what it said."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=PATIENCE_SECONDS)


_PROGRAM = """
import fcntl, os, selectors, signal, socket, subprocess, sys, threading, time
from PilotLoggingDIRAC.transport.graceful_stop import stop_diset_on_signal

ends = os.pipe()
listener = socket.create_server(("127.0.0.1", 0))
address = listener.getsockname()
lock, looked = threading.Lock(), threading.Event()
file = open(sys.argv[1], "w")
fcntl.lockf(file, fcntl.LOCK_EX)
TRY = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"

def stop():
    os.close(ends[1])
    print("pipe", os.read(ends[0], 1))
    tried = subprocess.run([sys.executable, "-c", TRY, sys.argv[1]], capture_output=True, text=True)
    print("lock", "BlockingIOError" in tried.stderr)
    try:
        socket.create_connection(address, timeout=60)
    except ConnectionRefusedError:
        print("refused", flush=True)
    with lock:
        print("main thread goes on", flush=True)
    looked.wait(30)

stop_diset_on_signal(stop)
with lock:
    os.kill(os.getpid(), signal.SIGTERM)
    while not signal.getsignal(signal.SIGTERM) == signal.SIG_IGN:
        time.sleep(0.01)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
print("silent", selector.select(1), flush=True)
looked.set()
time.sleep(60)
"""


def test_new_connections_are_refused_and_other_descriptors_left_alone(tmp_path):
    """A pipe has one end as before, so that it ends with that; a locked file stays locked, as sqlite's do."""
    ended = run(_PROGRAM, tmp_path / "locked")
    assert ended.returncode == -signal.SIGTERM
    told = {"pipe b''", "lock True", "refused", "main thread goes on", "silent []"}
    assert told <= set(ended.stdout.splitlines())


_FORKED = """
import os, signal, time
from PilotLoggingDIRAC.transport.graceful_stop import stop_diset_on_signal

stop_diset_on_signal(lambda: None)
reader, writer = os.pipe()
child = os.fork()
if not child:
    os.write(writer, b"runs")
    time.sleep(60)
    os._exit(0)
os.read(reader, 4)
os.kill(child, signal.SIGTERM)
print("ended by", os.waitpid(child, 0)[1])
"""


def test_a_forked_child_ends_by_the_signal():
    ended = run(_FORKED)
    assert ended.stdout.splitlines()[-1:] == [f"ended by {signal.SIGTERM:d}"]


_EARLY = """
import os, signal, socket, threading, time
from PilotLoggingDIRAC.transport import graceful_stop

looked = threading.Event()
# the process ends when the test has looked
graceful_stop._QUIET_SECONDS, graceful_stop.time.sleep, sleep = 30, looked.wait, time.sleep
opened = threading.Event()
graceful_stop.stop_diset_on_signal(lambda: opened.wait(30))
os.kill(os.getpid(), signal.SIGTERM)
listener = socket.create_server(("127.0.0.1", 0))
address = listener.getsockname()
opened.set()
while True:
    try:
        socket.create_connection(address, timeout=60).close()
    except ConnectionRefusedError:
        print("refused", flush=True)
        break
    except ConnectionError:  # it was closed meanwhile
        pass
    sleep(0.05)
looked.set()
sleep(60)
"""


def test_a_port_that_is_opened_after_the_signal_is_closed_too():
    ended = run(_EARLY)
    assert (ended.returncode, ended.stdout.splitlines()[-1:]) == (-signal.SIGTERM, ["refused"])
