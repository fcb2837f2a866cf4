"""The reader: facts, jobs, times and phases of a log, however its text is cut, in bounded memory."""

import tracemalloc
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.diagnose import DiagnosisReader, Known, diagnose, of, reader, standard, with_own
from PilotLoggingDIRAC.pilotlog.diagnose.causes import anchors
from PilotLoggingDIRAC.pilotlog.diagnose.settings import DiagnosisSettings

from .made_logs import COMMANDS, CYCLE, CYCLE_END, JOB, REFERENCE, STAMP, MadeLog

SMALL = DiagnosisSettings(block_bytes=700)


def phases(found):
    return {phase.name: phase for phase in found.phases}


def test_facts_are_what_the_pilot_saw():
    values = diagnose([MadeLog().text]).reading.facts.values
    assert values == {
        "host": "wn17.example.org",
        "kernel": "5.14.0-427.el9.x86_64",
        "architecture": "x86_64",
        "os": "AlmaLinux 9.4 (Seafoam Ocelot)",
        "cpu": "Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz",
        "processors": "8",
        "memory_kb": "32657592",
        "free_memory_kb": "24683656",
        "disk_mb": "88123",
        "last_disk_mb": "87000",
        "python": "3.9.18",
        "user": "pilot001",
        "dirac": "9.1.22",
        "pilot_version": "9.1.22",
        "platform": "x86_64-el9",
        "site": "LCG.Example.org",
        "ce": "ce.example.org",
        "queue": "grid",
        "vo": "dteam",
        "stamp": STAMP,
        "reference": REFERENCE,
        "grid_middleware": "HTCondorCE",
        "cpu_time_left": "172800",
        "cpu_power": "17.300000",
    }


def test_phases_are_wrapper_start_commands_and_cycles():
    found = diagnose([MadeLog().text])
    assert [phase.name for phase in found.phases] == ["wrapper", "start", *COMMANDS, "JobAgent cycle 1"]
    assert {phase.outcome for phase in found.phases} == {"good"}
    assert phases(found)["CheckWorkerNode"].seconds == 11
    assert phases(found)["JobAgent cycle 1"].within == "LaunchAgent"
    lines = MadeLog().text.splitlines()
    assert all(f"Command {name} inst".encode() in lines[phases(found)[name].line - 1] for name in COMMANDS)


def test_failed_pilot_s_last_phase_failed():
    found = diagnose([MadeLog().fail("ConfigureSite", "@E [ConfigureSite] x", code=3).text])
    assert (found.ending.end, found.ending.return_code) == ("failed", 3)
    assert [phase.name for phase in found.phases if phase.outcome == "failed"] == ["ConfigureSite"]


def test_pilot_that_goes_on_behind_a_traceback_of_its_wrapper_did_not_fail():
    log = MadeLog()
    log.add(
        "wrapper", "2026-11-26T08:00:00,000000Z ERROR    [pilotLogger] Traceback (most recent call last):", "  x: y"
    )
    assert diagnose([log.text]).ending.end == "good"


def test_killed_pilot_stopped_in_its_last_phase_and_had_been_silent():
    log = MadeLog().cut("ConfigureSite", "@I [ConfigureSite] x", "2026-11-26T10:00:00.000000Z INFO [ConfigureSite] y")
    found = diagnose([log.text])
    assert found.phases[-1].outcome == "cut off"
    assert 6000 < found.ending.silent_seconds < 7000


def test_cycle_with_an_error_failed():
    bad = "@U WorkloadManagement/JobAgent WARN:  Cycle had an error: Nothing to do for more than 10 cycles\n"
    log = MadeLog()
    log.sections["LaunchAgent"] += CYCLE + JOB + CYCLE_END + CYCLE + bad
    found = phases(diagnose([log.text]))
    assert [found[f"JobAgent cycle {number}"].outcome for number in (1, 2, 3)] == ["good", "good", "failed"]


def test_jobs_are_counted_and_listed_with_their_ends():
    log = MadeLog()
    failed = "@U WorkloadManagement/JobAgent INFO: Payload execution failed with error code 7\n"
    log.sections["LaunchAgent"] += JOB.replace("4711", "4712") + failed + JOB.replace("4711", "4713")
    jobs = diagnose([log.text]).reading.jobs
    assert [(job.id, job.status, job.minor) for job in jobs.listed] == [
        ("4711", "done", "Execution Complete"),
        ("4712", "failed", "error code 7"),
        ("4713", "unknown", ""),
    ]
    assert jobs.matched == 3


def test_clock_that_jumps_back_is_noticed_and_not_believed():
    log = MadeLog().add(
        "ConfigureSite",
        "2026-11-27T08:00:00.123456Z INFO [ConfigureSite] ahead",
        "2026-11-26T08:11:00.123456Z INFO [ConfigureSite] back",
    )
    found = diagnose([log.text], settings=DiagnosisSettings(jump_ahead_seconds=3600))
    ahead, back = found.reading.clock.jumps
    assert ahead.seconds > 80_000 and back.seconds < -80_000
    lines = log.text.splitlines()
    assert lines[ahead.line - 1].endswith(b"ahead") and lines[back.line - 1].endswith(b"back")
    assert phases(found)["ConfigureSite"].seconds < 60


def test_silences_are_listed_with_their_lines():
    log = MadeLog().add("ConfigureSite", "2026-11-26T09:00:00.000000Z INFO [ConfigureSite] late")
    log.step = timedelta(seconds=1)
    (silence,) = diagnose([log.text]).reading.clock.silences
    assert log.text.splitlines()[silence.line - 1].endswith(b"late") and 2500 < silence.seconds < 3100


LOG = (
    MadeLog()
    .fail("InstallDIRAC", "No space left on device", "@E [InstallDIRAC] Could not install DIRACOS [ERROR 1]")
    .text
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, len(LOG)), max_size=12))
def test_diagnosis_is_the_same_however_the_text_is_cut(cuts):
    edges = [0, *sorted(cuts), len(LOG)]
    pieces = [LOG[start:end] for start, end in pairwise(edges)]
    assert diagnose(pieces, settings=SMALL).as_json() == diagnose([LOG], settings=SMALL).as_json()


@pytest.mark.parametrize("block_bytes", [300, 700, 4000])
def test_diagnosis_does_not_depend_on_blocks(block_bytes):
    log = MadeLog().text
    assert diagnose([log], settings=DiagnosisSettings(block_bytes=block_bytes)).as_json() == diagnose([log]).as_json()


@pytest.mark.parametrize("lines", [1, 7, 40])
def test_diagnosis_is_the_same_when_text_is_read_as_it_comes(lines):
    text = MadeLog().fail("InstallDIRAC", "tar: Cannot write: No space left on device").text
    whole, reader = diagnose([text]), DiagnosisReader()
    each = text.splitlines(keepends=True)
    for start in range(0, len(each), lines):
        reader.advance(b"".join(each[start : start + lines]))
    found = of(reader.so_far(), reader.rules, Known())
    assert found.as_json() == whole.as_json()


def test_text_that_tells_nothing_is_not_noted():
    reader = DiagnosisReader()
    reader.advance(MadeLog().text)
    before = reader.noted
    reader.advance(b"2026-11-26T09:10:11.123456Z DEBUG [LaunchAgent] nothing\nof interest\nand no line e")
    assert reader.noted == before
    reader.advance(b"nd\n" + MadeLog().fail("InstallDIRAC", "No space left on device").text)
    assert reader.noted > before


def test_another_line_of_a_fact_that_is_known_is_not_noted():
    reader = DiagnosisReader()
    reader.advance(MadeLog().text)
    before = reader.noted
    reader.advance(b"2026-11-26T09:10:11.123456Z INFO [CheckWorkerNode] Host FQDN  = other.example.org\n")
    assert reader.noted == before and reader.so_far().facts.values["host"] == "wn17.example.org"
    reader.advance(b"2026-11-26T09:10:11.123456Z INFO [CheckWorkerNode] DiskSpace (MB) = 17\n")
    assert reader.noted > before and reader.so_far().facts.values["last_disk_mb"] == "17"


def test_line_that_has_not_ended_is_kept_up_to_the_length_that_is_looked_at():
    reader = DiagnosisReader(settings=DiagnosisSettings(looked_bytes=100))
    reader.advance(b"x" * 100)
    assert reader.so_far().bytes == 0
    reader.advance(b"x")
    assert reader.so_far().bytes == 101


def test_line_without_end_is_read():
    found = diagnose([LOG.rstrip(b"\n")])
    assert found.ending.return_code == 1 and found.reading.lines == LOG.count(b"\n")


def test_memory_is_bounded_whatever_the_log():
    def hostile():
        for number in range(60):
            yield LOG * 3 + b"x" * 200_000 + b"2026-11-26T%02d:%02d:00Z INFO [X] \n" % (number % 24, number % 60)

    reader = DiagnosisReader(standard())
    reader.read([LOG])
    tracemalloc.start()
    reader.read(hostile())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 * 1024 * 1024


def test_what_is_made_of_the_rules_of_a_vo_is_made_once_for_many_vos_in_turns(monkeypatch):
    made = []

    def counted(kind):
        class Counted(kind):
            def __init__(self, *values):
                made.append(kind)
                super().__init__(*values)

        return Counted

    monkeypatch.setattr(reader, "TextAnchors", counted(reader.TextAnchors))
    monkeypatch.setattr(anchors, "TextScanner", counted(anchors.TextScanner))
    own = [
        {"Name": "Ours", "Party": "VO", "Hint": "Ask.", "Text": f"frobnicator of VO {number}"} for number in range(12)
    ]
    rules = [with_own({"ours": section}).rules for section in own]
    for one in rules:
        DiagnosisReader(one)
    first = len(made)
    for one in rules:
        DiagnosisReader(one)
    assert first >= len(rules)
    assert len(made) == first
