"""Forwarding of a real DIRAC's logs: agents are killed, destinations hang. The oracle is the receiving end."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.forward_contract import ForwardContract
from tests.parcel_contract import ParcelContract

from . import grid, receivers
from .stack import world
from .stack.destinations import PASSWORD, USER
from .test_destinations import Inbox, running
from .waiting import until

ALPHA, BETA = world.ALPHA, world.BETA
AGENTS = ("PilotLogForwardingAgent", "PilotLogForwardingAgent-2")
AGENT = "/Systems/WorkloadManagement/Agents/PilotLogForwardingAgent"
PLACES = "/Resources/PilotLogDestinations"
WAYS = f"/Operations/{ALPHA.name}/PilotLogging"
MANY = 4000


@pytest.fixture
def first():
    with receivers.lines_server() as server:
        yield server
        server.released.set()


@pytest.fixture
def second():
    with receivers.lines_server() as server:
        yield server
        server.released.set()


def place(name, server):
    """The options of a destination that is a server of lines."""
    options = {"Plugin": "SyslogDestination", "Format": "json", "SSL": "no", "Host": "127.0.0.1", "SendSeconds": 1}
    return {f"{PLACES}/{name}/{option}": value for option, value in options.items()} | {
        f"{PLACES}/{name}/Port": server.server_address[1]
    }


@pytest.fixture
def forwarded(stack, first, second):
    """A VO whose logs go to two destinations and not to the archive."""
    options = {
        **place("First", first),
        **place("Second", second),
        f"{WAYS}/Destinations": "First, Second",
        f"{AGENT}/ForwardLeaseSeconds": 3,
        f"{AGENT}/ForwardMaxRetrySeconds": 1,
        f"{AGENT}/ForwardRecords": 200,
    }
    grid.forget_logs(stack)
    for table in ("PilotLogForwards", "PilotLogDestinations"):
        stack.sql("PilotLoggingDB", f"DELETE FROM {table}", ())
    with stack.options(options):
        yield
        stack.stop(*AGENTS)


@pytest.fixture
def begun(stack, forwarded):
    """Start agents; return when both destinations have begun."""

    def begin(*names):
        stack.start(*names)
        count = "SELECT COUNT(*) FROM PilotLogDestinations"
        until(lambda: stack.sql("PilotLoggingDB", count, ())[0][0] == 2, seen=lambda: log(stack, names[0]))

    return begin


def log(stack, name=AGENTS[0]):
    return stack.log(name).read_text()[-3000:]


def lines_of(server, stamp):
    """The messages of a log, each once, in the order of their first arrival."""
    found = {record["id"]: record["message"] for record in server.records if record["stamp"] == stamp}
    return [message for message in found.values() if message.startswith("line ")]


def events_of(server, stamp):
    return {record["kind"] for record in server.records if record["stamp"] == stamp} - {"line", "phase"}


def is_whole(server, stamp):
    """Whether all lines of a log are there, in their order, and its events."""
    expected = [f"line {number}" for number in range(MANY)]
    return lines_of(server, stamp) == expected and events_of(server, stamp) == {"started", "sealed"}


def test_nothing_is_missing_though_an_agent_is_killed_and_a_destination_hangs(stack, connect, begun, first, second):
    second.hangs.set()
    begun(*AGENTS)
    pilots = [grid.add_pilot(stack, ALPHA) for _ in range(4)]

    def write(pilot):
        connection = connect(ALPHA.pilot, waits=False)
        for start in range(0, MANY, 100):
            connection.send("".join(f"line {number}\n" for number in range(start, start + 100)), pilot.stamp)
        connection.finalise(pilot.stamp, "0")

    with ThreadPoolExecutor(4) as pool:
        sending = [pool.submit(write, pilot) for pilot in pilots]
        until(lambda: len(first.records) > MANY // 4, seen=lambda: log(stack))
        stack.kill(AGENTS[0])
        until(lambda: len(first.records) > 2 * MANY, seen=lambda: log(stack, AGENTS[1]))
        stack.kill(AGENTS[1])
        stack.start(AGENTS[0])
        for each in sending:
            each.result()

    def missing(server):
        return {pilot.stamp: len(lines_of(server, pilot.stamp)) for pilot in pilots}

    whole = {pilot.stamp: MANY for pilot in pilots}
    until(lambda: missing(first) == whole, seen=lambda: (missing(first), log(stack)))
    assert missing(second) != whole
    second.hangs.clear()
    second.released.set()
    until(lambda: missing(second) == whole, seen=lambda: (missing(second), log(stack)))
    for server in (first, second):
        until(lambda there=server: all(is_whole(there, pilot.stamp) for pilot in pilots), seen=lambda: log(stack))
        repeats = Counter(record["id"] for record in server.records)
        same = Counter((record["id"], record["message"]) for record in server.records)
        assert len(repeats) == len(same)
        print("records", len(server.records), "of", len(repeats))


def test_a_message_arrives_within_two_seconds(stack, connect, begun, first):
    begun(AGENTS[0])
    pilot, connection, took = grid.add_pilot(stack, ALPHA), connect(ALPHA.pilot, waits=False), []
    for number in range(10):
        connection.send(f"line {number}\n", pilot.stamp)
        began = time.monotonic()
        until(lambda there=number: len(lines_of(first, pilot.stamp)) > there, seen=lambda: log(stack))
        took.append(time.monotonic() - began)
    print("seconds", sorted(round(each, 2) for each in took))
    assert sorted(took)[len(took) // 2] < 2


def test_text_is_not_purged_before_each_destination_has_it(stack, connect, begun, first, second):
    second.hangs.set()
    begun(AGENTS[0])
    pilot, connection = grid.add_pilot(stack, ALPHA), connect(ALPHA.pilot)
    connection.send("".join(f"line {number}\n" for number in range(5000)), pilot.stamp)
    connection.finalise(pilot.stamp, "0")
    until(lambda: len(lines_of(first, pilot.stamp)) == 5000, seen=lambda: log(stack))
    state = "SELECT State FROM PilotLogs WHERE PilotStamp = %s"
    stack.set_option(f"{WAYS}/KeptSeconds", 0)
    try:
        for _ in range(2):
            done = stack.run_agent_once()
        assert stack.sql("PilotLoggingDB", state, (pilot.stamp,)) == [("Kept",)], done.stdout[-2000:]
        assert "logs wait for Second of" in done.stdout
        second.hangs.clear()
        second.released.set()
        until(lambda: len(lines_of(second, pilot.stamp)) == 5000, seen=lambda: log(stack))

        def purged():
            stack.run_agent_once()
            return stack.sql("PilotLoggingDB", state, (pilot.stamp,)) == [("Purged",)]

        until(purged, seen=lambda: log(stack))
    finally:
        stack.remove_option(f"{WAYS}/KeptSeconds")


def test_logs_of_a_vo_that_names_no_destination_are_sent_nowhere(stack, connect, begun, first):
    begun(AGENTS[0])
    other, mine = grid.add_pilot(stack, BETA), grid.add_pilot(stack, ALPHA)
    connect(BETA.pilot).send("line 0\n", other.stamp)
    connect(ALPHA.pilot).send("line 0\n", mine.stamp)
    until(lambda: lines_of(first, mine.stamp), seen=lambda: log(stack))
    assert lines_of(first, other.stamp) == []


@pytest.fixture
def broker(stack, forwarded, stamp):
    """ActiveMQ as a destination, by DIRAC's MQServices: its queue's records."""
    server, name = running(stack, "activemq"), f"logs-{stamp}"
    service = "/Resources/MQServices/broker.example.org"
    options = {
        f"{service}/MQType": "Stomp",
        f"{service}/Host": "127.0.0.1",
        f"{service}/Port": server.port,
        f"{service}/User": USER,
        f"{service}/Password": PASSWORD,
        f"{service}/SSLVersion": "TLSv1",
        f"{service}/Queues/{name}/Persistent": "True",
        f"{PLACES}/Broker/Plugin": "StompDestination",
        f"{PLACES}/Broker/MQ": f"broker.example.org::Queues::{name}",
        f"{PLACES}/Broker/CA": stack.pki.certificate("ca"),
        f"{PLACES}/Broker/Content": "summary",
    }
    with stack.options(options):
        stack.set_option(f"{WAYS}/Destinations", "First, Broker")
        inbox = Inbox(stack, server.port, name)
        yield inbox
        stack.stop(*AGENTS)
        inbox.close()
        stack.destinations.stop("activemq")


def test_summary_goes_to_a_queue_of_mqservices(stack, connect, broker, begun, first):
    begun(AGENTS[0])
    pilot, connection = grid.add_pilot(stack, ALPHA), connect(ALPHA.pilot)
    header = "2026-11-26T08:10:11.123456Z {} [CheckWorkerNode] {}\n"
    connection.send(header.format("INFO", "nothing") + header.format("ERROR", "it failed"), pilot.stamp)
    connection.finalise(pilot.stamp, "1")
    until(lambda: {record["kind"] for record in broker()} >= {"sealed", "line"}, seen=lambda: (broker(), log(stack)))
    assert [(record["line"], record["level"]) for record in broker() if record["kind"] == "line"] == [(2, "ERROR")]
    until(lambda: len({record["id"] for record in first.records if record["kind"] == "line"}) == 2)


class TestForwardingOnMariaDB(ForwardContract):
    """See ``forward_contract``."""


class TestParcelsOnMariaDB(ParcelContract):
    """See ``parcel_contract``."""
