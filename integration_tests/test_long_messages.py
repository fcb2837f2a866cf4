"""Long messages of ordinary programs: stored whole, or head and tail with a mark that is true; over both protocols."""

import json
import re

import pytest

from . import rpc
from .pilot import pilot_line
from .test_collector import ALPHA
from .waiting import stored

SERVICE = "WorkloadManagement/PilotLogging"
MARK = re.compile(r"^\S+Z WARN \[PilotLogging\] (\d+) bytes of a message are missing here: .*\n", re.MULTILINE)


def json_lines():
    entry = {"jobs": [{"id": 7, "state": "done", "files": ["a.root", "b.root"]}] * 20}
    return "".join(f"{json.dumps(entry | {'line': n}).ljust(1400, ' ')}\n" for n in range(1500))


CASES = {
    "1,500 JSON lines of 1.4 kB": json_lines(),
    "1,000 lines of 136 CJK characters": "".join(f"{'飞行员日志记录' * 19}{n:03}\n" for n in range(1000)),
    "12 lines of 1 MB": "".join(f"{n:03}{'x' * 999_997}\n" for n in range(12)),
    "200,000 short lines": "".join(f"{n}\n" for n in range(200_000)),
}
OVER = {"12 lines of 1 MB"}


@pytest.fixture(params=["HTTPS", "DISET"])
def send(request, stack, connect):
    """Send text as a pilot, over one of the protocols."""

    def over_diset(text, stamp):
        answer = rpc.call(stack, "pila", SERVICE, "sendMessage", json.dumps(text), stamp, ALPHA)
        stored(stack)
        return answer

    return connect("pila").send if request.param == "HTTPS" else over_diset


def log_of(operator, stamp):
    """The text of a log, and its bytes that are missing."""
    found = operator.call("getPilotLogs", {"PilotStamp": stamp})["Value"]
    record = dict(zip(found["ParameterNames"], found["Records"][0], strict=True))
    return operator.call("getLogs", stamp, ALPHA)["Value"]["StdOut"], record["DroppedBytes"]


@pytest.mark.parametrize("name", CASES)
def test_a_long_message_is_stored_whole_or_head_and_tail_with_a_true_mark(send, connect, stamp, name):
    before, behind = pilot_line("before"), pilot_line("behind")
    for text in (before, CASES[name], behind):
        answer = send(text, stamp)
        assert answer["OK"], answer
    text, dropped = log_of(connect("opal"), stamp)
    assert text.startswith(before) and text.endswith(behind)
    text = text.removeprefix(before).removesuffix(behind)
    if name not in OVER:
        assert (text == CASES[name], dropped) == (True, 0)
        return
    head, missing, tail = MARK.split(text)
    assert CASES[name].startswith(head) and CASES[name].endswith(tail) and min(len(head), len(tail)) > 1_000_000
    assert len(head) + int(missing) + len(tail) == len(CASES[name]) and dropped == int(missing)


def test_a_long_message_that_is_sent_again_is_stored_once(connect, stamp):
    pilot, text = connect("pila"), "".join(pilot_line("x" * 900) for _ in range(7000))
    first, second = pilot.send(text, stamp)["Value"], pilot.send(text, stamp)["Value"]
    assert first["StoredBytes"] > 4_000_000 and second == {"StoredBytes": 0, "RepeatedBytes": len(text)}


@pytest.mark.parametrize("size", [3_000_000, 6_300_000], ids=["within the limit", "over the limit"])
def test_a_long_message_that_is_sent_again_with_more_behind_is_stored_once(send, connect, stamp, size):
    text = "".join(pilot_line(f"{number:07d} {'x' * 900}") for number in range(12_000))
    assert send(text[:size], stamp)["OK"] and send(text, stamp)["OK"]
    stored_text, dropped = log_of(connect("opal"), stamp)
    numbers = re.findall(r"\] (\d{7}) x{900}\n", stored_text)
    assert len(numbers) == len(set(numbers))
    kept = len(MARK.sub("", stored_text))
    assert 0 <= kept - (len(text) - dropped) <= len(MARK.findall(stored_text))


def test_a_secret_at_either_end_is_redacted(connect, stamp):
    secret = "password=hunter2hunter2\n"
    assert connect("pila").send(secret + pilot_line("x" * 900) * 7000 + secret, stamp)["OK"]
    text, _ = log_of(connect("opal"), stamp)
    assert "hunter2" not in text and text.count("[redacted:") == 2 and len(MARK.findall(text)) == 1
