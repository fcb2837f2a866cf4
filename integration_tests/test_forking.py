"""Processes that tests start from fork servers (``stack/forking.py``) start by themselves too, as everywhere else."""

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
