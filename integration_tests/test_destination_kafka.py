"""The destination Kafka on a real broker, over TLS: the contract, faults of the broker, keys and repeats."""

import json
import os

import pytest
from confluent_kafka import Consumer

from PilotLoggingDIRAC.adapters.destinations.kafka import KafkaDestination
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from tests.destination_contract import VO, DestinationContract, line, stamp

from . import engines
from .stack import ports
from .stack.destinations import PASSWORD, USER


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
    """``make(**options)``: a destination on the broker with some options changed."""
    made = []

    def destination(**options):
        made.append(KafkaDestination("Kafka", broker | {"Topic": topic} | options))
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
