"""The administrators' commands on a whole DIRAC with a configuration server; every example of the guide is run."""

import json
import re
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from PilotLoggingDIRAC.adapters.output_service import OUTPUT_SERVICE
from PilotLoggingDIRAC.pilotlog.model import CHECK_STAMP

from . import examples, grid
from .conftest import connector
from .pilot import StockLogger, pilot_line, run
from .stack import Stack, forking, world
from .waiting import PATIENCE_SECONDS, until

ALPHA, BETA = world.ALPHA, world.BETA
AGENT = "/Systems/WorkloadManagement/Agents/PilotLoggingAgent"
COMMANDS = ("list", "show", "search", "status", "enable", "disable", "check", "doctor")
#: What a command takes to start, at most, on a busy machine.
START_SECONDS = 40
AS_HOST = ("-o", "/DIRAC/Security/UseServerCertificate=yes")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack with a configuration server, whose agent archives at once."""
    with Stack(tmp_path_factory.mktemp("commands"), configuration_server=True) as stack:
        stack.build()
        for option in ("SettleSeconds", "RetrySeconds", "PollingTime"):
            stack.set_option(f"{AGENT}/{option}", 1)
        stack.set_option(f"{AGENT}/MaxCycles", 0)
        stack.component_environment["PilotLoggingAgent"] = {"STACK_SHORTEST_CYCLE_SECONDS": "1"}
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def agent(stack):
    """The agent, running by itself."""
    stack.start("PilotLoggingAgent")
    yield
    stack.stop("PilotLoggingAgent")


@pytest.fixture(scope="module")
def connect(stack):
    """``connect(user)`` of this module's stack; see ``connector``."""
    return connector(stack)


@pytest.fixture
def command(stack):
    """``command("list", ...)``: a command's CompletedProcess."""

    def do(name, *words, user="admin", **more):
        return stack.run([f"dirac-admin-pilot-logs-{name}", *words], user=user, **more)

    return do


def ended(connect, stack, vo=ALPHA, code="0", text=""):
    """A pilot that has ended, with its log."""
    pilot = grid.add_pilot(stack, vo, status="Done")
    logger = StockLogger(connect(vo.pilot), pilot.stamp)
    if text:
        logger.line(text, "ERROR")
    run(logger, 2, 0, code)
    return pilot


def state(connect, pilot):
    answer = connect("admin").call("getPilotLogs", {"PilotStamp": pilot.stamp})["Value"]
    return dict(zip(answer["ParameterNames"], answer["Records"][0], strict=True))


def archived(connect, pilot):
    until(lambda: state(connect, pilot)["State"] == "Archived", seen=lambda: state(connect, pilot))
    return pilot


def good(done, code=0):
    assert done.returncode == code, f"{done.args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# every example


@pytest.fixture(scope="module")
def example_pilot(stack, agent, connect):
    """The pilot that the examples speak of: it has failed at the examples' site with all of their errors.

    Beside it are killed pilots, and one that DIRAC says has failed while its log waits for its sealing.
    """
    dead = grid.add_pilot(stack, ALPHA, status="Failed")
    connect(ALPHA.pilot).send(pilot_line("the last words"), dead.stamp)
    silent = "UPDATE PilotLogs SET LastSeen = LastSeen - INTERVAL 10 MINUTE WHERE PilotStamp = %s"
    stack.sql("PilotLoggingDB", silent, (dead.stamp,))
    text = "Error: no proxy; No space left on device; Could not install DIRAC; Traceback"
    pilots = [ended(connect, stack, code="1", text=text)]
    for _ in range(3):
        killed = grid.add_pilot(stack, ALPHA, status="Aborted")
        connect(ALPHA.pilot).send(pilot_line("No space left on device"), killed.stamp)
        values = ("Incomplete", ALPHA.site, killed.stamp)
        stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET State = %s, Site = %s WHERE PilotStamp = %s", values)
        pilots.append(killed)
    pilot, *_ = [archived(connect, one) for one in pilots]
    lasting = ("No proxy of shifta@alpha_data", 1_400_000, pilot.stamp)
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET LastError = %s, MissingBytes = %s WHERE PilotStamp = %s", lasting)
    return pilot


@pytest.fixture(scope="module")
def names(stack, example_pilot, connect, tmp_path_factory):
    """The examples' names: besides that pilot an old one to delete, and an old collector's folder."""
    victim = archived(connect, ended(connect, stack))
    when = (examples.LONG_AGO, victim.stamp)
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET LastSeen = %s WHERE PilotStamp = %s", when)
    folder = examples.old_logs(tmp_path_factory.mktemp("old"))
    return examples.Names(example_pilot, victim, folder, stack.url("WorkloadManagement", "TornadoPilotLogging"))


@pytest.mark.parametrize("example", examples.split()[1])
def test_example_of_the_guide_works(stack, names, example):
    host = "UseServerCertificate=yes" in example
    words = names.words(example)
    done = stack.run(
        examples.UNTIL_CTRL_C + words if examples.goes_on(example) else words, user=None if host else "admin"
    )
    assert "Traceback (most" not in done.stdout + done.stderr
    assert done.returncode in examples.may_end_with(example), f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    if "--JSON" in example:
        for line in [done.stdout] if done.stdout[:2] in ("{\n", "[\n") else done.stdout.splitlines():
            json.loads(line)


def test_every_command_of_ours_has_an_example():
    have = {example.split()[0] for example in examples.examples()}
    assert have == {path.stem.replace("_", "-") for path in examples.SCRIPTS.glob("dirac_*.py")}


@pytest.mark.parametrize("name", COMMANDS)
def test_usage_names_exit_codes_and_examples(command, name):
    usage = good(command(name, "--help"))
    assert "Exit code" in usage and f"$ dirac-admin-pilot-logs-{name}" in usage


# what goes wrong is told with its remedy


SWITCHES_ONLY = [name for name in COMMANDS if name in ("check", "disable", "enable", "list", "retry", "status")]


@pytest.mark.parametrize("name", SWITCHES_ONLY)
def test_words_that_a_command_does_not_know_are_refused(command, name):
    done = command(name, "foo")
    assert done.returncode == 1 and "takes switches only" in done.stderr and "foo" in done.stderr


def test_an_expired_proxy_is_named_with_its_remedy(stack, command):
    proxy = stack.make_proxy("opal_expired", "opal", "alpha_operator", hours=1 / 3600)
    until(lambda: time.time() > proxy.stat().st_mtime + 2)
    for name, words in (("list", ()), ("search", ("x",)), ("show", ("nobody",))):
        done = command(name, *words, user="opal_expired")
        assert done.returncode == 1, name
        assert "Your proxy has expired: dirac-proxy-init -g alpha_operator" in done.stderr, name


def test_a_search_without_a_collector_ends_at_once(command):
    began = time.monotonic()
    done = command("search", "--URL", "https://localhost:1/WorkloadManagement/TornadoPilotLogging", "x")
    assert (done.returncode, done.stdout) == (1, "") and "refused" in done.stderr
    assert time.monotonic() - began < 60


def test_a_date_that_is_none_is_refused_by_its_own_name(command):
    done = command("delete", "--VO", ALPHA.name, "--Before", "7dd")
    assert done.returncode == 1 and "7dd" in done.stderr and "ToDate" not in done.stderr


# list


def test_logs_of_checks_are_no_pilots_logs(stack, command, connect):
    check, pilot = f"{CHECK_STAMP}{uuid.uuid4().hex}", ended(connect, stack)
    connect(ALPHA.pilot).send("Executing\n", check)
    assert check not in command("list", "--Limit", "1000").stdout
    assert check in good(command("list", "--Limit", "1000", "--Checks")) and check in good(
        command("list", "--Stamp", check)
    )
    assert pilot.stamp in good(command("search", "Executing")) and check not in command("search", "Executing").stdout
    assert check in good(command("search", "--Checks", "Executing"))


def listed(command, *words, **more):
    return json.loads(good(command("list", "--JSON", *words, **more)))


def test_logs_are_listed_by_what_they_are(stack, command, connect):
    failed, well = ended(connect, stack, BETA, code="77"), ended(connect, stack, BETA)
    assert [log["PilotStamp"] for log in listed(command, "--ReturnCode", "77")["Logs"]] == [failed.stamp]
    stamps = f"{failed.stamp},{well.stamp}"
    newest = [log["PilotStamp"] for log in listed(command, "--Stamp", stamps, "--Since", "1h")["Logs"]]
    assert newest == [well.stamp, failed.stamp]
    assert listed(command, "--Stamp", stamps, "--Limit", "1", "--Page", "2")["Logs"][0]["PilotStamp"] == failed.stamp
    table = good(command("list", "--Stamp", stamps))
    assert [line.split()[0] for line in table.splitlines()[2:]] == newest and "77" in table
    good(command("list", "--Stamp", stamps, "--Until", "1h"), 2)
    good(command("list", "--Stamp", stamps, "--Since", "tomorrow"), 1)


def test_nobody_lists_what_is_not_for_them(stack, command, connect):
    pilot = ended(connect, stack, BETA)
    good(command("list", "--Stamp", pilot.stamp, user="opal"), 2)
    good(command("list", "--Stamp", pilot.stamp, user="alice"), 1)
    good(command("show", pilot.stamp, user="opal"), 2)
    good(command("search", "--Stamp", pilot.stamp, "Executing", user="opal"), 2)


# show


def test_a_log_is_shown_by_stamp_and_reference_from_each_source(stack, command, connect, agent):
    pilot = archived(connect, ended(connect, stack))
    whole = connect("opal").call("getLogs", pilot.stamp, ALPHA.name)["Value"]["StdOut"]
    for name in (pilot.stamp, pilot.reference):
        for source in ((), ("--Source", "Collector"), ("--Source", "archive")):
            assert good(command("show", *source, name, user="opal")) == whole
        assert good(command("show", "--Tail", "3", name, user="opal")).splitlines() == whole.splitlines()[-3:]
    told = json.loads(good(command("show", "--JSON", "--Source", "Archive", pilot.stamp)))
    assert (told["Source"], told["Complete"], told["StdOut"]) == ("Archive", True, whole)
    good(command("show", "--Source", "Nonsense", pilot.stamp), 1)
    good(command("show", "no-such-pilot"), 2)


def test_text_of_a_pilot_does_not_reach_the_terminal_unless_asked_for(stack, command, connect, tmp_path):
    pilot = grid.add_pilot(stack)
    text = "\x1b]0;owned\x07\x1b[2Jfake λ\nhidden\rshown\n"
    connect(ALPHA.pilot).send(text, pilot.stamp)
    shown = "\\x1b]0;owned\\x07\\x1b[2Jfake λ\nshown [1 earlier state of this line]\n"
    assert good(command("show", pilot.stamp)) == shown
    raw = subprocess.run(
        ["dirac-admin-pilot-logs-show", "--Raw", pilot.stamp], env=stack.env("admin"), capture_output=True, check=True
    )
    assert raw.stdout == text.encode()
    for source in ((), ("--Source", "Collector")):
        file = tmp_path / "log"
        good(command("show", *source, "--Output", str(file), pilot.stamp))
        assert (file.read_bytes(), file.stat().st_mode & 0o777) == (text.encode(), 0o600)
    assert "\x1b" not in good(command("search", "--Stamp", pilot.stamp, "owned"))


class Following:
    """The command with ``--Follow`` in a process, with what it has written so far."""

    def __init__(self, stack, *words):
        self.path = Path(stack.root / "work" / f"follow-{time.monotonic_ns()}")
        argv = ["dirac-admin-pilot-logs-show", "--Follow", "--Interval", "0.5", *words]
        with self.path.open("wb") as file:
            to_file = {"stdout": file, "stderr": subprocess.STDOUT}
            self.process = forking.popen(argv, stack.env("opal"), self.path.parent, **to_file)

    @property
    def text(self):
        return self.path.read_text()


@pytest.fixture
def follow(stack):
    started = []

    def do(*words):
        started.append(Following(stack, *words))
        return started[-1]

    yield do
    for following in started:
        following.process.kill()
        following.process.wait()


def test_a_running_pilot_is_followed_over_a_restart_until_it_ends(stack, connect, follow):
    pilot, sender = grid.add_pilot(stack), connect(ALPHA.pilot)
    sender.send("one\ntwo\n", pilot.stamp)
    # by its reference, which PilotAgentsDB knows before the log does
    live, tail = follow(pilot.reference), follow("--Tail", "1", pilot.stamp)
    until(lambda: "two\n" in live.text and "two\n" in tail.text, seen=lambda: (live.text, tail.text))
    sender.send("three λ\n", pilot.stamp)
    until(lambda: "three λ\n" in live.text, seen=lambda: live.text)
    stack.stop("tornado")
    until(lambda: "trying again" in live.text, seen=lambda: live.text)
    stack.start("tornado")
    sender.send("four\n", pilot.stamp)
    until(lambda: "four\n" in live.text, seen=lambda: live.text)
    sender.finalise(pilot.stamp, "5")
    assert (live.process.wait(PATIENCE_SECONDS), tail.process.wait(PATIENCE_SECONDS)) == (0, 0)
    written = [line for line in live.text.splitlines() if line in ("one", "two", "three λ", "four")]
    assert written == ["one", "two", "three λ", "four"]
    assert "ended with code 5" in live.text and "It answers again" in live.text and "one\n" not in tail.text


def test_killed_pilot_is_told_from_one_that_runs_and_following_it_ends(stack, connect, command, follow):
    killed, runs = grid.add_pilot(stack), grid.add_pilot(stack)
    for pilot in (killed, runs):
        connect(ALPHA.pilot).send("one\n", pilot.stamp)
    ago = "UPDATE PilotLogs SET LastSeen = LastSeen - INTERVAL 25 MINUTE WHERE PilotStamp IN (%s, %s)"
    stack.sql("PilotLoggingDB", ago, (killed.stamp, runs.stamp))
    live = follow(killed.stamp)
    until(lambda: "one\n" in live.text, seen=lambda: live.text)
    grid.set_status(stack, killed, "Aborted")
    assert live.process.wait(PATIENCE_SECONDS) == 0
    assert re.search(r"DIRAC says that the pilot is Aborted.* silent for 2\d min", live.text)
    for switch in ("--Incomplete", "--Dead", "--Failed"):
        table = good(command("list", switch, "--Since", "1h"))
        assert re.search(rf"{killed.stamp} .* killed ", table) and runs.stamp not in table
    assert re.search(r" silent for 2\d min ", good(command("list", "--Stamp", runs.stamp)))


def test_following_can_be_interrupted(stack, connect, follow):
    pilot = grid.add_pilot(stack)
    connect(ALPHA.pilot).send("one\n", pilot.stamp)
    live = follow(pilot.stamp)
    until(lambda: "one\n" in live.text, seen=lambda: live.text)
    live.process.send_signal(signal.SIGINT)
    assert live.process.wait(PATIENCE_SECONDS) == 130


def test_command_whose_output_is_not_read_ends_with_the_code_of_the_help(stack, connect):
    for _ in range(3):
        ended(connect, stack)
    words = "dirac-admin-pilot-logs-list --Limit 1000 | true; exit ${PIPESTATUS[0]}"
    done = stack.run(["bash", "-c", words], user="admin")
    assert done.returncode == 0 and "Error" not in done.stderr


def test_known_pilot_without_a_log_is_told_from_one_that_nobody_knows(stack, command):
    silent = grid.add_pilot(stack)
    for name in (silent.stamp, silent.reference):
        done = command("show", name)
        assert (done.returncode, "No source has this pilot's output" in done.stderr) == (1, True), done.stderr
        # a storage element that is slow on a busy machine is passed over
        assert re.search("Archive: (there is no log of this pilot|no answer within)", done.stderr), done.stderr
    assert "DIRAC knows this pilot" in command("show", "--Source", "Collector", silent.reference).stderr
    unknown = command("show", "f" * 32)
    assert (unknown.returncode, "neither DIRAC nor a log has" in unknown.stderr) == (2, True), unknown.stderr
    assert command("show", "f" * 32, user="opal").returncode == 2


# search


@pytest.mark.parametrize("locale", [{"LANG": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_text_is_found_and_shown_in_any_locale(stack, connect, command, locale):
    pilot = ended(connect, stack, text="no café left")
    settings = [f"{name}={value}" for name, value in locale.items()]
    words = ["env", *settings, "dirac-admin-pilot-logs-search", "--Stamp", pilot.stamp, "no café"]
    done = stack.run(words, user="admin")
    assert done.returncode == 0 and "no caf" in done.stdout, done.stdout + done.stderr
    shown = stack.run(["env", *settings, "dirac-admin-pilot-logs-show", pilot.stamp], user="admin")
    assert "no café left" in good(shown)


def test_lines_are_found_in_database_and_archive_with_their_context(stack, command, connect, agent):
    mark = f"mark{time.monotonic_ns()}"
    here, there = ended(connect, stack, text=f"{mark} here"), ended(connect, stack, text=f"{mark} there")
    archived(connect, there)
    log_id = stack.sql("PilotLoggingDB", "SELECT LogID FROM PilotLogs WHERE PilotStamp = %s", (there.stamp,))[0][0]
    stack.sql("PilotLoggingDB", "DELETE FROM PilotLogBatches WHERE LogID = %s", (log_id,))
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET State = 'Purged' WHERE LogID = %s", (log_id,))
    done = command("search", "-C", "1", mark)
    lines = good(done).splitlines()
    assert lines[0].startswith(f"{ALPHA.name}/{here.stamp}") and f"{mark} here" in lines[1]
    assert lines[1].startswith("      1:") and lines[2].startswith("      2-") and len(lines) == 3
    assert "only in the archive" in done.stderr
    found = [json.loads(line) for line in good(command("search", "--Archive", "--JSON", mark)).splitlines()]
    assert [hit["PilotStamp"] for hit in found] == [there.stamp, here.stamp]
    assert found[0]["Site"] == ALPHA.site
    with grid.storage_down(stack):
        done = command("search", "--Archive", mark)
        assert f"Not searched: {ALPHA.name}/{there.stamp}" in done.stderr and here.stamp in good(done)


def test_patterns_are_text_unless_said_otherwise(stack, command, connect):
    pilot = ended(connect, stack, text="what (is) it?")
    of = ("--Stamp", pilot.stamp)
    assert "(is)" in good(command("search", *of, "(is) it?"))
    good(command("search", *of, "(IS)"), 2)
    assert "(is)" in good(command("search", *of, "--IgnoreCase", "(IS)"))
    assert "(is)" in good(command("search", *of, "--Regex", r"\(i.\) it\?$"))
    good(command("search", *of, "--Regex", r"(a)\1"), 1)


# status


def status(command, *words, **more):
    done = command("status", "--JSON", *words, **more)
    return done.returncode, json.loads(done.stdout)


def test_status_ok_names_collectors_logs_and_proxies(command, stack, connect, agent):
    archived(connect, ended(connect, stack))
    code, told = status(command)
    findings = [finding for finding in told["Findings"] if finding["level"] != "WARNING"]
    assert findings == [] and len(told["Collectors"]) == 2 and told["States"] and code in (0, 1)
    assert {manager["vo"] for manager in told["DataManagers"]} == {ALPHA.name, BETA.name}
    assert told["Usage"]["StoredBytes"] > 0
    text = command("status").stdout
    assert "Data managers" in text and "not known (option DatabaseDiskGB)" in text
    assert len(command("status", "--Brief").stdout.splitlines()) == 1


def test_rights_of_the_caller_are_no_illness(command):
    code, told = status(command, user="opal")
    assert [finding for finding in told["Findings"] if finding["level"] not in ("OK", "WARNING")] == [] and code in (
        0,
        1,
    )
    assert "ProxyManagement" in told["NotShown"][0] and "ProxyManagement" in command("status", user="opal").stdout
    refused = command("status", "--Brief", user="alice")
    assert (refused.returncode, "2 of 2 collectors answer" in refused.stdout) == (3, True), refused.stdout
    assert refused.stdout.startswith("UNKNOWN: collectors: don't tell you: Only for operators")


def test_brief_status_takes_no_longer_than_its_timeout_while_the_database_hangs(command, stack):
    """The proxies of data managers are in the same server's databases."""
    with grid.database_hangs(stack):
        began = time.monotonic()
        done = command("status", "--Brief", "--Timeout", "5")
        seconds = time.monotonic() - began
    assert done.returncode == 2 and seconds < 5 + START_SECONDS, f"{seconds:.0f} s: {done.stdout}{done.stderr}"


def test_a_collector_that_does_not_answer_is_critical(command, stack):
    there = stack.url("WorkloadManagement", "TornadoPilotLogging")
    gone = there.replace(str(stack.ports["tornado"]), "1")
    code, told = status(command, "--URL", f"{there},{gone}")
    assert (code, told["Level"]) == (2, "CRITICAL")
    assert [finding["subject"] for finding in told["Findings"] if finding["level"] == "CRITICAL"] == [gone]


def test_a_failing_archive_is_a_warning_with_its_reason(command, stack, connect, agent):
    with grid.storage_down(stack):
        pilot = ended(connect, stack)
        until(lambda: state(connect, pilot)["Attempts"] > 0)
        code, told = status(command)
        assert code == 1 and told["Usage"]["Failures"][0]["vo"] == ALPHA.name and told["Usage"]["Failures"][0]["reason"]
        assert any(finding["subject"] == f"archive of {ALPHA.name}" for finding in told["Findings"])
    archived(connect, pilot)


# enable, disable


def operations(stack):
    """The VO's Pilot section as the configuration server gives it."""
    program = (
        "import DIRAC, json; DIRAC.initialize(require_auth=False)\n"
        "from DIRAC import gConfig\n"
        f"print(json.dumps(gConfig.getOptionsDict('/Operations/{ALPHA.name}/Pilot')['Value']))"
    )
    return json.loads(stack.run([sys.executable, "-c", program], user="admin").stdout.splitlines()[-1])


def test_a_vo_is_switched_off_and_on_by_ce(stack, command):
    good(command("enable", "--VO", ALPHA.name, "--Yes"))
    until(lambda: operations(stack).get("RemoteLogging", "True") == "True")
    out = good(command("disable", "--VO", ALPHA.name, "--CE", ALPHA.ce, "--Yes"))
    assert "CEs whose pilots send afterwards: none" in out
    until(lambda: operations(stack).get("RemoteLogging") == "False", 30)
    assert operations(stack)["RemoteLoggerCEsWhiteList"] == ""
    out = good(command("enable", "--VO", ALPHA.name, "--CE", ALPHA.ce, "--Yes"))
    assert f"CEs whose pilots send afterwards: {ALPHA.ce}" in out
    until(lambda: operations(stack).get("RemoteLogging") == "True")
    assert operations(stack)["RemoteLoggerCEsWhiteList"] == ALPHA.ce
    out = good(command("enable", "--VO", ALPHA.name, "--Yes"))
    assert f"CEs whose pilots send afterwards: all ({ALPHA.ce})" in out
    until(lambda: "RemoteLoggerCEsWhiteList" not in operations(stack))


def test_nothing_is_written_unconfirmed_or_with_the_check_failing(stack, command):
    before = operations(stack)
    good(command("disable", "--VO", ALPHA.name), 3)
    gone = "https://localhost:1/WorkloadManagement/TornadoPilotLogging"
    done = command("enable", "--VO", ALPHA.name, "--URL", gone, "--Yes")
    good(done, 2)
    assert "BROKEN  Collector" in done.stderr and "mend:" in done.stderr
    good(command("enable", "--VO", ALPHA.name, "--CE", "ce.of.nobody", "--Yes"), 1)
    good(command("disable", "--VO", "no_such_vo", "--Yes"), 1)
    good(command("disable", "--VO", ALPHA.name, "--Yes", user="opal"), 1)
    assert operations(stack) == before


# check


def links(done):
    return {link["name"]: link for link in json.loads(done.stdout)["Links"]}


def test_the_canary_goes_all_the_way_and_leaves_nothing_behind(stack, command, connect, agent):
    done = command("check", "--VO", ALPHA.name, "--Wait", "120", "--JSON")
    found = links(done)
    good(done)
    assert [link["state"] for name, link in found.items() if name != "Removal"] == ["good"] * 6
    assert "as its pilots" in found["Collector"]["text"]
    assert_removed(stack, connect, json.loads(done.stdout)["Stamp"], found["Removal"])


def assert_removed(stack, connect, stamp, removal):
    if removal["state"] == "good":
        assert connect("admin").call("getPilotLogs", {"PilotStamp": stamp})["Value"]["TotalRecords"] == 0
        until(lambda: not list(stack.storage_path(ALPHA.storage_element).rglob(f"{stamp}*")))
    else:
        assert "stays until the VO's retention ends" in removal["text"]


def test_a_broken_link_is_named(stack, command, agent):
    with grid.storage_down(stack):
        done = command("check", "--VO", ALPHA.name, "--Wait", "60")
        assert "BROKEN  Storage element" in good(done, 2) and "mend:" in done.stdout
    reading = OUTPUT_SERVICE.split("/")[-1]
    stack.stop(reading)
    try:
        assert "BROKEN  Source Collector" in good(command("check", "--VO", BETA.name, "--NoArchive"), 2)
    finally:
        stack.start(reading)
    good(command("check", "--VO", "no_such_vo"), 1)


def test_who_may_not_have_the_pilots_proxy_sends_with_their_own(command):
    found = links(command("check", "--VO", ALPHA.name, "--NoArchive", "--JSON", user="opal"))
    assert found["Collector"]["text"].startswith("took it from you") and found["Database"]["state"] == "good"
    assert found["Removal"] == found["Removal"] | {"state": "good", "text": "removed"}, (
        "an operator's check leaves no log"
    )
