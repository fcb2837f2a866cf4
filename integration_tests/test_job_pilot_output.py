"""The output of a job's pilots: asked for in the caller's name, so that nobody gets by job what is refused by pilot."""

import itertools
import json
import time
import uuid

import pytest

from . import grid, rpc
from .stack import world

SERVICES = ["WorkloadManagement/WMSAdministrator", "WorkloadManagement/TornadoWMSAdministrator"]
SOURCE_SECONDS = 20  # a source's process imports DIRAC first
REFUSAL = "No such log, or not for you to read"
_numbers = itertools.count(100_000)


@pytest.fixture
def job(stack, connect):
    """(number, pilot, text) of a job that ran in one pilot of the first VO, which sent a log."""
    pilot, number, text = grid.add_pilot(stack), next(_numbers), f"text {uuid.uuid4()}\n"
    assert connect(pilot.vo.pilot).send(text, pilot.stamp)["OK"]
    grid.match_job(stack, number, pilot)
    return number, pilot, text


def ask(stack, user, service, number):
    return rpc.call(stack, user, service, "getJobPilotOutput", number)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("user", ["opal", "admin", "sid"])
def test_those_who_may_read_the_pilot_get_its_output_by_job(stack, job, user, service):
    number, pilot, text = job
    value = ask(stack, user, service, number)["Value"]
    assert value["StdOut"] == f"# PilotJobReference: {pilot.reference}\n\n{text}\n"
    assert value["StdErr"] == f"# PilotJobReference: {pilot.reference}\n\n\n"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("user", ["alice", "bob", "opbert", "pila", "shiftb", None])
def test_others_get_neither_text_nor_reference(stack, job, user, service):
    number, pilot, text = job
    answer = json.dumps(ask(stack, user, service, number))
    assert REFUSAL in answer
    assert text.strip() not in answer and pilot.reference not in answer and pilot.stamp not in answer


@pytest.mark.parametrize("service", SERVICES)
def test_stranger_gets_no_answer_at_all(stack, job, service):
    assert not ask(stack, "evil", service, job[0])["OK"]


@pytest.mark.parametrize("service", SERVICES)
def test_each_pilot_of_a_job_is_judged_by_itself(stack, job, connect, service):
    number, _, text = job
    beta = grid.add_pilot(stack, world.BETA)
    assert connect(beta.vo.pilot).send("text of beta\n", beta.stamp)["OK"]
    grid.match_job(stack, number, beta)
    both, one = ask(stack, "admin", service, number)["Value"], ask(stack, "opal", service, number)["Value"]
    assert text in both["StdOut"] and "text of beta" in both["StdOut"]
    assert text in one["StdOut"] and "text of beta" not in one["StdOut"] and beta.reference not in one["StdOut"]


@pytest.mark.parametrize("service", SERVICES)
def test_pilot_without_output_does_not_hide_the_others(stack, job, service):
    number, _, text = job
    silent = grid.add_pilot(stack, grid_type="Nonsense")
    grid.match_job(stack, number, silent)
    value = ask(stack, "opal", service, number)["Value"]
    assert text in value["StdOut"]
    assert f"# PilotJobReference: {silent.reference}\n\nCould not retrieve output: No source" in value["StdOut"]


@pytest.mark.parametrize("service", SERVICES)
def test_callers_at_the_same_time_are_not_mixed_up(stack, job, service):
    from concurrent.futures import ThreadPoolExecutor

    number, _, text = job
    users = ["opal", "opbert"] * 4
    with ThreadPoolExecutor(len(users)) as pool:
        answers = list(pool.map(lambda user: ask(stack, user, service, number), users))
    for user, answer in zip(users, answers, strict=True):
        assert (text.strip() in json.dumps(answer)) is (user == "opal")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("number", ["abc", "", 999_999_999])
def test_what_is_no_job_is_an_error(stack, number, service):
    answer = ask(stack, "admin", service, number)
    assert not answer["OK"] and "Internal" not in answer["Message"]


@pytest.fixture
def hanging(stack, tmp_path):
    """A CE that hangs when it is asked for a pilot."""
    folder = grid.OutputFolder(tmp_path / "output")
    changes = {"/Systems/WorkloadManagement/PilotLogging/SourceSeconds": SOURCE_SECONDS}
    grid.store_pilot_proxies(stack)
    with grid.changed(stack, grid.ce_options(folder.path) | changes, (*grid.READING_SERVICES, "ProxyManager")):
        yield folder


def test_pilots_of_a_ce_that_hangs_are_asked_at_the_same_time(stack, job, hanging):
    number, _, text = job
    pilots = [grid.add_pilot(stack) for _ in range(4)]
    for pilot in pilots:
        hanging.hang(pilot)
    grid.match_job(stack, number, *pilots)
    began = time.monotonic()
    value = ask(stack, "opal", "WorkloadManagement/WMSAdministrator", number)["Value"]
    assert time.monotonic() - began < 3 * SOURCE_SECONDS  # the CE takes one time limit for each pilot
    assert text in value["StdOut"]
    for pilot in pilots:
        assert f"# PilotJobReference: {pilot.reference}\n\nCould not retrieve output" in value["StdOut"]


def test_command_gives_it_to_operators_alone(stack, job, tmp_path):
    number, _, text = job
    done = {}
    for user in ("opal", "opbert"):
        (tmp_path / user).mkdir()
        done[user] = stack.run(["dirac-admin-get-job-pilot-output", number], user=user, cwd=tmp_path / user)
    assert done["opal"].returncode == 0, done["opal"].stdout
    assert text in (tmp_path / "opal" / f"pilot_{number}" / "std.out").read_text()
    assert done["opbert"].returncode != 0 and REFUSAL in done["opbert"].stdout
    assert text not in done["opbert"].stdout and not list((tmp_path / "opbert").rglob("std.out"))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("user", ["alice", "opbert", "pila"])
def test_job_whose_pilots_are_not_for_the_caller_is_as_one_that_is_not_there(stack, job, user, service):
    assert ask(stack, user, service, job[0]) == ask(stack, user, service, 999_999_999)


@pytest.mark.parametrize("service", SERVICES)
def test_administrator_learns_that_a_job_has_no_pilots(stack, service):
    assert ask(stack, "admin", service, 999_999_999)["Message"] == "DIRAC names no pilots of job 999999999"
