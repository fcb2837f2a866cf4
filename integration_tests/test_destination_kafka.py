"""The destination Kafka on a real broker, over TLS: the contract, faults of the broker, keys and repeats."""

import dataclasses
import json
import os

import pytest
from confluent_kafka import Consumer

from PilotLoggingDIRAC.adapters.destinations.kafka import KafkaDestination
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId
from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.destination_contract import VO, DestinationContract, line, stamp
from tests.forward_contract import SHORT_SECONDS
from tests.parcel_contract import TEXTS, Parcelling
from tests.transactions_contract import OTHER, SENDER, TransactionsContract

from . import engines
from .stack import ports
from .stack.destinations import PASSWORD, USER
from .waiting import until


@pytest.fixture(scope="module")
def broker(stack):
    """The options of the stack's broker, by certificate; a test is skipped where there is none."""
    with engines.running(stack, "kafka"):
        yield {
            "Host": f"localhost:{stack.ports['kafka']}",
            "CA": str(stack.pki.certificate("ca")),
            "HostCertificate": str(stack.pki.certificate("host")),
            "HostKey": str(stack.pki.key("host")),
            "SendSeconds": "20",
        }


@pytest.fixture
def topic(stamp):
    """A topic that nobody else uses."""
    return f"logs-{stamp}"


@pytest.fixture
def make(broker, topic):
    """``make(**options)``: a destination on the broker with some options changed; senders have names of their own."""
    made = []

    def destination(**options):
        made.append(KafkaDestination(topic, broker | {"Topic": topic} | options))
        return made[-1]

    yield destination
    for destination in made:
        destination.close()


class Reader:
    """A consumer of a topic, from its beginning; a call returns the messages so far."""

    def __init__(self, broker, topic):
        options = {
            "bootstrap.servers": broker["Host"],
            "security.protocol": "ssl",
            "ssl.ca.location": broker["CA"],
            "ssl.certificate.location": broker["HostCertificate"],
            "ssl.key.location": broker["HostKey"],
            "group.id": topic,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "topic.metadata.refresh.interval.ms": 500,
            "log_level": 0,
        }
        self._consumer = Consumer(options)
        self._consumer.subscribe([topic])
        self.messages = []

    def __call__(self):
        """The records so far."""
        found = self._consumer.consume(1000, timeout=0.2)
        self.messages += [message for message in found if message.error() is None]
        return [json.loads(message.value()) for message in self.messages]

    def close(self):
        """End the consumer."""
        self._consumer.close()


@pytest.fixture
def reader(broker, topic):
    reader = Reader(broker, topic)
    yield reader
    reader.close()


class TestKafka(DestinationContract):
    time_limit = 2.0

    @pytest.fixture
    def destination(self, make):
        return make()

    @pytest.fixture
    def received(self, reader):
        return reader

    @pytest.fixture
    def unreachable(self, make):
        (port,) = ports.choose(["nobody"]).values()
        return make(Host=f"localhost:{port}", SendSeconds="2")

    def test_key_is_the_stamp_and_a_header_the_identity(self, destination, received):
        sent = [line(number, log=log) for log in (1, 2) for number in range(1, 11)]
        destination.send(sent)
        self.arrived(received, len(sent))
        partitions = {message.key().decode(): message.partition() for message in received.messages}
        assert set(partitions) == {stamp(1), stamp(2)}
        for message in received.messages:
            assert message.partition() == partitions[message.key().decode()]
            assert dict(message.headers()) == {"id": json.loads(message.value())["id"].encode()}

    def test_password_is_enough_and_a_wrong_one_is_not(self, stack, make, received):
        listener = {"Host": f"localhost:{stack.ports['kafka-password']}", "HostCertificate": "", "HostKey": ""}
        login = listener | {"User": USER, "Password": PASSWORD, "SaslMechanism": "PLAIN"}
        assert list(make(**login).send([line(1)])) == []
        assert len(self.arrived(received, 1)) == 1
        with pytest.raises(DestinationUnavailable, match="AUTHENTICATION"):
            make(**login | {"Password": "wrong", "SendSeconds": "2"}).send([line(2)])

    def test_oversize_record_is_set_aside_and_blocks_no_other(self, make, received):
        large = line(2, os.urandom(300_000).hex())
        (rejected,) = make(MaxBytes="400000").send([line(1), large, line(3)])
        assert (rejected.identity, rejected.reason) == (large.identity, "msg_size_too_large")
        huge = line(5, os.urandom(1_300_000).hex())  # larger than the broker takes
        (rejected,) = make(MaxBytes="4000000").send([line(4), huge, line(6)])
        assert (rejected.identity, rejected.reason) == (huge.identity, "msg_size_too_large")
        assert sorted(record["line"] for record in self.arrived(received, 4)) == [1, 3, 4, 6]

    def test_nothing_is_missing_when_the_broker_is_killed_and_starts_again(self, stack, make, received):
        destination, sent = make(SendSeconds="3"), [line(number) for number in range(1, 301)]
        destination.send(sent[:100])
        stack.kill("kafka")
        with pytest.raises(DestinationUnavailable):
            destination.send(sent[100:200])
        stack.destinations.start("kafka")
        destination = make()
        for start in (100, 200):
            destination.send(sent[start : start + 100])
        found = [record["line"] for record in self.arrived(received, 300)]
        assert set(found) == set(range(1, 301))
        assert len(found) == 300, "the first try came after all, though it was given up"

    def test_topic_may_be_that_of_the_vo(self, broker, make, topic):
        make(Topic=f"{topic}-{{vo}}").send([line(1)])
        of_vo = Reader(broker, f"{topic}-{VO}")
        assert len(self.arrived(of_vo, 1)) == 1
        of_vo.close()


@pytest.fixture
def connect(make):
    """``connect(**options)``: the transactions of another connection to the broker."""
    return lambda **options: make(**options).transactions


class TestKafkaTransactions(TransactionsContract):
    @pytest.fixture
    def connect(self, connect):
        return connect

    @pytest.fixture
    def received(self, reader):
        return reader

    def test_oversize_record_is_left_out_and_blocks_no_other(self, connect, seen):
        large, huge = line(2, os.urandom(300_000).hex()), line(4, os.urandom(1_300_000).hex())
        agent = connect(MaxBytes="400000")
        (rejected,) = agent.prepare(SENDER, 7, [line(1), large, line(3)])
        assert (rejected.identity, rejected.reason) == (large.identity, "msg_size_too_large")
        agent.commit()
        agent = connect(MaxBytes="4000000")  # the broker takes less
        others = [line(number) for number in range(5, 205)]
        (rejected,) = agent.prepare(SENDER, 8, [huge, *others])
        assert (rejected.identity, rejected.reason) == (huge.identity, "msg_size_too_large")
        agent.commit()
        (rejected,) = agent.prepare(SENDER, 9, [huge])
        agent.commit()
        assert agent.is_committed(SENDER, 8)
        assert seen() == [1, 3, *range(5, 205)]

    def test_password_is_enough_for_transactions(self, stack, connect, seen):
        listener = {"Host": f"localhost:{stack.ports['kafka-password']}", "HostCertificate": "", "HostKey": ""}
        login = listener | {"User": USER, "Password": PASSWORD, "SaslMechanism": "PLAIN"}
        agent = connect(**login)
        agent.prepare(SENDER, 7, [line(1)])
        agent.commit()
        assert connect(**login).is_committed(SENDER, 7)
        assert seen() == [1]

    def test_topics_of_several_vos_have_one_number(self, connect, topic):
        agent = connect(Topic=f"{topic}-{{vo}}")
        there = dataclasses.replace(line(2), pilot=PilotId("vo.beta.org", stamp(2)))
        for number, records in enumerate(([line(1), there], [there, line(1)], [there]), 7):
            agent.prepare(SENDER, number, records)
            agent.commit()
        assert connect(Topic=f"{topic}-{{vo}}").is_committed(SENDER, 9)

    def test_broker_that_is_killed_knows_what_was_committed(self, stack, connect, seen):
        committed = {SENDER: True, OTHER: False}
        for number, (sender, is_committed) in enumerate(committed.items(), 1):
            agent = connect(SendSeconds="5")
            agent.prepare(sender, 7, [line(number)])
            if is_committed:
                agent.commit()
        stack.kill("kafka")
        for sender in committed:
            with pytest.raises(DestinationUnavailable):
                connect(SendSeconds="2").is_committed(sender, 7)
        stack.destinations.start("kafka")
        assert {sender: connect(SendSeconds="60").is_committed(sender, 7) for sender in committed} == committed
        assert seen() == [1]

    def test_nobody_answers_in_time(self, connect):
        (port,) = ports.choose(["nobody"]).values()
        agent = connect(Host=f"localhost:{port}", SendSeconds="1")
        for call in (lambda: agent.prepare(SENDER, 7, [line(1)]), lambda: agent.is_committed(SENDER, 7)):
            with pytest.raises(DestinationUnavailable, match="TRANSPORT"):
                call()


class TestAgentsOnKafka:
    """Agents of one store die or are halted; what a reader of the topic sees is judged."""

    @pytest.fixture
    def grid(self, transactions, clock, make):
        return Parcelling(transactions, clock, make)

    @pytest.fixture
    def lines(self, reader):
        """``lines()``: the text of all lines, when the log's end is there."""

        def found():
            until(lambda: any(record["kind"] == "sealed" for record in reader()), seen=reader)
            return [record["message"] for record in reader() if record["kind"] == "line"]

        return found

    def sends(self, grid):
        grid.send(b"one\ntwo\nthree\nend")
        grid.send(b"", return_code="0")

    @pytest.mark.parametrize("successor", [SENDER, OTHER])
    def test_agent_that_dies_between_commit_and_cursor_has_nothing_sent_twice(self, grid, clock, lines, successor):
        self.sends(grid)
        grid.dies_before_cursors_move()
        clock.forward(seconds=SHORT_SECONDS)
        grid.run(grid.begin("second", sender=successor))
        assert lines() == TEXTS

    @pytest.mark.parametrize("successor", [SENDER, OTHER])
    def test_agent_that_dies_before_its_commit_has_all_sent_once(self, grid, clock, lines, successor):
        self.sends(grid)
        grid.dies_before_commit()
        clock.forward(seconds=SHORT_SECONDS)
        grid.run(grid.begin("second", sender=successor))
        assert lines() == TEXTS

    def test_agent_that_is_halted_before_its_commit_is_fenced(self, grid, clock, lines):
        self.sends(grid)
        second = grid.begin("second", sender=OTHER)

        def meanwhile():
            clock.forward(seconds=SHORT_SECONDS)
            grid.run(second)

        halted = grid.halted_before_commit(meanwhile)
        with pytest.raises(DestinationUnavailable, match="FENCED"):
            grid.step(halted)
        grid.run(halted)
        assert lines() == TEXTS
