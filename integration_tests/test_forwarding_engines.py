"""A pilot's log on its way to OpenSearch and Kafka, while the agent is killed. The oracle is the receiving end."""

import pytest

from PilotLoggingDIRAC.adapters.destinations.opensearch_server import OpenSearchServer

from . import engines, grid
from .stack import world
from .stack.destinations import PASSWORD, USER
from .test_destination_kafka import Reader
from .waiting import until

ALPHA = world.ALPHA
PLACES = "/Resources/PilotLogDestinations"
MANY = 3000


@pytest.fixture(scope="module", autouse=True)
def both(stack):
    """OpenSearch and Kafka; the module is skipped where they can't be had."""
    with engines.running(stack, "opensearch", "kafka"):
        yield


@pytest.fixture
def forwarded(stack):
    """A VO whose logs go to both: OpenSearch is found by the options that DIRAC has for its own databases."""
    search = {"Plugin": "OpenSearchDestination", "Content": "all", "Replicas": 0, "RefreshSeconds": 1}
    place = {"Host": f"localhost:{stack.ports['kafka']}", "CA": stack.pki.certificate("ca")}
    stream = place | {"Plugin": "KafkaDestination"}
    options = {f"/Operations/{ALPHA.name}/PilotLogging/Destinations": "Search, Stream"}
    options |= {f"{PLACES}/Search/{name}": str(value) for name, value in search.items()}
    options |= {f"{PLACES}/Stream/{name}": str(value) for name, value in stream.items()}
    options |= {f"/Systems/WorkloadManagement/Agents/{engines.AGENT}/ForwardLeaseSeconds": 3}
    options |= {f"/Systems/WorkloadManagement/Agents/{engines.AGENT}/ForwardRecords": 100}
    with engines.forwarding(stack, options):
        yield


@pytest.fixture
def searched(stack):
    """``searched(stamp)``: the lines of a pilot in OpenSearch, in their order."""
    place = {"Host": "localhost", "Port": str(stack.ports["opensearch"]), "User": USER, "Password": PASSWORD}
    with OpenSearchServer.of("Test", place | {"ca_certs": str(stack.pki.certificate("ca"))}).client() as client:

        def found(stamp):
            query = {"bool": {"filter": [{"term": {"stamp": stamp}}, {"term": {"kind": "line"}}]}}
            body = {"size": 10_000, "sort": ["line", "piece"], "query": query}
            # a new index is there a moment before it can be searched
            answer = client.search(index="pilotlogs-*", body=body, params={"ignore": 503})
            return [hit["_source"]["message"] for hit in answer.get("hits", {"hits": []})["hits"]]

        yield found


@pytest.fixture
def streamed(stack):
    """A reader of Kafka's topic."""
    files = {"HostCertificate": str(stack.pki.certificate("host")), "HostKey": str(stack.pki.key("host"))}
    place = {"Host": f"localhost:{stack.ports['kafka']}", "CA": str(stack.pki.certificate("ca"))}
    reader = Reader(files | place, "pilotlogs")
    yield reader
    reader.close()


def test_log_is_whole_in_both_though_the_agent_is_killed(stack, connect, forwarded, searched, streamed):
    engines.begin(stack, "Search", "Stream")
    log = lambda: stack.log(engines.AGENT).read_text()[-3000:]  # noqa: E731
    pilot, connection = grid.add_pilot(stack, ALPHA), connect(ALPHA.pilot)
    sent = [f"line {number}" for number in range(MANY)]
    connection.send("\n".join(sent[:100]) + "\n", pilot.stamp)
    until(lambda: len(searched(pilot.stamp)) > 0, seen=log)
    for start in range(100, MANY, 100):
        connection.send("\n".join(sent[start : start + 100]) + "\n", pilot.stamp)
    stack.kill(engines.AGENT)
    connection.finalise(pilot.stamp, "0")
    stack.start(engines.AGENT)
    until(lambda: len(searched(pilot.stamp)) >= MANY, seen=log)
    assert searched(pilot.stamp) == sent
    until(lambda: {record["kind"] for record in streamed()} == {"started", "line", "sealed"}, seen=log)
    of_pilot = [record for record in streamed() if record["stamp"] == pilot.stamp]
    assert [record["message"] for record in of_pilot if record["kind"] == "line"] == sent, "each once, in their order"
