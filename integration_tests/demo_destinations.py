"""The demo of destinations: a pilot logs, and its line is shown where it arrives, in each broker and engine.

It uses the stack in .stack/ with its destinations, as far as they can be had, and leaves it running. Anything amiss
ends it with exit code 1.
"""

import json
import sys
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field

from PilotLoggingDIRAC.adapters.destinations.opensearch_server import OpenSearchServer

from . import grid
from .conftest import connector
from .demo import TOP, DemoFailed
from .stack import Stack, StackError, ending, world
from .stack.destinations import PASSWORD, USER
from .stack.processes import wait_until
from .test_destination_kafka import Reader
from .test_destinations import Inbox

AGENT = "PilotLogForwardingAgent"
PLACES = "/Resources/PilotLogDestinations"
WAYS = f"/Operations/{world.ALPHA.name}/PilotLogging/Destinations"
ARRIVES_SECONDS = 120


@dataclass
class Place:
    """A destination of the demo: its options, and ``records()`` that are there."""

    options: dict
    records: object = field(repr=False)


def broker(stack, name, queue, close):
    """A STOMP broker with a queue of its own."""
    port = stack.destinations.server(name).port
    options = {"Plugin": "StompDestination", "MQ": f"broker::Queues::{queue}", "Host": "127.0.0.1", "Port": port}
    inbox = Inbox(stack, port, queue)
    close.callback(inbox.close)
    return Place(options | {"SSL": "yes", "VHost": "/", "User": USER, "Password": PASSWORD}, inbox)


def kafka(stack, topic, close):
    """Kafka with a topic of its own."""
    files = {"HostCertificate": str(stack.pki.certificate("host")), "HostKey": str(stack.pki.key("host"))}
    place = {"Host": f"localhost:{stack.ports['kafka']}", "CA": str(stack.pki.certificate("ca"))}
    reader = Reader(files | place, topic)
    close.callback(reader.close)
    return Place({"Plugin": "KafkaDestination", "Topic": topic, **place}, reader)


def opensearch(stack, prefix, close):
    """OpenSearch with indexes of its own."""
    place = {"Host": "localhost", "Port": str(stack.ports["opensearch"]), "User": USER, "Password": PASSWORD}
    place |= {"ca_certs": str(stack.pki.certificate("ca")), "IndexPrefix": prefix}
    client = close.enter_context(OpenSearchServer.of("Demo", place).client())

    def records():
        answer = client.search(index=f"{prefix}*", body={"size": 100}, params={"ignore": 503})
        return [hit["_source"] for hit in answer.get("hits", {"hits": []})["hits"]]

    more = {"Plugin": "OpenSearchDestination", "Content": "all", "Replicas": 0, "RefreshSeconds": 1}
    return Place(place | more, records)


def rsyslog(stack, close):
    """rsyslog, which takes lines of JSON."""
    server = stack.destinations.server("rsyslog")
    place = {"Plugin": "SyslogDestination", "Format": "json", "Host": "127.0.0.1", "Port": server.json_port}

    def records():
        lines = server.json_file.read_bytes().splitlines() if server.json_file.exists() else []
        return list(map(json.loads, lines))

    return Place(place, records)


class Demo:
    """The story."""

    def __init__(self, stack, close):
        self.stack, self._close = stack, close
        self._started = time.monotonic()

    def say(self, text):
        """A line of the story, with the seconds since the start."""
        print(f"[{time.monotonic() - self._started:5.1f} s] {text}", flush=True)

    def tell(self):
        """The whole story."""
        self.stack.up(self.say)
        self.stack.stay()
        names = self.stack.destinations.start_those_there_are(self.say)
        self.say(f"A whole DIRAC is up, with {', '.join(names)}")
        places = self.places(names)
        self.configure(places)
        pilot = self.log()
        for name, place in places.items():
            self.show(name, place, pilot)
        self.say("All as it should be. The VO's logs still go there; ./dev down stops the stack")

    def places(self, names):
        """The destinations that can be had, by name."""
        own = f"demo-{uuid.uuid4().hex[:8]}"
        made = {
            "opensearch": lambda: opensearch(self.stack, f"{own}-", self._close),
            "kafka": lambda: kafka(self.stack, own, self._close),
            "activemq": lambda: broker(self.stack, "activemq", own, self._close),
            "rabbitmq": lambda: broker(self.stack, "rabbitmq", own, self._close),
            "rsyslog": lambda: rsyslog(self.stack, self._close),
        }
        return {name: made[name]() for name in names}

    def configure(self, places):
        """Name all of them as destinations of a VO, and start the agent."""
        for name, place in places.items():
            options = {"CA": self.stack.pki.certificate("ca")} | place.options
            for option, value in options.items():
                self.stack.set_option(f"{PLACES}/{name}/{option}", value)
        self.stack.set_option(WAYS, ", ".join(places))
        self.stack.sql("PilotLoggingDB", "DELETE FROM PilotLogDestinations", ())
        self.stack.restart(AGENT)
        begun = "SELECT COUNT(*) FROM PilotLogDestinations"
        if not wait_until(lambda: self.stack.sql("PilotLoggingDB", begun, ())[0][0] >= len(places), ARRIVES_SECONDS):
            raise DemoFailed(f"the agent sends to fewer than {', '.join(places)}")
        self.say(f"The VO {world.ALPHA.name} sends its logs to all of them")

    def log(self):
        """A pilot logs a line."""
        pilot = grid.add_pilot(self.stack, world.ALPHA)
        line = "2026-11-26T08:10:11.123456Z WARN [CheckWorkerNode] the disk is nearly full\n"
        connector(self.stack)(world.ALPHA.pilot).send(line, pilot.stamp)
        self.say(f"Pilot {pilot.stamp} logs: {line.strip()}")
        return pilot

    def show(self, name, place, pilot):
        """The record of the line, as it has arrived."""
        found = []

        def is_there():
            found[:] = [each for each in place.records() if each["stamp"] == pilot.stamp and each["kind"] == "line"]
            return bool(found)

        if not wait_until(is_there, ARRIVES_SECONDS):
            raise DemoFailed(f"nothing has arrived in {name}; see {self.stack.log(AGENT)}")
        self.say(f"{name}: {json.dumps(found[0])}")


def main():
    """Tell the story; 1 when anything is amiss."""
    ending.clean_up_when_terminated()
    stack = Stack(TOP / ".stack")
    try:
        with ExitStack() as close:
            stack.build()
            Demo(stack, close).tell()
    except (DemoFailed, StackError, AssertionError) as error:
        print(f"\nThe demo failed: {error}\nLogs of the components are in {stack.root / 'log'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
