"""Quotas of a VO on the real stack: what is over is refused by name, shown, alarmed of once, and fills nothing."""

import uuid

import pytest

from .pilot import pilot_line
from .test_bodies import counted
from .test_collector import ALPHA, BETA, read
from .waiting import until

OPTIONS = {"MaxBytesPerHour": 20_000, "MaxNewLogsPerHour": 5}


@pytest.fixture(autouse=True)
def quotas(stack, connect):
    """Small ones for one VO of two; they count once the collector has looked them up."""
    with stack.options({f"/Operations/{BETA}/PilotLogging/{name}": value for name, value in OPTIONS.items()}):
        stack.restart("tornado")
        until(lambda: connect("pilb").call("ping")["OK"])
        connect("pilb").send("first\n", uuid.uuid4().hex)
        limit = OPTIONS["MaxBytesPerHour"]
        until(lambda: status(connect).get(BETA, {}).get("MaxBytesPerHour") == limit, seen=lambda: status(connect))
        yield
    stack.restart("tornado")


def status(connect):
    return connect("opbert").call("getStatus")["Value"]["Collector"]["Quotas"]


def alarms(stack):
    text = stack.log("tornado").read_text(errors="replace")
    return text.count(f"Alarm: quota of {BETA}")


def rows(stack, vo):
    return stack.sql("PilotLoggingDB", "SELECT COUNT(*) FROM PilotLogs WHERE VO = %s", (vo,))[0][0]


def test_bytes_over_the_quota_are_refused_marked_and_alarmed_of_once(stack, connect, stamp):
    pilot, before, told = connect("pilb"), counted(connect("opbert"), "QuotaSpent"), alarms(stack)
    text = pilot_line("x" * 9000)
    assert pilot.send(text, stamp)["OK"]
    assert pilot.send(pilot_line("y" * 9000), stamp)["OK"]
    for _ in range(5):
        code, answer = pilot.post(pilot.message(text + "z" * 9000, stamp))
        assert (code, answer["OK"], answer["Errno"]) == (200, False, 3416)
    assert pilot.finalise(stamp)["OK"]
    assert counted(connect("opbert"), "QuotaSpent") == before + 5
    assert status(connect)[BETA]["Refused"] == {"MaxBytesPerHour": 5}
    assert connect("pila").send(text, stamp)["OK"]
    log = read(connect("opbert"), BETA, stamp)
    assert "zzz" not in log and log.count("5 messages with") == 1
    until(lambda: alarms(stack) == told + 1)


def test_new_logs_over_the_quota_leave_nothing(stack, connect):
    pilot, before = connect("pilb"), rows(stack, BETA)
    stamps = [uuid.uuid4().hex for _ in range(20)]
    taken = [stamp for stamp in stamps if pilot.send("text\n", stamp)["OK"]]
    assert len(taken) == OPTIONS["MaxNewLogsPerHour"] - 1
    assert not pilot.finalise(stamps[-1])["OK"]
    assert all(pilot.send("more\n", stamp)["OK"] and pilot.finalise(stamp)["OK"] for stamp in taken)
    assert rows(stack, BETA) == before + len(taken)
    assert status(connect)[BETA]["NewLogs"] == OPTIONS["MaxNewLogsPerHour"]
    assert connect("pila").send("text\n", stamps[-1])["OK"]
    assert read(connect("opal"), ALPHA, stamps[-1]) == "text\n"
