"""Logs that are sent again by the command: from the database and from the archive, though agents are killed."""

import json
import shlex
import signal
import subprocess

import pytest

from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.replay_contract import ReplayContract

from . import examples, grid, receivers
from .stack import forking, world
from .test_forwarding import AGENT, AGENTS, events_of, lines_of, log, place
from .waiting import until

ALPHA, BETA = world.ALPHA, world.BETA
WAYS = f"/Operations/{ALPHA.name}/PilotLogging"
COMMAND = "dirac-admin-pilot-logs-forward"
WANTED = ("--Destination", "First", "--VO", ALPHA.name)
LOGS, LINES = 4, 500
PURGE = (
    "DELETE gone FROM PilotLogBatches gone JOIN PilotLogs USING (LogID) WHERE PilotStamp = %s",
    "UPDATE PilotLogs SET State = 'Purged' WHERE PilotStamp = %s",
)


@pytest.fixture(scope="module")
def place_of_lines(stack):
    """A destination that was added today, which the collector knows."""
    with receivers.lines_server() as server:
        options = {
            **place("First", server),
            f"{WAYS}/Destinations": "Archive, First",
            f"{AGENT}/ForwardLeaseSeconds": 3,
            f"{AGENT}/ForwardRecords": 100,
            f"{AGENT}/ForwardReplaySeconds": 0.5,
        }
        with stack.options(options):
            stack.restart("tornado")
            yield server
        stack.restart("tornado")
        server.released.set()


@pytest.fixture
def receiver(stack, place_of_lines):
    """The destination, which has nothing yet."""
    for table in ("PilotLogForwards", "PilotLogDestinations", "PilotLogReplays"):
        stack.sql("PilotLoggingDB", f"DELETE FROM {table}", ())
    place_of_lines.records.clear()
    place_of_lines.hangs.clear()
    place_of_lines.hanging.clear()
    place_of_lines.released.clear()
    yield place_of_lines
    place_of_lines.released.set()
    stack.stop(*AGENTS)


@pytest.fixture
def pilots(stack, connect):
    """Pilots whose logs were archived when nothing was forwarded yet; the text of the first two is purged."""
    grid.forget_logs(stack)
    found, connection = [grid.add_pilot(stack, ALPHA) for _ in range(LOGS)], connect(ALPHA.pilot)
    for pilot in found:
        connection.send("".join(f"line {number}\n" for number in range(LINES)), pilot.stamp)
        connection.finalise(pilot.stamp, "0")
    stack.set_option("/Systems/WorkloadManagement/Agents/PilotLoggingAgent/SettleSeconds", 0)
    until(lambda: states(stack) == {"Archived"} or (not stack.run_agent_once() and False))
    stack.remove_option("/Systems/WorkloadManagement/Agents/PilotLoggingAgent/SettleSeconds")
    for pilot in found[:2]:
        for statement in PURGE:
            stack.sql("PilotLoggingDB", statement, (pilot.stamp,))
    return found


def states(stack):
    return {state for (state,) in stack.sql("PilotLoggingDB", "SELECT State FROM PilotLogs", ())}


def forward(stack, *switches, user="admin"):
    return stack.run([COMMAND, *switches], user=user)


def whole(receiver, pilots):
    expected = [f"line {number}" for number in range(LINES)]
    return [pilot for pilot in pilots if lines_of(receiver, pilot.stamp) == expected]


def test_destination_that_was_added_today_is_filled_from_database_and_archive(stack, receiver, pilots):
    wanted = (*WANTED, "--Since", "1d")
    counted = forward(stack, *wanted, "--DryRun", "--JSON")
    assert json.loads(counted.stdout) | {"Bytes": 0} == {
        "Logs": LOGS, "Bytes": 0, "Archived": 2, "Gone": 0, "Replay": {}
    }, counted.stdout + counted.stderr  # fmt: skip
    stack.start(AGENTS[0])
    done = forward(stack, *wanted)
    assert done.returncode == 0, (done.stdout, done.stderr, log(stack))
    assert "2 of them in the archive alone" in done.stdout
    assert f"is done: {LOGS} logs, {LOGS * (LINES + 3):,} records" in done.stdout
    assert whole(receiver, pilots) == pilots
    assert all(events_of(receiver, pilot.stamp) == {"started", "sealed", "archived"} for pilot in pilots)
    before = {record["id"] for record in receiver.records}
    again = forward(stack, "--Destination", "First", "--Stamp", pilots[0].stamp)
    assert (again.returncode, "is done: 1 log," in again.stdout) == (0, True), again.stdout + again.stderr
    assert {record["id"] for record in receiver.records} == before
    assert len(receiver.records) == len(before) + LINES + 3


def test_examples_of_the_guide_work(stack, receiver, pilots):
    stack.start(AGENTS[0])
    own = {"Search": "First", "vo.example.org": ALPHA.name, examples.STAMP: pilots[0].stamp}
    for example in examples.split()[0]:
        last = stack.sql("PilotLoggingDB", "SELECT MAX(ReplayID) FROM PilotLogReplays", ())[0][0]
        done = stack.run([{**own, "7": str(last)}.get(word, word) for word in shlex.split(example)], user="admin")
        assert done.returncode == 0, (example, done.stdout, done.stderr)


def test_replay_goes_on_though_the_command_and_an_agent_are_ended(stack, receiver, pilots):
    receiver.hangs.set()
    stack.start(*AGENTS)
    argv = [COMMAND, *WANTED]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with forking.popen(argv, stack.env("admin"), stack.root, **streams) as command:
        until(receiver.hanging.is_set, seen=lambda: log(stack))
        assert command.stdout.readline().startswith("Replay ")
        command.send_signal(signal.SIGINT)
        _, told = command.communicate(timeout=60)
    number = told.split("Replay ")[1].split(" ")[0]
    assert (command.returncode, f"Replay {number} goes on" in told) == (130, True), told
    lease = "SELECT LeaseOwner FROM PilotLogReplays WHERE ReplayID = %s"
    (owner,) = stack.sql("PilotLoggingDB", lease, (number,))[0]
    first = next(name for name in AGENTS if str(stack.pid(name)) in owner)
    stack.kill(first)
    receiver.hangs.clear()
    receiver.released.set()
    watched = forward(stack, "--Watch", number)
    assert (watched.returncode, f"{LOGS} logs" in watched.stdout) == (0, True), watched.stdout + watched.stderr
    assert whole(receiver, pilots) == pilots


def test_replay_is_stopped_and_listed(stack, receiver, pilots):
    argv = [COMMAND, *WANTED]
    with forking.popen(argv, stack.env("admin"), stack.root, stdout=subprocess.PIPE, text=True) as command:
        number = command.stdout.readline().split(" ")[1]  # no agent runs: the replay waits
        listed = json.loads(forward(stack, "--JSON").stdout)
        assert [(each["State"], each["Logs"], each["Selected"]) for each in listed] == [("Open", 0, LOGS)]
        stopped = forward(stack, "--Stop", number)
        assert (stopped.returncode, "was stopped at 0 %" in stopped.stdout) == (0, True), stopped.stdout
        assert command.wait(60) == 2
    assert forward(stack, "--Stop", number).returncode == 1
    assert receiver.records == []


REFUSED = {
    ("--Destination", "Nowhere", "--VO", ALPHA.name): "Nowhere",
    ("--Destination", "First", "--VO", BETA.name): "do not go to First",
    ("--Destination", "First"): "Name the logs",
    ("--VO", ALPHA.name): "Name the destination",
    ("--Watch", "999"): "no replay 999",
}


def test_what_can_not_be_sent_again_is_refused(stack, receiver):
    for switches, words in REFUSED.items():
        done = forward(stack, *switches)
        assert (done.returncode, words in done.stderr) == (1, True), done.stderr


def test_only_administrators_send_logs_again(stack, receiver):
    done = forward(stack, *WANTED, user="opal")
    assert (done.returncode, stack.sql("PilotLoggingDB", "SELECT * FROM PilotLogReplays", ())) == (1, []), done.stderr


class TestReplaysOnMariaDB(ReplayContract):
    """See ``replay_contract``."""
