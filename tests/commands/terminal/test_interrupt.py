"""Ctrl-C: real processes that get real signals."""

import signal
import subprocess
import sys
import time

import pytest

from PilotLoggingDIRAC.commands.terminal.interrupt import SAME_SECONDS
from tests.programs import programs
from tests.waiting import PATIENCE_SECONDS

COMMAND = """
import sys, threading, time
from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare
prepare()
def run():
    print("begun", flush=True)
    time.sleep(600)
{wait}
sys.exit(exit_code("It failed", run))
"""
#: The interpreter waits for it when all else is done, until the test closes its standard input.
THREAD = "threading.Thread(target=sys.stdin.buffer.raw.readall).start()"


@pytest.fixture
def start():
    """Start a program, and return it when it has said that it begins."""
    with programs("begun\n", stderr=subprocess.PIPE) as start:
        yield lambda program: start(["env", "--default-signal=INT", sys.executable, "-c", program])


def test_a_second_interrupt_at_once_cuts_nothing_of_the_end(start):
    process = start(COMMAND.format(wait=THREAD))
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline() == "Interrupted\n"
    time.sleep(0.2)  # until the interpreter waits for the thread
    process.send_signal(signal.SIGINT)
    process.stdin.close()
    assert process.wait(PATIENCE_SECONDS) == 130
    assert process.stderr.read() == ""


def test_a_later_one_ends_what_does_not_end(start):
    process = start(COMMAND.format(wait=THREAD))
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline() == "Interrupted\n"
    time.sleep(SAME_SECONDS + 0.2)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT
    assert process.stderr.read() == ""


def test_nothing_but_an_interrupt_is_told_where_nothing_catches_it(start):
    process = start(COMMAND.format(wait="run()"))
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT
    assert process.stderr.read() == "Interrupted\n"


def test_one_that_the_caller_ignores_stays_ignored():
    program = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)" + COMMAND.format(wait="")
    ended = program.replace("time.sleep(600)", "signal.raise_signal(signal.SIGINT)")
    done = subprocess.run([sys.executable, "-c", ended], capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    assert (done.returncode, done.stdout) == (0, b"begun\n")
