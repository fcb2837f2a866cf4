"""An installation as its administrator sees it: what the doctor tells, and storage that was mended is good at once."""

import json
import subprocess
import sys

import pytest

from .stack import Stack, ending, world

ELEMENT = f"/Resources/StorageElements/{world.ALPHA.storage_element}"
#: Asks a storage element for a copy that is not there, once for each line of its input; always in the same worker.
ASKING = """
import sys, DIRAC
DIRAC.initialize(require_auth=False, host_credentials=True)
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from PilotLoggingDIRAC.pilotlog.model import StoredFile
vo, se = sys.argv[1:]
pool = WorkerPool(1)
archive = archives.archive(vo, pool, 60)
print("> ready", flush=True)
for _ in sys.stdin:
    told = "No worker"
    while told.startswith("No worker"):  # on a busy machine its start may take too long
        try:
            (problem,) = archive.check([StoredFile(se, f"/{vo}/none", "", 1, "00000001")], read=False).values()
            told = problem.text
        except ArchiveError as error:
            told = f"{error}"
    print(">", told.replace(chr(10), " "), flush=True)
pool.close()
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack with a configuration server, as changes reach a running process only with one."""
    with Stack(tmp_path_factory.mktemp("mended"), configuration_server=True) as stack:
        stack.up()
        yield stack


@pytest.fixture
def doctor(stack):
    """``doctor()``: its answer, each check by its name."""

    def examine():
        done = stack.run(["dirac-admin-pilot-logs-doctor", "--JSON"], user="admin")
        assert "Traceback (most" not in done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert done.returncode == ["OK", "WARNING", "CRITICAL", "UNKNOWN"].index(told["Level"]), done.stdout
        return {check["Name"]: check for check in told["Checks"]}

    return examine


def problems(check):
    return [f"{finding['subject']}: {finding['text']}" for finding in check["Findings"]]


def test_a_whole_installation_is_good_as_far_as_it_can_be_seen(doctor):
    checks = doctor()
    assert {name: checks[name]["Level"] for name in ("Sections", "VOs", "Readers")} == dict.fromkeys(
        ("Sections", "VOs", "Readers"), "OK"
    ), checks
    assert checks["Status"]["Text"].startswith("2 of 2 collectors answer, version ")
    assert "single collector" in " ".join(problems(checks["Status"]))
    (host,) = checks["Hosts"]["Findings"]  # no SystemAdministrator is there
    assert host["level"] == "UNKNOWN"
    assert "SystemAdministrator" in host["mend"]


def test_reader_that_still_runs_dirac_s_own_handler_is_told(stack, doctor):
    option = "/Systems/Monitoring/Services/WebApp/HandlerPath"
    stack.set_option(option, "DIRAC/MonitoringSystem/Service/WebAppHandler.py")
    stack.restart("WebApp")
    try:
        (found,) = doctor()["Readers"]["Findings"]
    finally:
        stack.remove_option(option)
        stack.restart("WebApp")
    assert (found["level"], "runs without the package" in found["text"]) == ("CRITICAL", True)
    assert found["mend"] == "dirac-restart-component Monitoring WebApp, on its host"
    assert doctor()["Readers"]["Findings"] == []


def test_each_thing_that_is_missing_is_told_and_how_it_is_mended(stack, doctor):
    se, agents = world.ALPHA.storage_element, stack.sql("PilotLoggingDB", "SELECT @@global.max_allowed_packet")[0][0]
    status = "UPDATE ResourceStatus SET Status = %s WHERE Name = %s AND StatusType = 'WriteAccess'"
    stack.sql("ResourceStatusDB", status, ("Banned", se))
    stack.sql("PilotLoggingDB", "SET GLOBAL max_allowed_packet = 1048576")
    stack.sql("PilotAgentsDB", "RENAME TABLE PilotAgents TO Away")
    stack.stop("WebApp")
    try:
        checks = doctor()
    finally:
        stack.start("WebApp")
        stack.sql("PilotAgentsDB", "RENAME TABLE Away TO PilotAgents")
        stack.sql("PilotLoggingDB", f"SET GLOBAL max_allowed_packet = {agents}")
        stack.sql("ResourceStatusDB", status, ("Active", se))
    told = {name: " ".join(problems(check)) for name, check in checks.items()}
    assert f"{se}: WriteAccess is Banned" in told["VOs"]
    assert "max_allowed_packet is 1.0 MB" in told["Status"]
    assert "PilotAgentsDB: a collector can't ask it" in told["Status"]
    assert "does not answer" in told["Readers"]
    assert all(finding["mend"] for name in ("VOs", "Readers") for finding in checks[name]["Findings"])


def test_people_read_the_same(stack):
    done = stack.run(["dirac-admin-pilot-logs-doctor"], user="admin")
    assert done.stdout.splitlines()[0].startswith("good     Sections")
    assert "mend: " in done.stdout


@pytest.mark.parametrize("user", ["alice", None])
def test_who_may_not_look_is_told_so(stack, user):
    done = stack.run(["dirac-admin-pilot-logs-doctor"], user=user)
    assert "Traceback (most" not in done.stdout + done.stderr
    assert done.returncode in (1, 2, 3)


@pytest.fixture
def ask(stack, tmp_path):
    """``ask()``: what the storage element says."""
    argv = [sys.executable, "-c", ASKING, world.ALPHA.name, world.ALPHA.storage_element]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(ending.tied(argv), env=stack.env(), cwd=tmp_path, **pipes) as process:

        def told():
            return next(line for line in process.stdout if line.startswith(">"))

        def ask():
            process.stdin.write("\n")
            process.stdin.flush()
            return told()

        assert told() == "> ready\n"
        yield ask
        process.stdin.close()


def test_an_element_that_is_allowed_again_is_good_at_once(stack, ask):
    stack.set_option(f"{ELEMENT}/VO", world.BETA.name)
    try:
        assert "not allowed for VO" in ask()
    finally:
        stack.set_option(f"{ELEMENT}/VO", f"{world.BETA.name}, {world.ALPHA.name}")
    assert f"not on {world.ALPHA.storage_element}" in ask()


def test_an_element_whose_ban_was_lifted_is_good_at_once(stack, ask):
    ban = "UPDATE ResourceStatus SET Status = %s WHERE Name = %s"
    stack.sql("ResourceStatusDB", ban, ("Banned", world.ALPHA.storage_element))
    assert "not currently permitted" in ask()
    stack.sql("ResourceStatusDB", ban, ("Active", world.ALPHA.storage_element))
    assert f"not on {world.ALPHA.storage_element}" in ask()
