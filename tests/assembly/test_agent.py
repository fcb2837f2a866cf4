"""The archiving agent between its initialization and its first cycle."""

import sqlite3
import threading
from types import SimpleNamespace

import pytest

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly.agent import ArchivingAgent
from PilotLoggingDIRAC.assembly.mails import Mails
from PilotLoggingDIRAC.pilotlog.archive.cycle import Lane
from PilotLoggingDIRAC.pilotlog.archive.gate import AgentEnds, Gate
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.sql.describe.duties import SqlDuties
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from tests.conftest import PILOT
from tests.described import Dirac
from tests.diagnosed_log import diagnosis, send
from tests.diagnoses_contract import DISK
from tests.empty_store import empty_store
from tests.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def new_agent(tmp_path, monkeypatch, configure):
    """An agent that its test closes."""
    dirac = Dirac(tmp_path / "dirac.db")
    empty_store(tmp_path).dispose()
    options = {"DiagnoseRunningSeconds": "1000"}  # the thread takes one step, with the first cycle
    agents = {"WorkloadManagement": {"Agents": {"PilotLoggingAgent": options}}}
    configure({"Registry": {"VO": {PILOT.vo: {}}}, "Systems": agents})
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.database.database_url", lambda: f"sqlite:///{tmp_path}/logs.db")
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.pilot_agents.database_url", lambda *_: dirac.url)
    others = set(threading.enumerate())
    agent = ArchivingAgent("WorkloadManagement/PilotLoggingAgent", tmp_path)
    agent.folder, agent.others = tmp_path, others
    yield agent
    dirac.close()


@pytest.fixture
def agent(new_agent):
    yield new_agent
    new_agent.close()


def test_its_threads_begin_with_its_first_cycle_as_dirac_still_changes_the_environment_before(agent):
    assert not _threads(agent)
    agent.cycle()
    assert _threads(agent) == {"pilotlog-notices", "pilotlog-diagnose"}


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


@pytest.fixture
def half_read(agent, monkeypatch):
    """The agent, its store, and the sequence numbers from which logs are read. The thread that diagnoses running pilots
    has read the first of two messages of a log, which is sealed then.
    """
    db, starts, chunks = LogDatabase(f"sqlite:///{agent.folder}/logs.db"), [], SqlReader.chunks
    send(db)
    agent.cycle()
    until(lambda: diagnosis(db) and diagnosis(db).running)
    send(db, 2, b"the end\n")
    db.custody.seal(db.reader.find(PILOT))
    monkeypatch.setattr(
        SqlReader, "chunks", lambda reader, log, sequence=0: (starts.append(sequence), chunks(reader, log, sequence))[1]
    )
    yield agent, db, starts
    db.close()


def test_a_sealed_log_is_read_from_where_the_thread_that_diagnoses_running_pilots_has_read_it(half_read):
    agent, db, starts = half_read
    agent.cycle()
    assert (diagnosis(db).cause, diagnosis(db).running, starts) == (DISK, False, [1])


def test_what_was_read_of_another_database_is_read_again(half_read):
    agent, db, starts = half_read
    with sqlite3.connect(agent.folder / "logs.db") as connection:
        connection.execute("DELETE FROM DatabaseIdentity")
    agent.cycle()
    assert (diagnosis(db).running, starts) == (False, [0])


@pytest.fixture
def alarms(agent, monkeypatch, configure):
    """The subjects of the agent's mails, in their order."""
    mails = []
    monkeypatch.setattr(Mails, "add", lambda _, address, subject, body: mails.append(subject))
    alarms = {"WorkloadManagement": {"PilotLogging": {"AlarmAddress": "a@example.org"}}}
    configure({"Registry": {"VO": {PILOT.vo: {}}}, "Systems": alarms})
    return mails


def test_what_a_lane_met_is_told_although_the_store_goes_away_at_the_end_of_the_cycle(agent, alarms, monkeypatch):
    def run(lane):
        lane.tally.problem(f"logs given up for an SE of {PILOT.vo}", "told once")
        return lane.tally

    def away(_):
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(Lane, "run", run)
        patch.setattr(SqlReader, "failures", away)
        with pytest.raises(StoreUnavailable):
            agent.cycle()
    begun = ["Alarm: database", f"Alarm: logs given up for an SE of {PILOT.vo}"]
    assert alarms == [f"[PilotLogging] {subject}" for subject in begun]
    agent.cycle()
    ended = [subject.replace("Alarm:", "Alarm is over:") for subject in begun]
    assert alarms == [f"[PilotLogging] {subject}" for subject in begun + ended]


def test_an_alarm_goes_on_while_the_store_is_away_at_the_end_of_the_cycle(agent, alarms, monkeypatch):
    def away(_):
        raise StoreUnavailable("away")

    monkeypatch.setattr(Lane, "run", lambda lane: (lane.tally.problem("archive of a VO", "down"), lane.tally)[1])
    agent.cycle()
    monkeypatch.setattr(Lane, "run", lambda lane: lane.tally)
    monkeypatch.setattr(SqlReader, "failures", away)
    with pytest.raises(StoreUnavailable):
        agent.cycle()
    assert alarms == ["[PilotLogging] Alarm: archive of a VO", "[PilotLogging] Alarm: database"]


def _threads(agent):
    """The names of the threads that were started since the agent was made; tests before may have left others."""
    started = set(threading.enumerate()) - agent.others
    return {thread.name for thread in started if thread.name.startswith("pilotlog-")}
