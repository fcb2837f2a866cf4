"""Causes in order: roots before consequences, where the pilot ended before where it went on, none for a good pilot."""

import tomllib
from pathlib import Path

import pytest

from PilotLoggingDIRAC.pilotlog.diagnose import Known, diagnose

from ..made_logs import HARMLESS, JOB, JOB_DONE, MadeLog

FOLDER = Path(__file__).parent
SCENARIOS = tomllib.loads((FOLDER / "scenarios.toml").read_text())["scenario"]
OTHER_WORDS = tomllib.loads((FOLDER / "other_words.toml").read_text())["case"]


def log_of(scenario):
    log, end, lines = MadeLog(), scenario.get("end", "fail"), scenario["lines"]
    for section, more in scenario.get("before", {}).items():
        log.add(section, *more)
    if end in ("job", "no_job"):
        return getattr(log, end)(*lines)
    code = {"code": scenario["code"]} if "code" in scenario else {}
    return getattr(log, end)(scenario["at"], *lines, **code)


def codes(log, known=None):
    return [cause.rule.code for cause in diagnose([log.text], known).causes]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_likeliest_cause_comes_first(scenario):
    found = codes(log_of(scenario))
    assert found[:1] == [scenario["first"]]
    assert set(scenario.get("others", ())) <= set(found)


@pytest.mark.parametrize("case", OTHER_WORDS, ids=lambda case: f"{case['first']}: {''.join(case['lines'])[:40]}")
def test_cause_is_found_in_other_words_too(case):
    assert codes(log_of(case))[0] == case["first"]


def test_cause_has_its_line_and_phase():
    log = MadeLog().fail("InstallDIRAC", "x", "tar: Cannot write: No space left on device")
    (cause, *_) = diagnose([log.text]).causes
    assert cause.phase == "InstallDIRAC"
    assert log.text.splitlines()[cause.line - 1] == b"tar: Cannot write: No space left on device" == cause.text.encode()


def test_consequence_names_its_root():
    log = MadeLog().fail(
        "InstallDIRAC", "/cvmfs/dirac.egi.eu/dirac not found", "@E [InstallDIRAC] x: release not found"
    )
    found = {cause.rule.code: cause.because_of for cause in diagnose([log.text]).causes}
    assert found["release-not-found"] == "cvmfs-not-mounted" and found["cvmfs-not-mounted"] == ""


def test_good_pilot_has_no_cause():
    assert codes(MadeLog()) == []


def test_job_s_output_is_no_cause_though_the_job_failed():
    log = MadeLog().job(
        "@U WorkloadManagement/JobAgent/Watchdog INFO: ================START================",
        "@U WorkloadManagement/JobAgent/Watchdog INFO: No space left on device",
        "@U WorkloadManagement/JobAgent/Watchdog INFO: =================END=================",
    )
    assert codes(log) == []


@pytest.mark.parametrize(
    "line",
    [
        "@U WorkloadManagement/JobAgent NOTICE: Job request OK, but no match found No match found ( 1510 : )",
        "@U WorkloadManagement/JobAgent ERROR: Timeout while requesting job x\n"
        "@U WorkloadManagement/JobAgent NOTICE: Job request OK, but no match found No match found ( 1510 : )",
    ],
)
def test_pilot_that_found_no_job_did_its_work(line):
    assert codes(MadeLog().no_job(*line.split("\n"))) == []


def test_job_that_was_given_back_is_no_cause_where_another_one_ran():
    refused = "@U WorkloadManagement/JobAgent ERROR: Could not retrieve payload proxy x"
    given_back = "@U WorkloadManagement/JobAgent INFO: Job Rescheduled 4711"
    assert codes(MadeLog().job(refused, given_back, end="")) == ["payload-proxy"]
    assert codes(MadeLog().job(refused, given_back, end=JOB + JOB_DONE)) == []


def test_job_that_the_watchdog_killed_is_a_cause_though_another_one_ran():
    stalled = "@U JobWrapper ERROR: Payload killed by watchdog Watchdog identified this job as stalled"
    assert codes(MadeLog().job(stalled, end=JOB + JOB_DONE)) == ["job-stalled"]


def test_trouble_before_the_last_job_is_behind_what_ended_the_pilot():
    received = "@U WorkloadManagement/JobAgent INFO: Received JobID=4712, JobType=User, Owner=a, JobGroup=b"
    refused = "@U WorkloadManagement/JobAgent ERROR: x Connection refused"
    log = MadeLog().cut("LaunchAgent", refused, received, "@U Framework ERROR: x Network is unreachable")
    assert codes(log)[:1] == ["no-route"] and codes(log)[-1] == "connection-refused"


def test_running_pilot_has_no_cause_yet():
    assert codes(MadeLog().cut("LaunchAgent", *HARMLESS[:2]), Known(running=True)) == []


def test_return_code_of_the_finalise_mark_counts():
    log = MadeLog().cut("LaunchAgent")
    assert codes(log, Known(return_code=0)) == []
    assert codes(log, Known(return_code=3)) == ["unknown"]


def test_cause_that_no_rule_knows_has_the_last_error():
    log = MadeLog().fail(
        "ConfigureSite", "@E [ConfigureSite] What nobody knows", "@E [ConfigureSite] Failed to issue ps [ERROR 1]\x20"
    )
    (cause,) = diagnose([log.text]).causes
    assert cause.rule.code == "unknown" and cause.text.endswith("What nobody knows")


def test_log_that_was_cut_at_its_limit_is_not_said_to_have_stopped():
    log = MadeLog().cut(
        "LaunchAgent", "@W [PilotLogging] The log has reached its limit of 268435456 bytes: what follows is not stored"
    )
    assert codes(log) == []


@pytest.mark.parametrize("text", [b"", b"\n", b"\0" * 5000, b"\r" * 5000, bytes(range(256)) * 50, b"x" * 3_000_000])
def test_any_text_has_a_diagnosis(text):
    assert diagnose([text]).as_json()["lines"] >= 0


def test_pasted_fragment_has_its_cause():
    found = diagnose([b"2026-11-26T08:10:11.1Z ERROR [InstallDIRAC] Could not install DIRACOS [ERROR 1]\n"])
    assert found.causes[0].rule.code == "diracos-install"


RUNS = Known(running=True)


def test_pilot_that_runs_has_a_cause_in_the_last_lines_of_its_present_phase():
    log = MadeLog().add("InstallDIRAC", "tar: Cannot write: No space left on device").text
    end = log.index(b"\n", log.index(b"tar: Cannot write")) + 1
    assert [cause.rule.code for cause in diagnose([log[:end]], RUNS).causes] == ["disk-full"]
    on = b"2026-11-26T08:20:01.123456Z DEBUG [InstallDIRAC] going ahead\n" * 20
    assert diagnose([log[:end] + on], RUNS).causes == []
    assert diagnose([log], RUNS).causes == []


def test_pilot_that_runs_again_has_no_cause_of_the_run_that_stands_before_in_its_log():
    first = MadeLog().fail("InstallDIRAC", "tar: Cannot write: No space left on device").text
    found = diagnose([first + MadeLog().cut("ConfigureBasics").text], RUNS)
    assert (str(found.ending.end), found.ending.return_code, found.causes) == ("running", None, [])


def test_pilot_that_has_said_its_last_words_failed_though_it_is_said_to_run():
    log = MadeLog().fail("InstallDIRAC", "tar: Cannot write: No space left on device").text
    found = diagnose([log[: log.rindex(b"on sys.exit()")]], RUNS)
    assert (str(found.ending.end), found.causes[0].rule.code) == ("failed", "disk-full")
