"""Stops the processes of one stack when the process that started them has ended: `watchdog.py FOLDER`.

The starter holds the other end of standard input and never closes it, so the end of input is the end of the starter,
however it ended. Before that it writes a line for each process that it started, since the folder may be gone by then,
or the line that releases the watchdog: what runs stays. It is started as a plain file and imports little, as each stack
has one.
"""

import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from processes import STAY, Processes

PATIENCE_SECONDS = 3
#: A process that the starter was about to start writes its id a moment later.
ROUNDS, PAUSE_SECONDS = 3, 1.0


def main():
    """Wait for the starter's end, then stop what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    started = [line.strip() for line in sys.stdin]
    if STAY in started:
        return
    with tempfile.TemporaryDirectory(prefix="watchdog-") as own:
        for _ in range(ROUNDS):
            stop(write_down(Path(own), Path(sys.argv[1]), started))
            time.sleep(PAUSE_SECONDS)


def write_down(own, folder, started):
    """Return the processes that the starter told of, and those that wrote their id into its folder meanwhile."""
    pids = own / "pid"
    pids.mkdir(exist_ok=True)
    for number, line in enumerate(started):
        (pids / f"told-{number}.pid").write_text(line)
    for path in (folder / "pid").glob("*.pid"):
        shutil.copy(path, pids)
    return Processes(own, watched=False)


def stop(processes):
    """Stop them all at once."""
    names = processes.names()
    with ThreadPoolExecutor(len(names) + 1) as pool:
        list(pool.map(lambda name: processes.stop(name, PATIENCE_SECONDS), names))


if __name__ == "__main__":
    main()
