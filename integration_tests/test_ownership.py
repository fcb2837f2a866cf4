"""Stamps that PilotAgentsDB knows as another VO's: refused once looked up, and never because they can't be."""

import uuid

import pytest

from . import grid
from .stack import world
from .waiting import until

SECTION = "/Systems/WorkloadManagement/Services/TornadoPilotLogging"
FOREIGN = 3403


@pytest.fixture(scope="module")
def looking_up(stack):
    """The collector asks for new stamps every half second."""
    with grid.changed(stack, {f"{SECTION}/OwnerLookupSeconds": 0.5, f"{SECTION}/OwnerUnknownSeconds": 1}, ("tornado",)):
        yield


def refuses(connection, stamp, vo="unknown"):
    answer = connection.send("line\n", stamp, vo)
    assert answer["OK"] or answer["Errno"] == FOREIGN
    return not answer["OK"]


def stored(stack, stamp):
    """(VO, bytes) of the logs with a stamp."""
    return sorted(
        stack.sql("PilotLoggingDB", "SELECT VO, NumberOfBytes FROM PilotLogs WHERE PilotStamp = %s", (stamp,))
    )


def test_without_pilot_agents_db_everything_is_taken_and_the_log_says_so_once(stack, connect):
    away = {"/Systems/WorkloadManagement/Databases/PilotAgentsDB/Port": 1, f"{SECTION}/OwnerLookupSeconds": 0.5}
    pilot, complaint = grid.add_pilot(stack), "PilotAgentsDB can't be asked whose stamps are"
    with grid.changed(stack, away, ("tornado",)):
        before = stack.log("tornado").read_text().count(complaint)
        assert not refuses(connect(world.BETA.pilot), pilot.stamp)
        until(lambda: stack.log("tornado").read_text().count(complaint) > before)
        for _ in range(20):
            assert not refuses(connect(world.BETA.pilot), uuid.uuid4().hex)
        assert not refuses(connect(world.BETA.pilot), pilot.stamp)
        assert stack.log("tornado").read_text().count(complaint) == before + 1


def test_another_vo_s_pilot_is_refused_and_the_own_is_not(stack, connect, looking_up):
    pilot, stranger, own = grid.add_pilot(stack), connect(world.BETA.pilot), connect(world.ALPHA.pilot)
    assert not refuses(own, pilot.stamp)
    until(lambda: refuses(stranger, pilot.stamp))
    before = stored(stack, pilot.stamp)
    answer = stranger.finalise(pilot.stamp)
    assert (answer["OK"], answer["Errno"]) == (False, FOREIGN) and world.ALPHA.name not in answer["Message"]
    assert refuses(connect("host"), pilot.stamp, world.BETA.name)
    assert stored(stack, pilot.stamp) == before
    assert not refuses(own, pilot.stamp)
    assert connect("opal").call("getStatus")["Value"]["Collector"]["Refused"]["ForeignStamp"] >= 3


def test_the_alarm_is_one_line(stack, connect, looking_up):
    alarm = f"Alarm: pilots of {world.BETA.name} send with stamps of another VO's pilots"
    for _ in range(2):
        pilot = grid.add_pilot(stack)
        until(lambda pilot=pilot: refuses(connect(world.BETA.pilot), pilot.stamp))
    until(lambda: alarm in stack.log("tornado").read_text())
    assert stack.log("tornado").read_text().count(alarm) == 1


def test_pilot_that_dirac_learns_of_later_is_found_later(stack, connect, looking_up):
    stamp, stranger = uuid.uuid4().hex, connect(world.BETA.pilot)
    assert not refuses(stranger, stamp)
    grid.add_pilot(stack, stamp=stamp)
    until(lambda: refuses(stranger, stamp))


def test_unknown_stamps_are_taken(stack, connect, looking_up):
    stamp, probe, stranger = uuid.uuid4().hex, grid.add_pilot(stack), connect(world.BETA.pilot)
    assert not refuses(stranger, stamp)
    until(lambda: refuses(stranger, probe.stamp))
    assert not refuses(stranger, stamp)
