"""The services' logs say who read which log and who was refused: a line each, without text, that nobody can forge."""

import uuid

import pytest

from . import grid, rpc
from .pilot import pilot_line
from .stack import world

ALPHA = world.ALPHA.name
FORGED = "a\n2026-11-21 08:00:00 UTC Tornado/PilotLogging/Audit NOTICE: Read by=forged@forged from=192.0.2.1"


@pytest.fixture
def noted(stack):
    """``noted(service)``: the lines of the audit that came since the test began."""
    services = ("tornado", "PilotLogging", "WebApp", "WMSAdministrator")
    began = {service: len(stack.log(service).read_text()) for service in services}

    def lines(service="tornado"):
        text = stack.log(service).read_text()[began[service] :]
        return [line.partition("NOTICE: ")[2] for line in text.splitlines() if "PilotLogging/Audit" in line]

    return lines


@pytest.fixture
def log(connect, stamp):
    """(stamp, text) of a log of the first VO."""
    text = pilot_line(f"text {uuid.uuid4()}")
    assert connect("pila").send(text, stamp)["OK"]
    return stamp, text


def test_each_reading_of_a_whole_log_is_a_line(connect, log, noted):
    stamp, text = log
    for _ in range(2):
        assert connect("opal").call("getLogs", stamp, ALPHA)["Value"]["StdOut"] == text
    line = f"Read by=opal@alpha_operator from=127.0.0.1 method=getLogs log={ALPHA}/{stamp} source=Collector"
    assert noted() == [line, line]


def test_pages_of_a_live_tail_are_one_line_for_each_caller(connect, log, noted):
    for user in ("opal", "opal", "admin", "opal"):
        assert connect(user).call("getLog", ALPHA, log[0])["OK"]
    assert [line.split()[1] for line in noted()] == ["by=opal@alpha_operator", "by=admin@dirac_admin"]


def test_a_list_is_a_line_with_keys_and_number_alone(connect, log, noted):
    assert connect("opal").call("getPilotLogs", {"PilotStamp": log[0], "State": "Receiving"})["OK"]
    assert noted() == ["Listed by=opal@alpha_operator from=127.0.0.1 method=getPilotLogs keys=stamps,states records=1"]


def test_refusals_have_who_what_and_which(connect, log, noted):
    stamp = log[0]
    assert not connect("opbert").call("getLogs", stamp, ALPHA)["OK"]
    assert not connect("bob").call("getStatus")["OK"]
    assert not connect("pila").call("sendMessage", "broken", stamp, "unknown")["OK"]
    assert noted() == [
        f"Refused by=opbert@beta_operator from=127.0.0.1 method=getLogs error=NotAllowed log={ALPHA}/{stamp}",
        "Refused by=bob@beta_user from=127.0.0.1 method=getStatus error=NotAllowed",
        f"Refused by=pila@alpha_pilot from=127.0.0.1 method=sendMessage error=InvalidInput log={ALPHA}/{stamp}",
    ]


def test_the_same_refusal_again_is_no_line(connect, stamp, noted):
    for _ in range(20):
        assert not connect("pila").call("sendMessage", "broken", stamp, "unknown")["OK"]
    assert len(noted()) == 1


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("getLog", [ALPHA, FORGED]),
        ("getLog", [FORGED, "a"]),
        ("getLogs", [FORGED, ALPHA]),
        ("getLog", [ALPHA, "a", FORGED]),
        ("getPilotLogs", [{FORGED: FORGED}]),
        ("getPilotLogs", [{"PilotStamp": FORGED}]),
        ("getPilotLogs", [{}, [[FORGED, "ASC"]]]),
        ("importLog", [FORGED, FORGED, FORGED, FORGED, FORGED, FORGED]),
        ("sendMessage", [FORGED, FORGED, FORGED]),
        ("finaliseLogs", [FORGED, FORGED, FORGED]),
    ],
)
def test_nobody_forges_a_line(stack, connect, noted, method, arguments):
    assert not connect("admin").call(method, *arguments)["OK"]
    assert all(line.startswith("Refused by=admin@dirac_admin from=127.0.0.1 method=" + method) for line in noted())
    assert "forged" not in stack.log("tornado").read_text()


def test_no_text_of_a_log_is_in_the_service_s_log(stack, connect, log):
    stamp, text = log
    for user in ("opal", "opbert"):
        connect(user).call("getLogs", stamp, ALPHA)
    assert text.split()[-1] not in stack.log("tornado").read_text()


def test_diset_notes_the_same(stack, log, noted):
    rpc.value(stack, "opal", "WorkloadManagement/PilotLogging", "getLogs", log[0], ALPHA)
    rpc.call(stack, "opbert", "WorkloadManagement/PilotLogging", "getLogs", log[0], ALPHA)
    read, refused = noted("PilotLogging")
    assert read.startswith("Read by=opal@alpha_operator") and f"log={ALPHA}/{log[0]}" in read
    assert refused.startswith("Refused by=opbert@beta_operator") and "error=NotAllowed" in refused


def test_output_by_reference_and_by_job_is_noted(stack, connect, noted):
    pilot, job = grid.add_pilot(stack), 600_000
    assert connect("pila").send("text\n", pilot.stamp)["OK"]
    grid.match_job(stack, job, pilot)
    for user in ("opal", "opbert"):
        rpc.call(stack, user, "WorkloadManagement/WMSAdministrator", "getJobPilotOutput", job)
    of_job, refused = noted("WMSAdministrator")
    assert of_job.startswith("Read by=opal@") and of_job.endswith(f"method=getJobPilotOutput job={job}")
    assert refused.startswith("Refused by=opbert@") and refused.endswith(f"error=NotAllowed job={job}")
    of_pilot, refused = noted("WebApp")
    assert (
        of_pilot.startswith("Read by=opal@") and f"reference={pilot.reference} vo={ALPHA} source=Collector" in of_pilot
    )
    assert refused.startswith("Refused by=opbert@") and f"reference={pilot.reference}" in refused


def test_reference_that_is_no_word_is_not_noted(stack, noted):
    rpc.call(stack, "opal", "Monitoring/WebApp", "getPilotOutput", FORGED)
    (line,) = noted("WebApp")
    assert line.endswith("method=getPilotOutput error=NotAllowed")
