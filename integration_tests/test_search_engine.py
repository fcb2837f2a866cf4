"""OpenSearch as a source: a pilot's output and hits of a search come from there, within each caller's reach."""

import json

import pytest

from . import engines, grid, rpc
from .stack import world
from .test_forwarding import AGENT, AGENTS, PLACES, log
from .test_replaying import PURGE, states
from .test_sources import WEB_APP
from .waiting import until

ALPHA, BETA = world.ALPHA, world.BETA
SOURCES = f"/Operations/{ALPHA.name}/Pilot/LogSources"
SERVICES = ("tornado", *grid.READING_SERVICES)
MANY = 2500
WORDS = "No space left on device"
#: One word of more than the 255 characters after which an engine cuts.
LONG = "".join(f"{number:03}" for number in range(200))
LAST = f"last line {LONG}"


@pytest.fixture(scope="module")
def engine(stack):
    """VOs whose lines all go to OpenSearch, and to no archive; skipped where there is none."""
    with engines.running(stack, "opensearch"):
        place = {"Plugin": "OpenSearchDestination", "Content": "all", "Replicas": 0, "RefreshSeconds": 1}
        options = {f"{PLACES}/Search/{name}": value for name, value in place.items()}
        options |= {f"/Operations/{vo.name}/PilotLogging/Destinations": "Search" for vo in (ALPHA, BETA)}
        options |= {SOURCES: "OpenSearch", f"{AGENT}/ForwardSeconds": 0.2}
        with grid.changed(stack, options, SERVICES):
            stack.start(AGENTS[0])
            begun = "SELECT COUNT(*) FROM PilotLogDestinations WHERE Name = 'Search'"
            until(lambda: stack.sql("PilotLoggingDB", begun, ())[0][0], seen=lambda: log(stack))
            yield
            stack.stop(AGENTS[0])


@pytest.fixture(scope="module")
def pilots(stack, engine, connect):
    """Logs of three pilots that the engine has: of ALPHA, whose text is purged, of ALPHA elsewhere, of BETA."""
    found = [grid.add_pilot(stack, vo) for vo in (ALPHA, ALPHA, BETA)]
    for pilot, vo in zip(found, (ALPHA, ALPHA, BETA), strict=True):
        text = "".join(f"line {number}\n" for number in range(MANY)) + f"{WORDS} of {pilot.stamp}\n{LAST}\n"
        connection = connect(vo.pilot)
        assert connection.send(text, pilot.stamp)["OK"]
        assert connection.finalise(pilot.stamp, "0")["OK"]
    sent = "SELECT COUNT(*) FROM PilotLogForwards WHERE Destination = 'Search' AND State = 'Complete'"
    until(lambda: stack.sql("PilotLoggingDB", sent, ())[0][0] >= 3, seen=lambda: log(stack))
    for statement in PURGE:
        stack.sql("PilotLoggingDB", statement, (found[0].stamp,))
    for pilot in found:
        known = (BETA.site if pilot is found[1] else pilot.vo.site, pilot.reference, pilot.stamp)
        stack.sql("PilotAgentsDB", "UPDATE PilotAgents SET GridSite = %s WHERE PilotJobReference = %s", known[:2])
        noted = "UPDATE PilotLogs SET Site = %s, PilotReference = %s WHERE PilotStamp = %s"
        stack.sql("PilotLoggingDB", noted, known)
    assert "Purged" in states(stack)
    until(lambda: len(search(stack, WORDS)) == 3, seen=lambda: log(stack))
    return found


def search(stack, *words, user="admin"):
    """The hits of the command."""
    done = stack.run(["dirac-admin-pilot-logs-search", "--Source", "OpenSearch", "--JSON", *words], user=user)
    return [json.loads(line) for line in done.stdout.splitlines()]


def stamps(hits):
    return {hit["PilotStamp"] for hit in hits}


def test_purged_log_that_no_archive_has_is_read_from_the_engine(stack, pilots):
    answer = rpc.call(stack, "opal", WEB_APP, "getPilotOutput", pilots[0].reference)
    assert answer["OK"], answer
    assert answer["Value"]["LogSource"] == "OpenSearch"
    lines = answer["Value"]["StdOut"].split("\n")
    assert lines[:MANY] == [f"line {number}" for number in range(MANY)]
    assert lines[MANY:] == [f"{WORDS} of {pilots[0].stamp}", LAST, ""]


def test_log_that_lacks_lines_there_is_not_taken_for_whole(stack, pilots):
    missing = "UPDATE PilotLogs SET NumberOfLines = NumberOfLines + 1 WHERE PilotStamp = %s"
    stack.sql("PilotLoggingDB", missing, (pilots[0].stamp,))
    try:
        answer = rpc.call(stack, "opal", WEB_APP, "getPilotOutput", pilots[0].reference)
        assert (answer["OK"], f"OpenSearch has {MANY + 2} of" in answer["Message"]) == (False, True), answer
    finally:
        stack.sql("PilotLoggingDB", missing.replace("+", "-"), (pilots[0].stamp,))


def test_hits_are_those_that_a_caller_may_read(stack, pilots):
    purged, elsewhere, other = (pilot.stamp for pilot in pilots)
    assert stamps(search(stack, WORDS)) == {purged, elsewhere, other}
    assert stamps(search(stack, WORDS, user="opal")) == {purged, elsewhere}
    assert stamps(search(stack, WORDS, user="sid")) == {purged}
    assert search(stack, WORDS, user="simon") == []


def test_hits_are_as_those_of_the_database(stack, pilots):
    purged, elsewhere, _ = (pilot.stamp for pilot in pilots)
    asked = ((WORDS, ()), ("e 24[12]$", ("--Regex",)), ("LAST line", ("--IgnoreCase", "-C", "1")), (LONG[240:270], ()))
    for pattern, switches in asked:
        argv = ["dirac-admin-pilot-logs-search", "--JSON", "--Stamp", elsewhere, *switches, pattern]
        of_database = [json.loads(line) for line in stack.run(argv, user="admin").stdout.splitlines()]
        assert search(stack, "--Stamp", elsewhere, *switches, pattern) == of_database != []
    shown = stack.run(
        ["dirac-admin-pilot-logs-search", "--Source", "opensearch", "--Stamp", purged, WORDS], user="admin"
    )
    assert (shown.returncode, f"{MANY + 1:>7}: {WORDS} of {purged}" in shown.stdout) == (0, True), shown.stderr


def test_many_hits_come_call_by_call(stack, pilots):
    found = search(stack, "--Stamp", pilots[0].stamp, "--Limit", "100000", "line")
    assert [hit["Line"] for hit in found] == [*range(1, MANY + 1), MANY + 2]


def test_vo_whose_lines_are_in_no_engine_is_refused(stack, pilots):
    argv = ["dirac-admin-pilot-logs-search", "--Source", "OpenSearch", "--VO", "vo.gamma.org", WORDS]
    done = stack.run(argv, user="admin")
    assert (done.returncode, "No search engine" in done.stderr) == (1, True), done.stderr
