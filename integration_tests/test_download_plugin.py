"""Our DownloadPlugin under a handler of pilots' output that is not ours and asks it without saying for whom.

Under DIRAC's own it is named by the option; under that of a VO's extension, which comes before ours, nothing is set.
"""

import itertools
import sys
import uuid

import pytest

from PilotLoggingDIRAC.adapters.output_service import OUTPUT_SERVICE

from . import diset, grid, rpc
from .stack import world

SYSTEM, SERVICE = OUTPUT_SERVICE.split("/")
SECTION = f"/Systems/{SYSTEM}/Services/{SERVICE}"
DIRAC_S = {
    f"{SECTION}/HandlerPath": f"DIRAC/{SYSTEM}System/Service/{SERVICE}Handler.py",
    f"{SECTION}/DownloadPlugin": "PilotLoggingDownloadPlugin",
}
#: As the guide says; without it PilotManager of DIRAC 9.0 admits only operators.
FOR_ALL = {f"{SECTION}/Authorization/getPilotOutput": "authenticated"}
#: Options, extensions, the plugin's name.
NEIGHBOURS = {
    "DIRAC": (DIRAC_S | FOR_ALL, (), "PilotLoggingDownloadPlugin"),
    "VO": (FOR_ALL, (grid.NEIGHBOUR,), "FileCacheDownloadPlugin"),
}
with_a_vo_s_extension = pytest.mark.parametrize("plugin", ["VO"], indirect=True)
_jobs = itertools.count(700_000)


@pytest.fixture(scope="module", params=NEIGHBOURS)
def plugin(stack, request):
    """The plugin's name; the service is code of others, and WMSAdministrator too where a VO's extension has one."""
    options, extensions, name = NEIGHBOURS[request.param]
    with grid.changed(stack, options, (SERVICE, "WMSAdministrator"), extensions):
        assert options.get(f"{SECTION}/HandlerPath", "") in stack.log(SERVICE).read_text()
        yield name


@pytest.fixture
def pilot(stack, connect, plugin):
    """(pilot, text) of the first VO; DIRAC's handler has nothing else to turn to."""
    pilot, text = grid.add_pilot(stack, grid_type="Nonsense"), f"text {uuid.uuid4()}\n"
    assert connect(pilot.vo.pilot).send(text, pilot.stamp)["OK"]
    return pilot, text


def ask(stack, user, pilot):
    return rpc.call(stack, None if user == "host" else user, OUTPUT_SERVICE, "getPilotOutput", pilot.reference)


@pytest.mark.parametrize("user", ["opal", "joan", "mona", "serge"])
def test_those_who_may_read_get_the_log(stack, pilot, user):
    answer = ask(stack, user, pilot[0])
    expected = {"StdOut": pilot[1], "StdErr": "", "LogSource": "Collector", "VO": world.ALPHA.name, "FileList": []}
    assert answer["Value"] == expected | {"LogComplete": False, "LogEnded": False, "LogMissingBytes": 0}


#: Not the site's own administrator, who may as soon as a collector has noted the pilot's site.
@pytest.mark.parametrize("user", ["alice", "bob", "opbert", "pila", "simon", "host"])
def test_others_don_t(stack, pilot, user):
    answer = ask(stack, user, pilot[0])
    assert not answer["OK"] and pilot[1].strip() not in str(answer)


def test_site_administrator_reads_it_once_its_site_is_noted(stack, pilot):
    noted = (world.ALPHA.site, pilot[0].stamp)
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Site = %s WHERE PilotStamp = %s", noted)
    assert ask(stack, "sid", pilot[0])["Value"]["StdOut"] == pilot[1]
    assert not ask(stack, "simon", pilot[0])["OK"]


def test_callers_at_the_same_time_are_not_mixed_up(stack, pilot, tmp_path):
    users = ["opal", "opbert"] * 40
    wanted = [(OUTPUT_SERVICE, "getPilotOutput", [pilot[0].reference], str(stack.proxy(user))) for user in users]
    for user, answer in zip(users, diset.calls(stack, wanted, tmp_path), strict=True):
        assert answer["OK"] is (user == "opal"), answer


def test_readings_and_refusals_are_noted_with_the_caller(stack, pilot):
    for user in ("opal", "opbert"):
        ask(stack, user, pilot[0])
    lines = [line for line in stack.log(SERVICE).read_text().splitlines() if "method=getRemotePilotLogs" in line]
    assert any("Read by=opal@alpha_operator" in line and pilot[0].stamp in line for line in lines)
    assert any("Refused by=opbert@beta_operator" in line and "error=NotAllowed" in line for line in lines)


def test_dirac_s_own_handler_gives_what_the_ce_gave_to_anybody(stack, pilot):
    """The limit of the plugin: what does not go through it is the handler's affair. Ours refuses, see the matrix."""
    statement = (
        "INSERT INTO PilotOutput SELECT PilotID, 'from the CE', '' FROM PilotAgents WHERE PilotJobReference = %s"
    )
    stack.sql("PilotAgentsDB", statement, (pilot[0].reference,))
    assert ask(stack, "bob", pilot[0])["Value"]["StdOut"] == "from the CE"


_OUTSIDE = """
import DIRAC
DIRAC.initialize(require_auth=False, extra_config={{"DIRAC": {{"Security": {{"UseServerCertificate": "yes"}}}}}})
from DIRAC.Core.Utilities.ObjectLoader import ObjectLoader
name = "{plugin}"
path = f"WorkloadManagementSystem.Client.PilotLoggingPlugins.{{name}}"
print(ObjectLoader().loadObject(path, name)["Value"]().getRemotePilotLogs("{stamp}", "{vo}"))
"""


def test_outside_of_a_request_the_plugin_gives_nothing(stack, pilot, plugin):
    program = _OUTSIDE.format(plugin=plugin, stamp=pilot[0].stamp, vo=pilot[0].vo.name)
    done = stack.run([sys.executable, "-c", program])
    assert "'OK': False" in done.stdout and "'Errno': 3403" in done.stdout, done.stdout + done.stderr


def refusals(stack, who):
    """Lines that say that our plugin refused; what the handler turns to then has an error of its own."""
    lines = stack.log(SERVICE).read_text().splitlines()
    wanted = (f"Refused by={who} ", "method=getRemotePilotLogs", "error=NotAllowed")
    return [line for line in lines if all(word in line for word in wanted)]


@with_a_vo_s_extension
@pytest.mark.skipif(SERVICE != "WebApp", reason="DIRAC 9.0 has a method of the request's handler, known in each thread")
@pytest.mark.parametrize("user", ["opal", "serge", "alice", "host"])
def test_from_a_thread_of_the_handler_s_own_nobody_gets_the_log(stack, pilot, user):
    user = None if user == "host" else user
    answer = rpc.call(stack, user, OUTPUT_SERVICE, "getPilotOutputElsewhere", pilot[0].reference)
    assert not answer["OK"] and pilot[1].strip() not in str(answer)
    assert refusals(stack, "anonymous@")


@with_a_vo_s_extension
@pytest.mark.parametrize("user", ["opal", "serge", "alice", "host"])
def test_job_s_output_that_a_service_asks_for_as_the_host_has_no_text(stack, pilot, user):
    """Its WMSAdministrator does not say for whom it asks; ours does."""
    job, user = next(_jobs), None if user == "host" else user
    grid.match_job(stack, job, pilot[0])
    answer = rpc.value(stack, user, "WorkloadManagement/WMSAdministrator", "getJobPilotOutput", job)
    assert f"# PilotJobReference: {pilot[0].reference}\n\nCould not retrieve output" in answer["StdOut"]
    assert pilot[1].strip() not in str(answer)
    assert refusals(stack, f"{world.HOST}@hosts")
