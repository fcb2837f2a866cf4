"""A short fuzz run with a fixed seed, and that its oracle sees what it should see."""

import ast
import json
import random
from pathlib import Path

import pytest

import PilotLoggingDIRAC

from .fuzz import calls, evidence, material, oracle, rows, service_log, summary
from .fuzz.campaign import Campaign
from .fuzz.case import Case
from .fuzz.cast import CANARY, FORGED, Cast, tag
from .fuzz.client import Answer
from .fuzz.forms import Forms
from .fuzz.wire import WAYS, Wire

REQUESTS = 2000
#: To make 1500, as for a long run, takes as long as to send all requests.
EXAMPLES = 500
#: With it a few requests of each kind are drawn.
SEED = 16
#: A number of requests that only warm the collector up.
MAX_GROWTH = 64 * 1024 * 1024
HANDLER = Path(PilotLoggingDIRAC.__file__).parent / "WorkloadManagementSystem/Service/PilotLoggingHandler.py"


def test_a_short_run_finds_nothing(stack, tmp_path):
    report = Campaign(stack, SEED, tmp_path, max_growth=MAX_GROWTH, examples=EXAMPLES).go(
        REQUESTS, diset_connections=30
    )
    print(summary.of(report))
    assert dict(report.findings) == {}
    assert report.kinds.total() == REQUESTS
    assert {f"wire: {way}" for way in WAYS} <= report.kinds.keys()
    assert report.answers["S_OK"] > REQUESTS / 20


def test_requests_follow_from_the_seed():
    cast = Cast(3)
    first, second = (material.make(3, 100) for _ in range(2))
    assert repr(first) == repr(second)
    for maker in (Forms, Wire):
        cases = [[maker(made, cast).make(n, random.Random(n)) for n in range(200)] for made in (first, second)]
        assert cases[0] == cases[1]


def test_every_method_is_called():
    names = {node.name for node in ast.walk(ast.parse(HANDLER.read_text())) if isinstance(node, ast.FunctionDef)}
    exported = {name.removeprefix("export_") for name in names if name.startswith("export_")}
    assert exported <= set(calls.METHODS)


SENT = Case(1, "nothing", "pila", (b"",), answers=frozenset({200}), is_sending=True)
ASKED = Case(1, "nothing", "pila", (b"",))


def refusal(message, **more):
    return json.dumps({"OK": False, "Errno": 3401, "Message": message} | more).encode()


def judged(case, *answers):
    return oracle.judge(case, list(answers))


def test_the_oracle_is_content_with_answers_as_they_should_be():
    assert judged(SENT, Answer(200, b'{"OK": true, "Value": {}}')) == []
    assert judged(SENT, Answer(200, refusal("The message is too long"))) == []
    for status in (400, 401, 501):
        assert judged(ASKED, Answer(status, b"<html></html>")) == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"<html></html>"),
        Answer(401),
        Answer(None),
        Answer(None, late=True),
        Answer(200, b"no JSON"),
        Answer(200, b'{"OK": true, "Value": NaN}'),
        Answer(200, b"[]"),
        Answer(200, b'{"OK": true}'),
        Answer(200, b'{"OK": false, "Message": "no number"}'),
        Answer(200, refusal("")),
        Answer(200, refusal("Internal error, see the service log")),
        Answer(200, refusal("Traceback (most recent call last)")),
        Answer(200, refusal("cannot open /tmp/x")),
        Answer(200, refusal("<class 'dict'>")),
        Answer(200, refusal(f"what is {CANARY}")),
        Answer(200, refusal("x", CallStack=["x"])),
        Answer(200, b'{"OK": true, "Value": {}}', seconds=9.0),
    ],
)  # fmt: skip
def test_the_oracle_sees_bad_answers(answer):
    assert judged(SENT, answer)


def test_the_oracle_asks_for_each_answer_that_is_owed():
    pipelined = Case(1, "wire", "pila", (b"",), verbs=("POST", "POST"))
    assert judged(pipelined, Answer(200, b'{"OK": true, "Value": {}}'))
    assert judged(ASKED, Answer(500)) and judged(ASKED, Answer(404))


UNEXPLAINED = """2026-11-21 ERROR: Unexpected error
Traceback (most recent call last):
  File "/x/pilotlog/validation.py", line 3, in first
    whatever
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/x/pilotlog/validation.py", line 5, in message
    whatever
ValueError: bad
2026-11-21 INFO: fine
"""


def test_the_service_s_log_is_searched_for_errors_and_forged_lines():
    assert service_log.findings("2026-11-21 INFO: fine\n") == ([], {})
    assert service_log.findings(UNEXPLAINED)[0] == [
        "service log: ValueError in pilotlog/validation.py:message (1 times)"
    ]
    assert service_log.findings("2026-11-21 ERROR: Unexpected error\n2026-11-21 INFO: fine\n")[0]
    assert service_log.findings(f"2026-11-21 ERROR: Invalid method x\n{FORGED}\n")[0]
    assert service_log.findings(f"2026-11-21 ERROR: Invalid method {CANARY}\n")[0]


def test_the_database_is_searched_for_gaps_and_intruders(stack, connect, stamp):
    known = rows.last(stack)
    connect("pila").send(f"{tag('pila')}\n", stamp)
    assert rows.findings(stack, known)[0] == []
    connect("pila").send(f"{tag('pilb')}\n", stamp)
    assert [finding.partition(" (")[0] for finding in rows.findings(stack, known)[0]] == ["log: it holds text of pilb"]
    stack.sql(rows.DATABASE, "UPDATE PilotLogs SET NumberOfBytes = NumberOfBytes + 1 WHERE PilotStamp = %s", (stamp,))
    assert any("do not add up" in finding for finding in rows.findings(stack, known)[0])
    stack.sql(rows.DATABASE, "DELETE FROM PilotLogBatches WHERE Sequence = 0 AND LogID > %s", (known,))
    assert any("a gap" in finding for finding in rows.findings(stack, known)[0])
    stack.sql(
        rows.DATABASE, "DELETE b FROM PilotLogBatches b JOIN PilotLogs USING (LogID) WHERE PilotStamp = %s", (stamp,)
    )
    stack.sql(rows.DATABASE, "DELETE FROM PilotLogs WHERE PilotStamp = %s", (stamp,))


def test_what_is_kept_of_a_finding_is_the_same_request_again(tmp_path):
    made = material.make(1, 50)
    case = Wire(made, Cast(1)).make(5, random.Random(5))
    assert evidence.load(evidence.keep(tmp_path, 1, case, [Answer(500, b"x")], "status 500")) == case
