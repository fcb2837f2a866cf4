"""The archiving agent between its initialization and its first cycle."""

import threading

import pytest

from PilotLoggingDIRAC.assembly.agent import ArchivingAgent
from tests.conftest import PILOT
from tests.described import Dirac


@pytest.fixture
def agent(tmp_path, monkeypatch, configure):
    dirac = Dirac(tmp_path / "dirac.db")
    configure({"Registry": {"VO": {PILOT.vo: {}}}})
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.database.database_url", lambda: f"sqlite:///{tmp_path}/logs.db")
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.pilot_agents.database_url", lambda *_: dirac.url)
    made = ArchivingAgent("WorkloadManagement/PilotLoggingAgent", tmp_path)
    yield made
    made.close()
    dirac.close()


def test_its_threads_begin_with_its_first_cycle_as_dirac_still_changes_the_environment_before(agent):
    assert not _threads()
    agent.cycle()
    assert _threads() == {"pilotlog-notices", "pilotlog-diagnose"}


def _threads():
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("pilotlog-")}
