"""The destination OpenSearch on a real node, behind TLS: the contract, faults of the cluster, its indexes."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import repeat

import pytest

from PilotLoggingDIRAC.adapters.destinations.opensearch import OpenSearchDestination
from PilotLoggingDIRAC.adapters.destinations.opensearch_server import OpenSearchServer
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from PilotLoggingDIRAC.pilotlog.forward.record import Kind
from PilotLoggingDIRAC.pilotlog.model import PilotId
from tests.destination_contract import VO, DestinationContract, event, line

from . import engines
from .faults.plan import Treatment
from .faults.proxy import Proxy
from .stack import ports
from .stack.destinations import PASSWORD, USER
from .waiting import until

BEGAN = datetime(2026, 11, 21, 8)
PREFIX = "test-"
ALL = f"{PREFIX}pilotlogs-*"


@pytest.fixture(scope="module")
def place(stack):
    """The options of the stack's node, by password; a test is skipped where there is none."""
    with engines.running(stack, "opensearch"):
        yield {
            "Host": "localhost",
            "Port": str(stack.ports["opensearch"]),
            "User": USER,
            "Password": PASSWORD,
            "ca_certs": str(stack.pki.certificate("ca")),
            "IndexPrefix": PREFIX,
            "Replicas": "0",
            "RefreshSeconds": "1",
            "SendSeconds": "20",
        }


@pytest.fixture(scope="module")
def engine(place):
    """A client of the node."""
    with OpenSearchServer.of("Engine", place).client() as client:
        yield client


@pytest.fixture(autouse=True)
def no_indexes(engine):
    """Each test begins without indexes of ours."""
    engine.indices.delete(index=ALL)


@pytest.fixture
def make(place):
    """``make(**options)``: a destination on the node with some options changed."""
    made = []

    def destination(**options):
        made.append(OpenSearchDestination("Search", place | options))
        return made[-1]

    yield destination
    for destination in made:
        destination.close()


@pytest.fixture
def documents(engine):
    """The documents, in the order of their lines."""
    query = {"size": 10_000, "sort": ["stamp", "line", "time"]}

    def found():
        engine.indices.refresh(index=ALL)
        return [hit["_source"] for hit in engine.search(index=ALL, body=query)["hits"]["hits"]]

    return found


class TestOpenSearch(DestinationContract):
    tells_repeats = True
    keeps_order = False
    time_limit = 2.0

    @pytest.fixture
    def destination(self, make):
        return make()

    @pytest.fixture
    def received(self, documents):
        return documents

    @pytest.fixture
    def unreachable(self, make):
        (port,) = ports.choose(["nobody"]).values()
        return make(Port=str(port), SendSeconds="2")


def lines(first, last, **fields):
    return [line(number, f"line {number}", **fields) for number in range(first, last + 1)]


def test_record_that_is_sent_again_changes_nothing(engine, make, documents):
    make().send(lines(1, 3))
    make().send(lines(1, 4))
    assert len(documents()) == 4
    found = engine.search(index=ALL, body={"version": True})["hits"]["hits"]
    assert [hit["_version"] for hit in found] == [1, 1, 1, 1]


def test_certificate_of_the_host_is_let_in_and_a_wrong_password_is_not(stack, make, documents):
    files = {"client_cert": str(stack.pki.certificate("host")), "client_key": str(stack.pki.key("host"))}
    make(CRT="yes", User="", **files).send(lines(1, 1))
    assert len(documents()) == 1
    with pytest.raises(DestinationUnavailable, match="401"):
        make(Password="wrong").send(lines(2, 2))


def test_certificate_of_an_unknown_authority_is_refused(stack, make):
    own = str(stack.pki.certificate("host"))  # a certificate that signed nothing
    with pytest.raises(DestinationUnavailable):
        make(ca_certs=own).send(lines(1, 1))


def test_full_disk_makes_it_wait_and_nothing_is_missing_later(engine, make, documents):
    destination = make()
    destination.send(lines(1, 5))
    block = {"index.blocks.read_only_allow_delete": True}  # as the engine itself sets at the flood stage of its disk
    engine.indices.put_settings(index=ALL, body=block)
    with pytest.raises(DestinationUnavailable, match="429"):
        destination.send(lines(1, 10))
    engine.indices.put_settings(index=ALL, body={"index.blocks.read_only_allow_delete": None})
    assert list(destination.send(lines(1, 10))) == []
    assert [record["line"] for record in documents()] == list(range(1, 11))


def test_cluster_that_wants_no_more_at_present_makes_it_wait(engine, make, documents):
    destination = make()
    destination.send(lines(1, 1))
    limit = "network.breaker.inflight_requests.limit"
    engine.cluster.put_settings(body={"transient": {limit: "5kb"}})
    with pytest.raises(DestinationUnavailable, match="429"):
        destination.send([line(2, os.urandom(20_000).hex())])
    engine.cluster.put_settings(body={"transient": {limit: None}})
    destination.send(lines(2, 2))
    assert len(documents()) == 2


def test_full_table_of_shards_makes_it_wait_as_no_record_is_to_blame(engine, make, documents):
    destination = make()
    destination.send(lines(1, 1, began=BEGAN))
    limit, next_day = "cluster.max_shards_per_node", lines(2, 2, began=BEGAN + timedelta(days=1))
    engine.cluster.put_settings(body={"transient": {limit: engine.cluster.health()["active_shards"]}})
    with pytest.raises(DestinationUnavailable, match="400"):
        destination.send(next_day)
    engine.cluster.put_settings(body={"transient": {limit: None}})
    assert list(destination.send(next_day)) == []
    assert len(documents()) == 2


def test_record_that_the_index_refuses_is_set_aside_and_blocks_no_other(make, documents):
    wrong = replace(line(9, "secret text"), line=2**40)  # no integer of the mapping
    (rejected,) = make().send([*lines(1, 2), wrong, *lines(3, 4)])
    assert (rejected.identity, rejected.reason) == (wrong.identity, "mapper_parsing_exception")
    assert [record["line"] for record in documents()] == [1, 2, 3, 4]


def test_oversize_records_are_set_aside_before_and_behind_the_network(make, documents):
    large, larger = line(2, os.urandom(1_500_000).hex()), line(3, os.urandom(2_500_000).hex())
    found = make(MaxBytes="4000000", MaxBulkBytes="20000000").send([line(1), large, larger, line(4)])
    assert [(rejected.identity, rejected.reason) for rejected in found] == [
        (larger.identity, "larger than 4000000 bytes")
    ]
    refused = replace(larger, line=5)
    found = make(MaxBytes="9000000", MaxBulkBytes="20000000").send([line(6), refused, line(7)])
    assert [(rejected.identity, rejected.reason) for rejected in found] == [
        (refused.identity, "larger than the cluster takes")
    ]
    assert [record["line"] for record in documents()] == [1, 2, 4, 6, 7]


def test_what_breaks_the_connection_by_its_size_is_set_aside_and_nothing_else(stack, make, documents):
    proxy = Proxy([stack.ports["opensearch"]])
    port = proxy.open("destination", 0, repeat(Treatment("cut request", 1_500_000)))
    large = line(3, os.urandom(2_500_000).hex())
    options = {"Port": str(port), "MaxBytes": "9000000", "MaxBulkBytes": "20000000"}
    found = make(**options).send([line(1), line(2), large, line(4)])
    assert [(rejected.identity, rejected.reason) for rejected in found] == [
        (large.identity, "larger than the cluster takes")
    ]
    assert [record["line"] for record in documents()] == [1, 2, 4]
    assert make(**options).send([line(number, os.urandom(400_000).hex()) for number in range(5, 10)]) == []
    proxy.close()
    assert [record["line"] for record in documents()] == [1, 2, *range(4, 10)]


def test_nothing_is_missing_or_doubled_when_the_node_is_killed_and_starts_again(stack, make, documents, engine):
    destination, sent = make(SendSeconds="5"), lines(1, 2000)
    destination.send(sent[:500])
    stack.kill("opensearch-node")
    with pytest.raises(DestinationUnavailable):
        destination.send(sent[500:1000])
    stack.start("opensearch-node")
    until(lambda: engine.cluster.health()["status"] in ("green", "yellow"))
    for start in range(0, 2000, 500):
        destination.send(sent[start : start + 500])
    assert [record["line"] for record in documents()] == list(range(1, 2001))


def test_log_is_in_one_index_of_its_vo_and_day_whatever_its_lines_say(engine, make):
    sent = [line(1, began=BEGAN), line(2, began=BEGAN), replace(event(Kind.SEALED), began=BEGAN)]
    sent[1] = replace(sent[1], time=datetime(1970, 1, 1))
    other = replace(line(1, began=BEGAN + timedelta(days=1)), pilot=PilotId(f"{VO}-Test", "0" * 32))
    make().send([*sent, other])
    assert sorted(engine.indices.get(index=ALL)) == [
        f"{PREFIX}pilotlogs-{VO}-test@2026.11.22",
        f"{PREFIX}pilotlogs-{VO}@2026.11.21",
    ]
    engine.indices.refresh(index=ALL)
    assert engine.count(index=f"{PREFIX}pilotlogs-{VO}@*")["count"] == len(sent)


def test_indexes_whose_logs_are_too_old_are_deleted_and_no_others(engine, make):
    now = datetime.now()
    young, old = line(1, began=now - timedelta(days=5)), line(2, began=now - timedelta(days=40))
    foreign = f"{PREFIX}pilotlogs-archive"
    engine.indices.create(index=foreign)
    make().send([young, old])
    assert len(engine.indices.get(index=ALL)) == 3
    make(KeepDays="30").send([young])
    assert sorted(engine.indices.get(index=ALL)) == sorted([foreign, f"{PREFIX}pilotlogs-{VO}@{young.began:%Y.%m.%d}"])


def test_fields_are_searched_by_their_kinds(engine, make):
    sent = [
        line(1, "No space left on device /tmp/x", level="ERROR", began=BEGAN),
        line(2, "all is well", began=BEGAN),
        event(Kind.CAUSE, "disk full", cause="disk-full", party="site"),
    ]
    make().send([replace(record, began=BEGAN) for record in sent])
    engine.indices.refresh(index=ALL)

    def found(query):
        return [hit["_source"]["message"] for hit in engine.search(index=ALL, body={"query": query})["hits"]["hits"]]

    assert found({"match_phrase": {"message": "space left on"}}) == [sent[0].message]
    assert found({"term": {"level": "ERROR"}}) == [sent[0].message]
    assert found({"term": {"details.cause": "disk-full"}}) == [sent[2].message]
    assert found(
        {
            "range": {"time": {"gte": "2026-11-21T08:10:13"}},
        }
    ) == [sent[1].message, sent[2].message]
