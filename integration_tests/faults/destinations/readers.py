"""Readers of what destinations have received: the records, each as often as it is there, in their order of arrival."""

import json
import queue
from collections import defaultdict

import stomp
from confluent_kafka import Consumer
from opensearchpy.helpers import scan

from PilotLoggingDIRAC.adapters.destinations.opensearch_server import OpenSearchServer
from PilotLoggingDIRAC.adapters.destinations.stomp_transport import end_with_broker

from ...stack.destinations import PASSWORD, USER
from . import places

POLL_SECONDS = 0.3


def kafka_options(stack):
    """Return how a client comes to the stack's Kafka."""
    return {
        "bootstrap.servers": f"localhost:{stack.ports['kafka']}",
        "security.protocol": "ssl",
        "ssl.ca.location": str(stack.pki.certificate("ca")),
        "ssl.certificate.location": str(stack.pki.certificate("host")),
        "ssl.key.location": str(stack.pki.key("host")),
        "log_level": 0,
    }


class Reader:
    """A reader that keeps records by the stamps of their logs; one of its own kind says where they come from."""

    def __init__(self, stack):
        self._stack = stack
        self._kept = defaultdict(list)

    def keep(self, records):
        """Keep more records."""
        for record in records:
            self._kept[record["stamp"]].append(record)

    def records(self, stamps):
        """Return the records of logs that are there by now."""
        self.read()
        return [record for stamp in stamps for record in self._kept[stamp]]

    def read(self):
        """Read what is new."""

    def rest(self):
        """Let go of the server, as faults begin."""


class SearchReader(Reader):
    """Documents of OpenSearch. A document that was written more than once is there as often as that."""

    def records(self, stamps):
        """See ``Reader.records``."""
        place = {"Host": "localhost", "Port": str(self._stack.ports["opensearch"]), "User": USER, "Password": PASSWORD}
        place |= {"ca_certs": str(self._stack.pki.certificate("ca"))}
        query = {"query": {"terms": {"stamp": list(stamps)}}, "version": True}
        with OpenSearchServer.of("Reader", place).client() as client:
            client.indices.refresh(index=f"{places.NAME}-*")
            hits = scan(client, query, index=f"{places.NAME}-*", size=2000)
            return [hit["_source"] for hit in hits for _ in range(hit["_version"])]


class StreamReader(Reader):
    """Messages of Kafka's topic that are committed."""

    def __init__(self, stack):
        super().__init__(stack)
        options = {
            "group.id": "campaign",
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "topic.metadata.refresh.interval.ms": 500,
        }
        self._consumer = Consumer(kafka_options(stack) | options)
        self._consumer.subscribe([places.NAME])

    def read(self):
        """See ``Reader.read``."""
        while found := self._consumer.consume(5000, timeout=POLL_SECONDS):
            self.keep(json.loads(message.value()) for message in found if message.error() is None)


class QueueReader(Reader, stomp.ConnectionListener):
    """Messages of a broker's queue, read only between faults: what it is just given would be lost with the broker."""

    def __init__(self, stack, server, vhost):
        super().__init__(stack)
        self._server, self._vhost = server, vhost
        self._messages = queue.SimpleQueue()
        self._connection = None

    def on_message(self, frame):
        """Take a message."""
        self._messages.put(frame.body)

    def read(self):
        """See ``Reader.read``."""
        if self._connection is None or not self._connection.is_connected():
            self._connect()
        try:
            while True:
                self.keep([json.loads(self._messages.get(timeout=POLL_SECONDS))])
        except queue.Empty:
            return

    def _connect(self):
        place = [("127.0.0.1", self._stack.ports[self._server])]
        self._connection = stomp.Connection12(place, vhost=self._vhost, auto_decode=False)
        end_with_broker(self._connection)
        self._connection.set_ssl(place, ca_certs=str(self._stack.pki.certificate("ca")))
        self._connection.set_listener("reader", self)
        self._connection.connect(USER, PASSWORD, wait=True)
        self._connection.subscribe(f"/queue/{places.NAME}", id="1", ack="auto")

    def rest(self):
        """See ``Reader.rest``."""
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None


class LinesReader(Reader):
    """Lines in rsyslog's file."""

    def __init__(self, stack):
        super().__init__(stack)
        self._read = 0

    def read(self):
        """See ``Reader.read``."""
        file = self._stack.destinations.server("rsyslog").json_file
        if not file.exists():
            return
        with file.open("rb") as lines:
            lines.seek(self._read)
            whole = lines.read().rpartition(b"\n")[0]
        self._read += len(whole) + 1 if whole else 0
        self.keep(json.loads(line) for line in whole.split(b"\n") if line)


def readers(stack):
    """Return the reader of each destination, by its name."""
    return {
        places.SEARCH: SearchReader(stack),
        places.STREAM: StreamReader(stack),
        places.QUEUE: QueueReader(stack, "activemq", "/"),
        places.RABBIT: QueueReader(stack, "rabbitmq", "/"),
        places.LINES: LinesReader(stack),
    }
