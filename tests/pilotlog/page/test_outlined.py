"""The outline that the page shows: of a log with a diagnosis, what that tells; of others, what the scan has found."""

import json
from datetime import datetime

from PilotLoggingDIRAC.pilotlog.archive.diagnosing import compact
from PilotLoggingDIRAC.pilotlog.diagnose import diagnose, standard
from PilotLoggingDIRAC.pilotlog.model import Log, State
from PilotLoggingDIRAC.pilotlog.page.outlined import no_details, outlined
from PilotLoggingDIRAC.pilotlog.text.outline import Outline
from tests.conftest import PILOT

NOW = datetime(2026, 11, 21, 8, 0, 0)
TEXT = (
    b"2026-11-21T08:10:01.000000Z INFO [CheckWorkerNode] Command CheckWorkerNode instantiated from pilotCommands\n"
    b"2026-11-21T08:10:03.000000Z INFO [InstallDIRAC] Command InstallDIRAC instantiated from pilotCommands\n"
    b"tar: diracos/lib/libcrypto.so.3: Cannot write: No space left on device\n"
    b"2026-11-21T08:10:09.000000Z ERROR [InstallDIRAC] Could not install DIRACOS\n"
)
DETAILS = compact(diagnose([TEXT]), standard()).details


def part(number, lines=4, state=State.COMPLETE):
    return Log(number, PILOT, number, state, NOW, NOW, lines=lines)


def answer(parts, details, text=TEXT):
    scan = Outline()
    scan.feed(text)
    return outlined(scan.whole(), True, parts, details)


def test_diagnosis_tells_how_phases_ended_and_the_causes_with_their_lines():
    found = answer([part(1)], lambda log: DETAILS)
    assert [(phase["line"], phase["command"], phase["seconds"]) for phase in found["phases"]] == [
        (0, "CheckWorkerNode", 2.0),
        (1, "InstallDIRAC", 6.0),
    ]
    assert found["phases"][0]["outcome"] == "good" and found["phases"][1]["outcome"] != "good"
    assert (found["causes"][0]["code"], found["causes"][0]["line"]) == ("disk-full", 2)
    assert found["errors"] == [3]


def test_without_a_diagnosis_the_scan_tells_the_commands():
    found = answer([part(1)], no_details)
    assert [phase["command"] for phase in found["phases"]] == ["CheckWorkerNode", "InstallDIRAC"]
    assert found["causes"] == []


def test_log_that_is_received_is_not_asked_for_its_diagnosis():
    def asked(log):
        raise AssertionError(log)

    assert answer([part(1, state=State.RECEIVING)], asked)["causes"] == []


def test_lines_of_a_later_part_are_counted_from_the_start_of_the_log():
    found = answer([part(1), part(2)], lambda log: DETAILS if log.part == 2 else "", TEXT + TEXT)
    assert found["causes"][0]["line"] == 6
    assert [phase["line"] for phase in found["phases"]] == [0, 1, 4, 5]


def test_phases_that_a_short_diagnosis_left_out_are_those_of_the_scan():
    short = json.dumps(json.loads(DETAILS) | {"phases": []})
    assert [phase["line"] for phase in answer([part(1)], lambda log: short)["phases"]] == [0, 1]
