"""The page of text that stands in for a CE's logging info."""

import dataclasses
from datetime import datetime

from PilotLoggingDIRAC.pilotlog.diagnosed import Diagnosed, of_log
from PilotLoggingDIRAC.pilotlog.model import Log, PilotId, State
from PilotLoggingDIRAC.pilotlog.read.summary import summary

AT = datetime(2026, 11, 21, 12)
RUNNING = Log(1, PilotId("vo.alpha.org", "a" * 32), 1, State.RECEIVING, AT, AT.replace(hour=13), lines=3, bytes=90)
ENDED = dataclasses.replace(RUNNING, state=State.COMPLETE, return_code="1", site="LCG.Example.org", ce="ce.example.org")
TEXT = """\
2026-11-21T12:00:01.5Z INFO [CheckWorkerNode] Command CheckWorkerNode instantiated from pilotCommands
2026-11-21T12:00:02Z INFO [CheckWorkerNode] well
2026-11-21T12:00:03Z INFO [InstallDIRAC] Command InstallDIRAC instantiated from pilotCommands
2026-11-21T12:00:04Z ERROR [InstallDIRAC] no space left"""


def test_commands_with_their_times_and_errors_are_told():
    told = summary([ENDED], TEXT).splitlines()
    assert told[told.index("Commands") + 1 : told.index("Errors")] == [
        "  2026-11-21 12:00:01  CheckWorkerNode",
        "  2026-11-21 12:00:03  InstallDIRAC",
        "",
    ]
    assert told[-1] == "  2026-11-21T12:00:04Z ERROR [InstallDIRAC] no space left"


def test_how_the_log_stands_is_told():
    told = summary([ENDED], TEXT)
    facts = (
        "a" * 32 + " of vo.alpha.org",
        "LCG.Example.org, ce.example.org",
        "12:00:00 to 2026-11-21 13:00:00",
        "complete. The pilot reported its end, with return code 1.",
        "3 lines, 90 bytes, database",
    )
    assert all(fact in told for fact in facts)
    assert "Outcome: failed (code 1)" in told
    assert "running. The pilot has not reported its end yet." in summary([RUNNING], TEXT)


def test_how_much_is_missing_is_told_beside_the_standing():
    parts = [dataclasses.replace(ENDED, missing_bytes=400_000), dataclasses.replace(ENDED, part=2, missing_bytes=10**6)]
    assert "Log: complete, 1.4 MB missing. " in summary(parts, TEXT)


def test_second_run_under_a_stamp_is_told_and_imported_text_is_none():
    imported, second = dataclasses.replace(ENDED, part=0), dataclasses.replace(ENDED, part=2)
    assert "ran again" not in summary([imported, ENDED], TEXT)
    assert "ran again under the same stamp, this is in 2 parts." in summary([ENDED, second], TEXT)
    assert "ran again under the same stamp, this is in 3 parts." in summary([imported, ENDED, second], TEXT)


def test_log_without_commands_and_errors_has_no_empty_headings():
    told = summary([RUNNING], "")
    assert "Commands" not in told and "Errors" not in told and "Where" not in told


def test_errors_are_as_many_and_as_long_as_can_be_read():
    line = "2026-11-21T12:00:04Z ERROR [InstallDIRAC] " + "x" * 5000 + "\n"
    told = summary([ENDED], line * 50).splitlines()
    assert "Errors, the first 20 of 50" in told
    assert [len(error) for error in told[told.index("Errors, the first 20 of 50") + 1 :]] == [302] * 20


def test_what_a_terminal_would_obey_is_shown():
    evil = dataclasses.replace(ENDED, return_code="\x1b[2J")
    told = summary([evil], "2026-11-21T12:00:04Z ERROR \x1b]0;owned\x07\n")
    assert "\x1b" not in told and r"\x1b]0;owned\x07" in told and r"\x1b[2J" in told


def test_error_behind_output_without_a_line_end_is_told_without_the_output():
    error = "2026-11-21T12:00:04.5Z ERROR [InstallDIRAC] no space left"
    told = summary([ENDED], "10%\r" * 5000 + "50%" + error + "\r\n").splitlines()
    assert told[told.index("Errors") + 1 :] == [f"  {error}"]


def test_why_the_pilot_failed_is_told_with_line_and_hint():
    found = Diagnosed("disk-full", "No space left", "site", 4, "Look at df -h")
    told = summary([ENDED], TEXT, found=found).splitlines()
    assert "Cause: No space left [disk-full], line 4. It is for: site" in told
    assert "Hint: Look at df -h" in told
    assert "Cause" not in summary([ENDED], TEXT)


def test_a_cause_s_line_counts_from_the_start_of_the_first_part():
    parts = [ENDED, dataclasses.replace(ENDED, id=2, part=2)]
    assert of_log(parts, parts, lambda ids: {log_id: Diagnosed("c", line=4) for log_id in ids}).line == 7
    assert of_log(parts, parts, lambda ids: {1: Diagnosed("c", line=4)}) == Diagnosed()


def test_lines_of_parts_whose_text_is_lost_are_not_counted_before_a_cause():
    parts = [dataclasses.replace(ENDED, state=State.PURGED), dataclasses.replace(ENDED, id=2, part=2)]
    found = of_log(parts, parts[1:], lambda ids: {2: Diagnosed("c", "No space left", line=3)})
    assert found.line == 3
    assert "Cause: No space left [c], line 3." in summary(parts, TEXT, found=found)


def test_cause_in_a_part_whose_text_is_lost_is_told_without_a_line():
    parts = [ENDED, dataclasses.replace(ENDED, id=2, part=2, state=State.PURGED)]
    found = of_log(parts, parts[:1], lambda ids: {2: Diagnosed("c", "No space left", "site", line=3)})
    assert found.line == 0
    assert "Cause: No space left [c]. It is for: site" in summary(parts, TEXT, found=found).splitlines()
