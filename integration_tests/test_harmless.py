"""Callers' words never come back in an error's message: every argument of every method, over both protocols."""

import html
import inspect
import itertools
import json

import pytest

from PilotLoggingDIRAC.pilotlog.text.terminal import message

from . import rpc

MARK = "onerror"
EVIL = "<img src=x onerror=alert(1)>\x1b]0;onerror\x07\x1b[2J\r\n2026-11-21T08:10:11.123456Z INFO [onerror] \u202e&lt;"
SHAPES = (EVIL, [EVIL], {EVIL: EVIL}, {"VO": EVIL}, {"VO": "vo.alpha.org", "PilotStamp": [EVIL]},
          {"State": EVIL}, {"FromDate": EVIL}, {"ToDate": EVIL}, [[EVIL, "ASC"]], [["VO", EVIL]],
          json.dumps({EVIL: EVIL}), json.dumps(EVIL), json.dumps({"retCode": [EVIL]}))  # fmt: skip
FILLING = ("vo.alpha.org", "", 0)


def methods():
    """(method, number of its arguments), for all that a collector exports."""
    from PilotLoggingDIRAC.WorkloadManagementSystem.Service.PilotLoggingHandler import PilotLoggingHandlerMixin

    for name, method in inspect.getmembers(PilotLoggingHandlerMixin, inspect.isfunction):
        if name.startswith("export_"):
            yield name.removeprefix("export_"), len(inspect.signature(method).parameters) - 1


def calls():
    """All methods, with something evil in each place, the others filled with what may pass."""
    for name, number in methods():
        for place, shape, filling in itertools.product(range(number), SHAPES, FILLING):
            arguments = [filling] * number
            arguments[place] = shape
            yield name, arguments
        yield name, [EVIL] * (number + 1)


def assert_plain(said):
    assert MARK not in said, said
    assert said == message(said, 2000) == html.escape(said, quote=False)


@pytest.mark.parametrize("user", ["pila", "admin", "host"])
def test_no_message_of_the_collector_holds_what_was_sent(stack, connect, user):
    all_answers = list(connect(user).call_all(calls()))
    answers = [answer for answer in all_answers if isinstance(answer, dict)]
    assert not any(MARK in str(answer) for answer in all_answers), "DIRAC's own refusals, before a method is called"
    refused = [answer for answer in answers if not answer["OK"]]
    assert len(refused) > len(answers) / 2
    for answer in refused:
        assert_plain(answer["Message"])
        assert set(answer) == {"OK", "Errno", "Message"}
    assert not any("Internal error" in answer["Message"] for answer in refused)


@pytest.mark.parametrize("arguments", [EVIL, f'["{EVIL}"]', json.dumps({EVIL: EVIL}), "[" * 100_000])
def test_arguments_that_are_no_json_list_do_not_come_back(connect, arguments):
    for method in ("getLog", "sendMessage"):
        _, answer = connect("admin").post({"method": method, "args": arguments})
        assert_plain(answer["Message"])


def test_a_method_that_is_not_there_does_not_come_back(connect):
    _, answer = connect("admin").post({"method": EVIL, "args": "[]"})
    assert MARK not in str(answer)


@pytest.mark.parametrize(("service", "method"), [
    ("Monitoring/WebApp", "getPilotOutput"),
    ("Monitoring/WebApp", "getPilotLoggingInfo"),
    ("WorkloadManagement/PilotManager", "getPilotOutput"),
    ("WorkloadManagement/WMSAdministrator", "getJobPilotOutput"),
    ("WorkloadManagement/PilotLogging", "getLog"),
    ("WorkloadManagement/PilotLogging", "deleteLogs"),
])  # fmt: skip
@pytest.mark.parametrize("user", ["alice", "admin"])
def test_no_message_of_another_service_holds_what_was_sent(stack, service, method, user):
    number = 2 if method in ("getLog", "deleteLogs") else 1
    answer = rpc.call(stack, user, service, method, *([EVIL] * number))
    assert not answer["OK"]
    assert_plain(answer["Message"])
