"""Diagnoses of pilots that run, and of those that have just ended, by an agent whose next cycle is far away."""

import json
import time

import pytest

from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.running_contract import RunningContract

from . import grid
from .conftest import connector
from .pilot import pilot_line
from .stack import Stack, world
from .waiting import until

ALPHA = world.ALPHA
DISK = "OSError: [Errno 28] No space left on device: 'diracos/lib/libcrypto.so.3'\n"
#: What no rule knows, and what a rule of the VO knows.
ODD = "frobnicator: plate {} of this node is not aligned\n"
OWN = "the glop of this experiment has no sprocket\n"
SECONDS = 60


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack with an agent that has a cycle an hour, and a rule of the VO's own beside one that can't be used."""
    with Stack(tmp_path_factory.mktemp("diagnosing")) as stack:
        stack.build()
        stack.set_option("/Systems/WorkloadManagement/Agents/PilotLoggingAgent/PollingTime", 3600)
        rules = f"/Operations/{ALPHA.name}/PilotLogging/DiagnosisRules"
        own = {
            "Name": "No sprocket",
            "Party": "VO",
            "Hint": "Ask the VO for a sprocket.",
            "Text": "no sprocket, no glop",
        }
        for name, value in own.items():
            stack.set_option(f"{rules}/no-sprocket/{name}", value)
        stack.set_option(f"{rules}/half-a-rule/Name", "Nothing else")
        stack.up()
        stack.start("PilotLoggingAgent")
        yield stack


@pytest.fixture(scope="module")
def connect(stack):
    """``connect(user)`` of this module's stack; see ``connector``."""
    return connector(stack)


@pytest.fixture
def running(stack, connect):
    """``running(text)``: a pilot that says this in a command, and runs on."""

    def begin(text, status="Running"):
        pilot = grid.add_pilot(stack, ALPHA, status=status)
        start = pilot_line("Command InstallDIRAC instantiated from pilotCommands", command="InstallDIRAC")
        assert connect(ALPHA.pilot).send(start + text, pilot.stamp)["OK"]
        return pilot

    return begin


def record(connect, pilot):
    answer = connect("admin").call("getPilotLogs", {"PilotStamp": pilot.stamp})["Value"]
    return dict(zip(answer["ParameterNames"], answer["Records"][0], strict=True)) if answer["Records"] else {}


def test_cause_and_phase_of_a_running_pilot_are_told_within_seconds(stack, connect, running):
    began = time.monotonic()
    pilot = running(DISK)
    until(lambda: record(connect, pilot).get("Cause") == "disk-full", SECONDS, lambda: record(connect, pilot))
    print(f"the cause was told {time.monotonic() - began:.1f} s after the message was sent")
    found = record(connect, pilot)
    assert (found["State"], found["Phase"], found["CauseLine"]) == ("Receiving", "InstallDIRAC", 2)
    told = stack.run(["dirac-admin-get-pilot-logging-info", pilot.reference], user="admin").stdout
    assert "[disk-full], line 2" in told
    assert "Phase: InstallDIRAC" in told
    listed = stack.run(["dirac-admin-pilot-logs-list", "--Cause", "disk-full"], user="admin").stdout
    assert pilot.stamp in listed
    assert "running in InstallDIRAC" in listed
    shown = stack.run(["dirac-admin-pilot-logs-show", pilot.stamp], user="admin")
    assert "[disk-full], line 2" in shown.stdout + shown.stderr


def test_pilot_that_goes_on_and_ends_well_has_no_cause_any_more(connect, running):
    pilot = running(DISK)
    until(lambda: record(connect, pilot).get("Cause") == "disk-full", SECONDS)
    connection = connect(ALPHA.pilot)
    connection.send(
        pilot_line("Command LaunchAgent instantiated from pilotCommands", command="LaunchAgent"), pilot.stamp
    )
    until(lambda: record(connect, pilot)["Cause"] == "", SECONDS, lambda: record(connect, pilot))
    assert record(connect, pilot)["Phase"] == "LaunchAgent"
    connection.finalise(pilot.stamp, "0")
    until(lambda: record(connect, pilot)["State"] != "Receiving", SECONDS)
    assert record(connect, pilot)["Cause"] == ""


def test_fault_without_a_rule_is_a_new_group_within_a_minute(stack, connect, running):
    began = time.monotonic()
    for number in range(3):
        pilot = running(ODD.format(number), "Failed")
        connect(ALPHA.pilot).finalise(pilot.stamp, "1")

    def group():
        answer = connect("admin").call("getUnknownFailures", {"FromDate": "2020-01-01", "VO": ALPHA.name})["Value"]
        return next((one for one in answer if "frobnicator" in one["Template"]), {"Logs": 0})

    until(lambda: group()["Logs"] == 3, SECONDS, group)
    print(f"the group was there {time.monotonic() - began:.1f} s after the first pilot's message was sent")
    assert group()["Template"] == "frobnicator: plate <*> of this node is not aligned"


def test_rules_of_the_vo_hold_in_the_agent_and_in_the_command(stack, connect, running):
    pilot = running(OWN, "Failed")
    connect(ALPHA.pilot).finalise(pilot.stamp, "1")
    until(lambda: record(connect, pilot).get("Cause") == "no-sprocket", SECONDS, lambda: record(connect, pilot))
    done = stack.run(["dirac-admin-pilot-logs-diagnose", "--JSON", pilot.stamp], user="admin")
    assert json.loads(done.stdout)[0]["causes"][0]["code"] == "no-sprocket", done.stderr


def test_rule_that_can_not_be_used_is_told_by_the_status(connect):
    problems = connect("admin").call("getStatus")["Value"]["Options"]
    path = f"/Operations/{ALPHA.name}/PilotLogging/DiagnosisRules/half-a-rule"
    assert problems[path] == "Party, Hint is missing"


class TestRunningOnMariaDB(RunningContract):
    """See ``running_contract``."""
