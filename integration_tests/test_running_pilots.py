"""Running pilots have a site, a status, jobs and a host some seconds after their first message."""

import itertools
import json
import time

import pytest

from . import grid
from .conftest import connector
from .pilot import pilot_line
from .stack import Stack, world
from .test_tail_rights import Watcher
from .waiting import until

ALPHA, BETA = world.ALPHA, world.BETA
COLLECTORS = {"tornado": "TornadoPilotLogging", "PilotLogging": "PilotLogging"}
#: Longer than a pilot's record may take to be in its log, with the options below, on a busy machine.
SECONDS = 30
_jobs = itertools.count(700_000)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack with two collectors, which look for changes more often than by default."""
    with Stack(tmp_path_factory.mktemp("running")) as stack:
        stack.build()
        for name in COLLECTORS.values():
            section = f"/Systems/WorkloadManagement/Services/{name}"
            for option, value in (("DescribeSeconds", 1), ("DescribeAgainSeconds", 2), ("DescribeLeaseSeconds", 5)):
                stack.set_option(f"{section}/{option}", value)
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def connect(stack):
    """``connect(user)`` of this module's stack; see ``connector``."""
    return connector(stack)


@pytest.fixture
def running(stack, connect):
    """``running(vo)``: a pilot that has just sent its first message."""

    def begin(vo=ALPHA, text=None):
        pilot = grid.add_pilot(stack, vo)
        assert connect(vo.pilot).send(text or pilot_line("I run"), pilot.stamp)["OK"]
        return pilot

    return begin


def listed(connection, **wanted):
    """The selected logs by their stamps, as the collector lists them."""
    answer = connection.call("getPilotLogs", wanted, [], 0, 1000)
    assert answer["OK"], answer
    found = answer["Value"]
    logs = [dict(zip(found["ParameterNames"], record, strict=True)) for record in found["Records"]]
    return {log["PilotStamp"]: log for log in logs}


def test_a_site_administrator_lists_searches_and_follows_a_pilot_that_has_just_begun(stack, connect, running):
    site, began = connect("sid"), time.monotonic()
    here, elsewhere = running(), running(BETA)
    until(lambda: here.stamp in listed(site, Site=ALPHA.site, Outcome=["running"]), SECONDS)
    print(f"found by its site {time.monotonic() - began:.1f} s after its first message")
    assert elsewhere.stamp not in listed(site)
    assert "I run" in site.call("getLog", ALPHA.name, here.stamp)["Value"]["Text"]
    hits = site.call("searchLogs", {"Site": ALPHA.site}, "I run", {})["Value"]["Hits"]
    assert here.stamp in {hit["PilotStamp"] for hit in hits}
    watcher = Watcher(stack, "sid", here.stamp)
    assert (watcher.status, watcher.until("I run")) == (200, True)
    assert Watcher(stack, "sid", elsewhere.stamp).status != 200


def test_reference_status_jobs_and_host_are_those_of_the_moment(stack, connect, running):
    operator, job = connect("opal"), next(_jobs)
    pilot = running(text=pilot_line("Host FQDN  = wn17.alpha.org", command="PilotParams"))
    until(lambda: pilot.stamp in listed(operator, PilotReference=pilot.reference), SECONDS)
    stack.sql("JobDB", "INSERT INTO JobJDLs (JobID, JDL, JobRequirements, OriginalJDL) VALUES (%s, '', '', '')", (job,))
    stack.sql("JobDB", "INSERT INTO Jobs (JobID, Owner) VALUES (%s, 'ada')", (job,))
    grid.match_job(stack, job, pilot)
    until(lambda: pilot.stamp in listed(operator, Job=job), SECONDS)
    (log,) = listed(operator, Job=job, User="ada", Host="wn17").values()
    assert (log["Jobs"], log["Owners"], log["Host"], log["PilotStatus"]) == (
        [job],
        ["ada"],
        "wn17.alpha.org",
        "Running",
    )
    assert listed(operator, Name=pilot.stamp[3:20]).keys() == {pilot.stamp}
    grid.set_status(stack, pilot, "Aborted")
    until(lambda: pilot.stamp in listed(operator, Outcome=["killed"]), SECONDS)
    assert listed(operator, Job=job)[pilot.stamp]["OutcomeText"] == "killed (DIRAC says Aborted)"


def test_commands_tell_what_runs_who_died_and_whose_job_it_was(stack, connect, running):
    runs, failed, job = running(), running(), next(_jobs)
    grid.match_job(stack, job, runs)
    connect(ALPHA.pilot).finalise(failed.stamp, "77")
    until(lambda: runs.stamp in listed(connect("opal"), Job=job), SECONDS)
    until(lambda: failed.stamp in listed(connect("opal"), Site=ALPHA.site), SECONDS)

    def stamps(*words):
        done = stack.run(["dirac-admin-pilot-logs-list", "--JSON", "--Site", ALPHA.site, *words], user="sid")
        assert done.returncode in (0, 2), done.stderr
        return {log["PilotStamp"] for log in json.loads(done.stdout)["Logs"]} & {runs.stamp, failed.stamp}

    assert (stamps("--Running"), stamps("--Failed")) == ({runs.stamp}, {failed.stamp})
    assert (stamps("--ReturnCode", "!0"), stamps("--Job", str(job))) == ({failed.stamp}, {runs.stamp})
    shown = stack.run(["dirac-admin-pilot-logs-show", "--Source", "Collector", str(job)], user="opal")
    assert shown.returncode == 0 and "I run" in shown.stdout and "running" in shown.stderr
    unknown = stack.run(["dirac-admin-pilot-logs-list", "--Site", "TEST.Alfa.zz"], user="opal")
    assert unknown.returncode == 2
    assert f"There is no site TEST.Alfa.zz; there are: {ALPHA.site}" in unknown.stderr


def test_another_collector_takes_over_from_one_that_was_killed(stack, running, connect):
    until(lambda: _holder(stack), SECONDS, seen=lambda: stack.sql("PilotLoggingDB", "SELECT * FROM Duties"))
    holder = _holder(stack)
    stack.kill(holder)
    if holder == "tornado":
        stack.start("tornado")
    pilot = running()
    until(lambda: pilot.stamp in listed(connect("sid")), 2 * SECONDS)
    if holder != "tornado":
        stack.start(holder)


def _holder(stack):
    """The component whose process has the duty of describing."""
    owners = [row[0] for row in stack.sql("PilotLoggingDB", "SELECT Owner FROM Duties")]
    return next((name for name in COLLECTORS for owner in owners if f"-{stack.pid(name)}-" in owner), None)
