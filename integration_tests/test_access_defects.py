"""Things that DIRAC's own logging lets anybody do, shown on its own service beside ours; here they can't be done."""

import pytest

from . import grid
from .pilot import Connection, pilot_line
from .stack import world

ALPHA = world.ALPHA.name
SECTION = "/Systems/WorkloadManagement/Services/StockPilotLogging"
STOCK = {
    f"{SECTION}/Protocol": "https",
    f"{SECTION}/HandlerPath": "DIRAC/WorkloadManagementSystem/Service/TornadoPilotLoggingHandler.py",
    f"{SECTION}/LoggingPlugin": "FileCacheLoggingPlugin",
    f"{SECTION}/Authorization/Default": "authenticated",
    f"{SECTION}/Authorization/sendMessage": "Operator, GenericPilot",
    f"{SECTION}/Authorization/finaliseLogs": "Operator, Pilot, GenericPilot",
}


@pytest.fixture(scope="module")
def stock(stack):
    """``stock(user)``: a connection to DIRAC's own collector, with the authorisation of its template."""
    with grid.changed(stack, STOCK, ("tornado",)):
        url = stack.url("WorkloadManagement", "TornadoPilotLogging").replace("Tornado", "Stock")
        yield lambda user: Connection(url, stack.pki.certificates, stack.proxy(user))


@pytest.fixture
def both(stock, connect):
    """(DIRAC's, ours), as functions of the user."""
    return stock, connect


def text_of(connection, name):
    answer = connection.call("getLogs", name, ALPHA)
    return answer["Value"]["StdOut"] if answer["OK"] else None


def test_any_authenticated_user_reads_any_vo_s_logs(both, stamp):
    text = pilot_line("of alpha")
    found = []
    for collector in both:
        assert collector("pila").send(text, stamp)["OK"]
        found.append([text_of(collector(user), stamp) for user in ("bob", "opbert", "pilb", "alice", "opal")])
    assert found == [[text] * 5, [None] * 4 + [text]]


def test_second_finalise_overwrites_the_log(both, stamp):
    found = []
    for collector in both:
        pilot = collector("pila")
        for text, code in (("first\n", "0"), ("second\n", "1")):
            assert pilot.send(text, stamp)["OK"] and pilot.finalise(stamp, code)["OK"]
        found.append(text_of(collector("opal"), f"{stamp}.log"))
    assert found == ["second\n", "first\nsecond\n"]


def test_worst_of_several_finalise_marks_counts(connect, stamp):
    pilot = connect("pila")
    assert pilot.send("text\n", stamp)["OK"] and pilot.finalise(stamp, "0")["OK"] and pilot.finalise(stamp, "1")["OK"]
    answer = connect("opal").call("getPilotLogs", {"PilotStamp": stamp})["Value"]
    (record,) = answer["Records"]
    found = dict(zip(answer["ParameterNames"], record, strict=True))
    assert (found["ReturnCode"], found["ReturnCodes"]) == ("1", "0,1")


def test_pilot_of_another_vo_neither_appends_nor_finalises(stack, connect, stamp):
    """Whatever VO it names: what it sends is its own VO's, and soon refused, see ``test_ownership``."""
    assert connect("pila").send("mine\n", stamp)["OK"]
    for vo in (ALPHA, "unknown", ""):
        assert connect("pilb").send("not mine\n", stamp, vo)["OK"] and connect("pilb").finalise(stamp, "1", vo)["OK"]
    assert text_of(connect("opal"), stamp) == "mine\n"
    (state,) = stack.sql(
        "PilotLoggingDB", "SELECT State FROM PilotLogs WHERE PilotStamp = %s AND VO = %s", (stamp, ALPHA)
    )
    assert state == ("Receiving",)


def test_pilots_of_one_vo_can_t_be_told_apart(both, stamp):
    """The limit that the guide states: they share their credential, here as in DIRAC's own logging."""
    for collector in both:
        for text in ("one\n", "two\n"):
            assert collector("pila").send(text, stamp)["OK"]
        assert text_of(collector("opal"), stamp) == "one\ntwo\n"


def test_host_that_is_not_trusted_speaks_for_nobody(stack, connect, stamp):
    """A trusted host may ask in a user's name, as the portal does; what another host says of that is not believed."""
    assert connect("pila").send("text\n", stamp)["OK"]
    url, named = stack.url("WorkloadManagement", "TornadoPilotLogging"), [world.dn("opal"), "alpha_operator"]
    answers = {}
    for host in ("untrusted", "vm", "host"):
        connection = Connection(url, stack.pki.certificates, stack.pki.host_folder(host))
        connection.is_host = False
        form = {
            "method": "getLogs",
            "args": f'["{stamp}", "{ALPHA}"]',
            "extraCredentials": f'["{named[0]}", "{named[1]}"]',
        }
        answers[host] = connection.post(form)[0]
    assert answers == {"untrusted": 401, "vm": 401, "host": 200}
