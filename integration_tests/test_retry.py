"""Mending by hand: what the database refused, and logs whose archiving failed, are tried again by the command."""

import os
import time

import pytest

from . import grid
from .pilot import pilot_line
from .test_collector import ALPHA, read
from .test_stopping import spooled
from .waiting import stored, until

AGENT = "/Systems/WorkloadManagement/Agents/PilotLoggingAgent"


def retry(stack, *switches, user="admin"):
    return stack.run(["dirac-admin-pilot-logs-retry", *switches], user=user)


def quarantined(operator):
    return operator.call("getStatus")["Value"]["Collector"]["Spool"]["Quarantined"]


def record(operator, stamp):
    answer = operator.call("getPilotLogs", {"PilotStamp": stamp})["Value"]
    return dict(zip(answer["ParameterNames"], answer["Records"][0], strict=True))


def test_a_message_that_the_database_refuses_costs_no_other_and_can_be_offered_again(stack, connect, stamp):
    operator, pilot = connect("opal"), connect("pila", waits=False)
    incompressible = pilot_line(os.urandom(300_000).hex())
    stack.sql("mysql", "SET GLOBAL max_allowed_packet = 131072")
    stack.restart("tornado")
    try:
        assert pilot.send("before\n", stamp)["OK"]
        assert pilot.send(incompressible, stamp)["OK"]
        assert pilot.send("after\n", stamp)["OK"]
        until(lambda: quarantined(operator) == 1 and "are missing here" in read(operator, ALPHA, stamp))
        stored(stack)
        lines = read(operator, ALPHA, stamp).split("\n")
        assert (lines[0], lines[1], spooled(operator)) == ("before", "after", 0)
    finally:
        stack.sql("mysql", "SET GLOBAL max_allowed_packet = 16777216")
        stack.restart("tornado")
    done = retry(stack, "--Quarantine")
    assert (done.returncode, "1 message is offered" in done.stdout) == (0, True), done.stdout + done.stderr
    until(lambda: incompressible in read(operator, ALPHA, stamp))
    until(lambda: (quarantined(operator), spooled(operator)) == (0, 0))


@pytest.fixture
def tried_late(stack):
    """An agent that archives what has ended at once, and what failed an hour later."""
    seconds = {f"{AGENT}/SettleSeconds": 0, f"{AGENT}/RetrySeconds": 3600, f"{AGENT}/MaxRetrySeconds": 3600}
    with stack.options(seconds):
        yield


def test_logs_whose_archiving_failed_are_archived_after_the_command(stack, connect, stamp, tried_late):
    operator, pilot = connect("opal"), connect("pila")
    pilot.send("text\n", stamp)
    pilot.finalise(stamp)
    with grid.storage_down(stack):
        time.sleep(1)
        stack.run_agent_once()
        failed = record(operator, stamp)
        assert (failed["State"], failed["Attempts"]) == ("Complete", 1) and failed["LastError"]
    stack.run_agent_once()
    assert record(operator, stamp)["State"] == "Complete"
    done = retry(stack, "--VO", ALPHA)
    assert (done.returncode, "due again" in done.stdout) == (0, True), done.stdout + done.stderr
    stack.run_agent_once()
    assert record(operator, stamp)["State"] == "Archived"


@pytest.mark.parametrize("user", ["alice", "opal", "pila"])
def test_only_administrators_may_mend(stack, user):
    for switches in ((), ("--Quarantine",)):
        done = retry(stack, *switches, user=user)
        assert (done.returncode, "are due" in done.stdout, "offered" in done.stdout) == (1, False, False)
