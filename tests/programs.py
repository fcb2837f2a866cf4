"""Programs that tests start, and end however the test ends."""

import subprocess
from contextlib import contextmanager


@contextmanager
def programs(says, **streams):
    """``start(argv)``: a process whose first line has been what it says; all are killed at the end."""
    started = []

    def start(argv):
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **streams)
        started.append(process)
        assert process.stdout.readline() == says
        return process

    try:
        yield start
    finally:
        for process in started:
            process.kill()
            with process:  # its streams are closed, and it is waited for
                pass
