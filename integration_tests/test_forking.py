"""Processes that tests start from fork servers (``stack/forking.py``) start by themselves too, as everywhere else."""

import multiprocessing
import os
import sys

import pytest

from . import rpc
from .stack import forking
from .stack.components import TORNADO


@pytest.fixture
def by_itself(monkeypatch):
    """Start each program in an interpreter of its own."""
    monkeypatch.setenv(forking.SWITCH, "no")


def test_each_kind_of_process_starts_in_an_interpreter_of_its_own(stack, by_itself, connect):
    stack.restart(TORNADO, "PilotLogging")
    for name in (TORNADO, "PilotLogging"):
        assert stack.log(name).exists()
    assert connect("admin").call("ping")["OK"]
    assert rpc.call(stack, "admin", "WorkloadManagement/PilotLogging", "ping")["OK"]
    done = stack.run_agent_once()
    assert done.returncode == 0, done.stderr
    assert done.args[0].endswith("setpriv")
    assert stack.run(["dirac-admin-pilot-logs-list"], user="admin").returncode in (0, 2)


def run_in_many_environments(first, number):
    """Run a program in so many environments, each of which has a server of its own."""
    for place in range(first, first + number):
        env = os.environ | {"PLACE": str(place)}
        done = forking.run([sys.executable, "-c", "import os; print(os.environ['PLACE'])"], env, "/", 100)
        assert done.stdout == f"{place}\n", done.stderr


def test_a_forked_process_neither_uses_nor_keeps_the_servers_of_its_parent(stack):
    run_in_many_environments(0, forking.MOST_SERVERS + 1)
    forked = multiprocessing.get_context("fork").Process(target=run_in_many_environments, args=(9, 2), daemon=True)
    forked.start()
    forked.join(100)
    assert forked.exitcode == 0
    run_in_many_environments(11, 2)
