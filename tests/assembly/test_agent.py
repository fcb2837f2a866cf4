"""The archiving agent between its initialization and its first cycle."""

import threading
from types import SimpleNamespace

import pytest

from PilotLoggingDIRAC.assembly.agent import ArchivingAgent
from PilotLoggingDIRAC.pilotlog.archive.gate import AgentEnds, Gate
from PilotLoggingDIRAC.pilotlog.sql.describe.duties import SqlDuties
from tests.conftest import PILOT
from tests.described import Dirac
from tests.empty_store import empty_store
from tests.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def new_agent(tmp_path, monkeypatch, configure):
    """An agent that its test closes."""
    dirac = Dirac(tmp_path / "dirac.db")
    empty_store(tmp_path).dispose()
    configure({"Registry": {"VO": {PILOT.vo: {}}}})
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.database.database_url", lambda: f"sqlite:///{tmp_path}/logs.db")
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.pilot_agents.database_url", lambda *_: dirac.url)
    yield ArchivingAgent("WorkloadManagement/PilotLoggingAgent", tmp_path)
    dirac.close()


@pytest.fixture
def agent(new_agent):
    yield new_agent
    new_agent.close()


def test_its_threads_begin_with_its_first_cycle_as_dirac_still_changes_the_environment_before(agent):
    assert not _threads()
    agent.cycle()
    assert _threads() == {"pilotlog-notices", "pilotlog-diagnose"}


def test_no_upload_begins_while_an_agent_that_ends_waits_for_its_threads(new_agent, monkeypatch):
    closed, seen, stop = threading.Event(), {}, Gate.stop

    def step(*_):
        name = threading.current_thread().name
        seen[name] = None
        seen[name] = closed.wait(PATIENCE_SECONDS)
        return False

    monkeypatch.setattr(SqlDuties, "hold", step)
    monkeypatch.setattr(Gate, "stop", lambda gate: (stop(gate), closed.set()))
    new_agent.cycle()
    until(lambda: len(seen) == 2)
    new_agent.close()
    assert seen == {"pilotlog-notices": True, "pilotlog-diagnose": True}


def test_steps_that_delete_or_look_at_copies_end_with_the_agent(agent, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "PilotLoggingDIRAC.assembly.reading.archives.archive", lambda *_: SimpleNamespace(remove=asked.append)
    )
    lane = agent._lane(PILOT.vo, ())
    steps = [lane.removal, lane.clearing, lane.retention, lane.retention.copies]
    for step in steps:
        step.archive.remove("a file")
    lane.gate.stop()
    for step in steps:
        with pytest.raises(AgentEnds):
            step.archive.remove("another one")
    assert asked == ["a file"] * 4


def _threads():
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("pilotlog-")}
