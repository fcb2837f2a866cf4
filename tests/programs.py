"""Programs that tests start, and end however the test ends."""

import subprocess
from contextlib import contextmanager

import psutil


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


def has_ended(process):
    """Return whether a process, of psutil, is gone, or a zombie; it may go between two questions about it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def called(words, processes):
    """Return those processes that have the words in their command line, without those that have ended."""
    return [each for each in processes if words in _command_line(each)]


def _command_line(process):
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""
