"""Destinations on real brokers and receivers: the contract, faults of the other side, and TLS."""

import json
import queue
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stomp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from PilotLoggingDIRAC.adapters.destinations.stomp import StompDestination
from PilotLoggingDIRAC.adapters.destinations.stomp_transport import end_with_broker
from PilotLoggingDIRAC.adapters.destinations.syslog import SyslogDestination
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from tests.destination_contract import DestinationContract, line

from . import engines
from .stack.destinations import PASSWORD, USER
from .stack.destinations.rabbitmq import LASTING
from .waiting import until


@pytest.fixture(scope="module", autouse=True)
def servers_end_with_this_module(stack):
    yield
    stack.destinations.stop("activemq", "rabbitmq", "rsyslog")


def running(stack, name):
    """A server of the stack, started if it does not run; a test is skipped where it can't be had."""
    engines.started(stack, name)
    return stack.destinations.server(name)


def descriptors():
    """The number of descriptors that this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def is_sent(destination, record):
    """Whether a destination takes a record now."""
    try:
        destination.send([record])
    except DestinationUnavailable:
        return False
    return True


class Inbox(stomp.ConnectionListener):
    """A consumer of a queue."""

    def __init__(self, stack, port, name):
        self._records, self._messages = [], queue.SimpleQueue()
        self._place, self._authority = [("127.0.0.1", port)], str(stack.pki.certificate("ca"))
        until(self._is_connected)  # a broker may listen a little before it lets anybody in
        self._connection.subscribe(f"/queue/{name}", id="1", ack="auto")

    def _is_connected(self):
        self._connection = stomp.Connection12(self._place, vhost="/", auto_decode=False)
        end_with_broker(self._connection)
        self._connection.set_ssl(self._place, ca_certs=self._authority)
        self._connection.set_listener("inbox", self)
        try:
            self._connection.connect(USER, PASSWORD, wait=True)
        except stomp.exception.ConnectFailedException:
            return False
        return True

    def on_message(self, frame):
        """Keep a message."""
        self._messages.put((frame.headers, frame.body))

    def __call__(self):
        """The records so far."""
        while not self._messages.empty():
            headers, body = self._messages.get()
            record = json.loads(body)
            assert headers["record-id"] == record["id"]
            self._records.append(record)
        return self._records

    def close(self):
        """End the consumer."""
        self._connection.disconnect()


class ConfiguredContract(DestinationContract):
    """Destinations that are made of ``options``, by ``plugin``."""

    plugin = None

    @pytest.fixture
    def destination(self, options):
        destination = self.plugin("Destination", options)
        yield destination
        destination.close()

    @pytest.fixture
    def unreachable(self, options):
        return self.plugin("Destination", options | {"Port": "1", "SendSeconds": "5"})


class StompContract(ConfiguredContract):
    """A STOMP broker over TLS, by a user's password; ``broker`` is its name in the stack."""

    plugin = StompDestination
    broker = ""

    @pytest.fixture
    def server(self, stack):
        server = running(stack, self.broker)
        Inbox(stack, server.port, "ready").close()
        return server

    @pytest.fixture
    def name(self, stamp):
        return f"logs-{stamp}"

    @pytest.fixture
    def options(self, stack, server, name):
        return {
            "MQ": f"broker::Queues::{name}",
            "Host": "127.0.0.1",
            "Port": str(server.port),
            "SSL": "yes",
            "CA": str(stack.pki.certificate("ca")),
            "User": USER,
            "Password": PASSWORD,
            "SendSeconds": "10",
        }

    @pytest.fixture
    def received(self, stack, server, name):
        inbox = Inbox(stack, server.port, name)
        yield inbox
        inbox.close()

    def test_certificate_tells_who_calls(self, stack, options, received):
        folder = stack.pki.host_folder()
        files = {"HostCertificate": f"{folder}/hostcert.pem", "HostKey": f"{folder}/hostkey.pem"}
        known = {key: value for key, value in options.items() if key not in ("User", "Password")}
        destination = StompDestination("Broker", known | files | {"Port": str(self.certificate_port(stack))})
        destination.send([line(1)])
        destination.close()
        self.check_certificate(received)

    def certificate_port(self, stack):
        return stack.destinations.server(self.broker).port

    def check_certificate(self, received):
        until(lambda: received(), seen=received)

    def test_wrong_password_is_told(self, options):
        destination = StompDestination("Broker", options | {"Password": "wrong"})
        with pytest.raises(DestinationUnavailable, match="broker"):
            destination.send([line(1)])

    def test_broker_of_an_unknown_authority_is_no_broker(self, options, tmp_path):
        other = tmp_path / "other.pem"
        other.write_text(_stranger())
        destination = StompDestination("Broker", options | {"CA": str(other)})
        with pytest.raises(DestinationUnavailable):
            destination.send([line(1)])

    def test_what_a_killed_broker_has_confirmed_is_there_when_it_runs_again(self, stack, options, server):
        others = set(threading.enumerate())
        destination = StompDestination("Broker", options | {"MQ": f"broker::Queues::{LASTING}"})
        destination.send([line(number) for number in range(1, 101)])
        stack.kill_all(self.broker)
        until(lambda: set(threading.enumerate()) <= others, seen=threading.enumerate)  # none that reads goes on
        with pytest.raises(DestinationUnavailable):
            destination.send([line(101)])
        stack.destinations.start(self.broker)
        until(lambda: is_sent(destination, line(101)))
        destination.close()
        inbox = Inbox(stack, server.port, LASTING)
        until(lambda: {record["line"] for record in inbox()} == set(range(1, 102)), seen=lambda: len(inbox()))
        inbox.close()

    def test_closed_connection_leaves_no_thread_and_no_descriptor(self, options):
        destination = StompDestination("Broker", options)
        threads, before = set(threading.enumerate()), descriptors()
        for number in range(1, 21):
            destination.send([line(number)])
            destination.close()
        until(lambda: set(threading.enumerate()) <= threads, seen=threading.enumerate)  # timers end a little later
        until(lambda: descriptors() <= before, seen=descriptors)

    def test_record_above_the_limit_is_rejected_alone(self, options, received):
        destination = StompDestination("Broker", options | {"MaxBytes": "1000"})
        rejected = destination.send([line(1), line(2, "x" * 1000), line(3)])
        assert [each.reason for each in rejected] == ["larger than 1000 bytes"]
        assert {record["line"] for record in self.arrived(received, 2)} == {1, 3}
        destination.close()


class TestActiveMQ(StompContract):
    """ActiveMQ 5.17 of Debian."""

    broker = "activemq"

    def certificate_port(self, stack):
        return stack.destinations.server(self.broker).certificate_port

    def check_certificate(self, received):
        """The broker for certificates is another one, with a queue of its own."""


class TestRabbitMQ(StompContract):
    """RabbitMQ 3.10 of Debian."""

    broker = "rabbitmq"


class RsyslogContract(ConfiguredContract):
    """rsyslog over TLS; ``form`` is the format."""

    plugin = SyslogDestination
    form = ""

    @pytest.fixture
    def server(self, stack):
        return running(stack, "rsyslog")

    def port(self, server):
        return server.port if self.form == "syslog" else server.json_port

    @pytest.fixture
    def options(self, stack, server):
        return {
            "Format": self.form,
            "Host": "127.0.0.1",
            "Port": str(self.port(server)),
            "CA": str(stack.pki.certificate("ca")),
            "MaxBytes": "1000000",
            "SendSeconds": "10",
        }

    @pytest.fixture
    def received(self, server):
        file = server.syslog_file if self.form == "syslog" else server.json_file
        before = len(file.read_bytes()) if file.exists() else 0

        def records():
            lines = file.read_bytes()[before:].split(b"\n")[:-1] if file.exists() else []
            return [json.loads(line[line.index(b"{") :]) for line in lines]

        return records

    def test_receiver_that_was_restarted_is_sent_to_again(self, stack, destination, received):
        destination.send([line(1)])
        self.arrived(received, 1)
        stack.restart("rsyslog")
        try:
            destination.send([line(2)])
        except DestinationUnavailable:
            destination.send([line(2)])
        assert {record["line"] for record in self.arrived(received, 2)} == {1, 2}


class TestSyslog(RsyslogContract):
    """Messages of RFC 5424 in frames of RFC 5425."""

    form = "syslog"


class TestJSONLines(RsyslogContract):
    """Lines of JSON."""

    form = "json"


def _stranger():
    """A certificate of an authority that nobody here knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    now = datetime.now(UTC)
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
