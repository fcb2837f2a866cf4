"""Kafka, with confluent-kafka: each record is a message whose key is the pilot's stamp, so that logs keep their order.

The producer is idempotent: what it sends again by itself is in the topic once. Agents send live records in
transactions (``kafka_transactions``), so that these are there once, too. Without transactions, a record that is sent
again because an agent died is one message more; its header ``id`` is the record's identity, by which a reader drops it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from DIRAC.Core.Security import Locations

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.record import Record

try:
    from confluent_kafka import Producer

    from .kafka_sending import Refused, Sending, end, translated
    from .kafka_transactions import KafkaTransactions
except ImportError:  # an installation without Kafka has no need of it
    _HAS_LIBRARY = False
else:
    _HAS_LIBRARY = True

if TYPE_CHECKING:
    from confluent_kafka import KafkaError

_MAX_BYTES = 1_000_000
_LINGER_MS = 5


class KafkaDestination:
    """A topic of a Kafka cluster, or one for each VO: ``Topic`` may have ``{vo}`` in it.

    ``Host`` has the brokers to begin with, ``host:port`` each. TLS unless ``SSL`` is no. The client authenticates
    with ``User`` and ``Password`` (SASL), else with a certificate: ``HostCertificate`` and ``HostKey``, or DIRAC's.
    ``transactions`` is None where ``Transactions`` is no.
    """

    def __init__(self, name: str, options: Mapping[str, Any]):
        if not _HAS_LIBRARY:
            raise InvalidInput(f"destination {name}: confluent-kafka is not installed")
        own = PluginOptions(name, options)
        self._topic = own.text("Topic", "pilotlogs")
        self._seconds = own.number("SendSeconds", 30.0)
        self._max_bytes = own.number("MaxBytes", _MAX_BYTES)
        cluster = _cluster(name, own)
        self._options = cluster | self._of_producer(own)
        self._producer: Producer | None = None
        self._problem = ""
        self.transactions: KafkaTransactions | None = None
        if own.flag("Transactions", True):
            self.transactions = KafkaTransactions(name, self._topic, cluster, self._options, self._seconds)

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Send records, and wait until all brokers that keep them have each. See ``Destination.send``."""
        if not records:
            return ()
        deadline = time.monotonic() + self._seconds
        with translated(self._forget):
            refused = self._send(records, deadline)
            if len(records) > 1:  # the brokers refuse a batch for one record of it
                refused = [alone for rejected in refused for alone in self._send([rejected.record], deadline)]
            return [Rejected(one.record.identity, one.reason) for one in refused]

    def close(self) -> None:
        """Forget what has not been sent, and the connections."""
        self._forget()
        if self.transactions is not None:
            self.transactions.close()

    def _forget(self) -> None:
        producer, self._producer = self._producer, None
        end(producer)

    def _send(self, records: Sequence[Record], deadline: float) -> Sequence[Refused]:
        sending, producer = Sending(self._topic, deadline), self._connected()
        for record in records:
            sending.produce(producer, record)
        sending.wait(producer)
        if sending.failed:
            raise DestinationUnavailable(f"Kafka: {self._problem or sending.failed}")
        return sending.refused

    def _connected(self) -> Producer:
        if self._producer is None:
            self._problem = ""
            self._producer = Producer(self._options | {"error_cb": self._note})
        return self._producer

    def _note(self, error: KafkaError) -> None:
        self._problem = error.name()

    def _of_producer(self, own: PluginOptions) -> dict[str, Any]:
        """Return the producer's own options. Raise InvalidInput."""
        milliseconds = int(self._seconds * 1000)
        return {
            "enable.idempotence": True,
            # as Java's clients choose a partition by the key
            "partitioner": "murmur2_random",
            "compression.type": own.text("Compression", "zstd"),
            "linger.ms": _LINGER_MS,
            "message.max.bytes": self._max_bytes,
            "message.timeout.ms": milliseconds,
            "socket.timeout.ms": max(milliseconds, 1000),
        }


def _cluster(name: str, own: PluginOptions) -> dict[str, Any]:
    """Return the options by which all clients come to the cluster. Raise InvalidInput."""
    own.required("Host")
    hosts = ",".join(own.names("Host"))
    return {"bootstrap.servers": hosts, "client.id": f"pilotlogs-{name}", "log_level": 0} | _security(own)


def _security(own: PluginOptions) -> dict[str, Any]:
    """Return the options on the client's credentials and the authorities that it trusts."""
    user = own.text("User")
    sasl = {}
    if user:
        mechanism = own.text("SaslMechanism", "SCRAM-SHA-512")
        sasl = {"sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": own.text("Password")}
    if not own.flag("SSL", True):
        return sasl | {"security.protocol": "sasl_plaintext" if user else "plaintext"}
    tls: dict[str, Any] = {"security.protocol": "sasl_ssl" if user else "ssl"}
    if authorities := own.text("CA") or Locations.getCAsLocation():
        tls["ssl.ca.location"] = authorities
    certificate, key = own.text("HostCertificate"), own.text("HostKey")
    if not user and not certificate:
        certificate, key = Locations.getHostCertificateAndKeyLocation() or ("", "")
    return sasl | tls | ({"ssl.certificate.location": certificate, "ssl.key.location": key} if certificate else {})
