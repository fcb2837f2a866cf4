"""Causes of failures on a real DIRAC: pilots fail, the agent diagnoses, and everybody who looks is told why."""

import json

import pytest

from PilotLoggingDIRAC.pilotlog.diagnose import standard
from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.diagnoses_contract import DiagnosesContract

from . import browser, grid
from .pilot import pilot_line
from .stack import world
from .test_agent import cycle, cycles_until

ALPHA = world.ALPHA
#: What pilots say that fail, by the cause's code; empty for the rule's own example.
SAID = {
    "proxy-expired": "2026-11-26T08:10:11,123456Z Framework ERROR: Proxy /tmp/x509up_u1000 has expired",
    "cvmfs-not-mounted": "ls: cannot access '/cvmfs/dirac.egi.eu/dirac': No such file or directory",
    "disk-full": "OSError: [Errno 28] No space left on device: 'diracos/lib/libcrypto.so.3'",
    "terminated": "",
    "dns-failed": "",
}


@pytest.fixture(scope="module")
def failed(stack, connect):
    """Five pilots that failed, by cause, after the agent's cycles that diagnosed them."""
    pilots = {}
    for code, text in SAID.items():
        pilots[code] = grid.add_pilot(stack, ALPHA, status="Failed")
        connection = connect(ALPHA.pilot)
        begin = pilot_line("Command InstallDIRAC instantiated from pilotCommands", command="InstallDIRAC")
        connection.send(f"{begin}{text or standard().by_code[code].example}\n", pilots[code].stamp)
        connection.finalise(pilots[code].stamp, "1")
    cycle(stack)
    cycle(stack)
    return pilots


def record(connect, pilot, user="admin"):
    answer = connect(user).call("getPilotLogs", {"PilotStamp": pilot.stamp})["Value"]
    return dict(zip(answer["ParameterNames"], answer["Records"][0], strict=True))


@pytest.mark.parametrize("code", SAID)
def test_the_cause_of_a_failed_pilot_is_told_by_its_log_s_record(failed, connect, code):
    found = record(connect, failed[code])
    assert found["Cause"] == code
    assert found["CauseName"] and found["CauseHint"] and found["CauseLine"]


def test_logs_are_listed_by_their_cause(failed, stack):
    done = stack.run(["dirac-admin-pilot-logs-list", "--Cause", "disk-full"], user="admin")
    assert failed["disk-full"].stamp in done.stdout, done.stdout + done.stderr
    assert "[disk-full]" in done.stdout
    assert failed["dns-failed"].stamp not in done.stdout


def test_show_says_it_in_its_remark(failed, stack):
    done = stack.run(["dirac-admin-pilot-logs-show", failed["proxy-expired"].stamp], user="admin")
    assert "[proxy-expired], line " in done.stderr, done.stdout + done.stderr


def test_logging_info_tells_the_cause_with_line_and_hint(failed, stack):
    done = stack.run(["dirac-admin-get-pilot-logging-info", failed["disk-full"].reference], user="admin")
    assert "[disk-full], line " in done.stdout, done.stdout + done.stderr
    assert "Hint: " in done.stdout


def test_page_tells_the_cause_and_leads_to_its_line(failed, stack, connect):
    found = record(connect, failed["disk-full"])
    with browser.chromium() as chromium, browser.visitor(chromium, stack, "opal") as visitor:
        page = visitor.open(f"?PilotStamp={found['PilotStamp']}")
        assert found["CauseName"] in page.wait_for_selector(".card .cause").inner_text()
        page.click(".card")
        told = page.wait_for_selector(".bar .cause a")
        assert told.get_attribute("href") == f"#L{found['CauseLine']}"
        assert page.url.endswith(f"#L{found['CauseLine']}")
        assert found["CauseHint"] in page.inner_text(".bar .cause")
        assert visitor.problems == []


def test_figures_count_causes_by_vo(failed, stack):
    words = ["dirac-admin-pilot-logs-summary", "--By", "VO,Cause", "--Since", "1h", "--JSON"]
    done = stack.run(words, user="admin")
    groups = json.loads(done.stdout)["Groups"]
    assert {group["Cause"] for group in groups if group["VO"] == ALPHA.name} >= set(SAID), done.stderr


def test_logs_are_diagnosed_again_on_request(failed, stack):
    done = stack.run(["dirac-admin-pilot-logs-retry", "--Diagnoses", "--Since", "1h"], user="admin")
    assert int(done.stdout.split()[0]) >= len(SAID), done.stdout + done.stderr
    cycles_until(stack, lambda output: due_again(stack) == 0)


def due_again(stack):
    """The number of diagnoses that were asked for and are not made yet."""
    ((number,),) = stack.sql("PilotLoggingDB", "SELECT COUNT(*) FROM PilotLogDiagnoses WHERE Again = 1")
    return number


class TestDiagnosesOnMariaDB(DiagnosesContract):
    """See ``diagnoses_contract``."""
