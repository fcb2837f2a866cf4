"""Kafka, with confluent-kafka: each record is a message whose key is the pilot's stamp, so that logs keep their order.

The producer is idempotent: what it sends again by itself is in the topic once. A record that comes again from here, as
an agent died, is a message more; its header ``id`` is the record's identity, by which a reader drops it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from DIRAC.Core.Security import Locations

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.record import Record

try:
    from confluent_kafka import KafkaError, KafkaException, Producer
except ImportError:  # an installation without Kafka has no need of it
    _HAS_LIBRARY = False
else:
    _HAS_LIBRARY = True

if TYPE_CHECKING:
    from confluent_kafka import Message

_MAX_BYTES = 1_000_000
_VO = "{vo}"
_LINGER_MS = 5
_POLL_SECONDS = 0.1


class KafkaDestination:
    """A topic of a Kafka cluster, or one for each VO: ``Topic`` may have ``{vo}`` in it.

    ``Host`` has the brokers to begin with, ``host:port`` each. TLS unless ``SSL`` is no; who calls is told by ``User``
    and ``Password`` (SASL), else by a certificate: ``HostCertificate`` and ``HostKey``, or those that DIRAC has.
    """

    def __init__(self, name: str, options: Mapping[str, Any]):
        if not _HAS_LIBRARY:
            raise InvalidInput(f"destination {name}: confluent-kafka is not installed")
        own = PluginOptions(name, options)
        self._topic = own.text("Topic", "pilotlogs")
        self._seconds = own.number("SendSeconds", 30.0)
        self._max_bytes = own.number("MaxBytes", _MAX_BYTES)
        self._options = self._of_producer(name, own)
        self._producer: Producer | None = None
        self._problem = ""

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Send records, and wait until all brokers that keep them have each. See ``Destination.send``."""
        if not records:
            return ()
        deadline = time.monotonic() + self._seconds
        try:
            refused = self._send(records, deadline)
            if len(records) > 1:  # the brokers refuse a batch for one record of it
                refused = [alone for rejected in refused for alone in self._send([rejected.record], deadline)]
            return [Rejected(one.record.identity, one.reason) for one in refused]
        except KafkaException as error:
            self.close()
            raise DestinationUnavailable(f"Kafka: {error.args[0].name()}") from None
        except DestinationUnavailable:
            self.close()
            raise

    def close(self) -> None:
        """Forget what has not been sent, and the connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.purge()
            producer.flush(_POLL_SECONDS)

    def _send(self, records: Sequence[Record], deadline: float) -> Sequence[_Refused]:
        sending, producer = _Sending(deadline), self._connected()
        for record in records:
            sending.produce(producer, self._topic.replace(_VO, record.pilot.vo), record)
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

    def _of_producer(self, name: str, own: PluginOptions) -> dict[str, Any]:
        """Return the producer's options. Raise InvalidInput."""
        milliseconds = int(self._seconds * 1000)
        own.required("Host")
        return {
            "bootstrap.servers": ",".join(own.names("Host")),
            "client.id": f"pilotlogs-{name}",
            "enable.idempotence": True,
            # as Java's clients choose a partition by the key
            "partitioner": "murmur2_random",
            "compression.type": own.text("Compression", "zstd"),
            "linger.ms": _LINGER_MS,
            "message.max.bytes": self._max_bytes,
            "message.timeout.ms": milliseconds,
            "socket.timeout.ms": max(milliseconds, 1000),
            "log_level": 0,
        } | _security(own)


@dataclass(frozen=True, slots=True)
class _Refused:
    """A record that the brokers, or the producer, do not take."""

    record: Record
    reason: str


class _Sending:
    """Some records on their way: what has been answered of them."""

    def __init__(self, deadline: float):
        self.refused: list[_Refused] = []
        self.failed = ""
        self._deadline = deadline
        self._open = 0

    def produce(self, producer: Producer, topic: str, record: Record) -> None:
        """Give a record to the producer, which has room for it in time. Raise DestinationUnavailable."""

        def answered(error: KafkaError | None, _: Message) -> None:
            self._open -= 1
            if error is not None:
                self._failed(record, error)

        headers: dict[str, str | bytes | None] = {"id": record.identity}
        while True:
            try:
                producer.produce(topic, record.as_json(), record.pilot.stamp, headers=headers, on_delivery=answered)
            except BufferError:
                producer.poll(_POLL_SECONDS)
                if time.monotonic() > self._deadline:
                    raise DestinationUnavailable("Kafka has not taken all records in time") from None
            except KafkaException as error:
                if error.args[0].code() not in _FAULTS:
                    raise
                self._failed(record, error.args[0])
                return
            else:
                self._open += 1
                return

    def wait(self, producer: Producer) -> None:
        """Wait for all answers. Raise DestinationUnavailable when time is over."""
        producer.flush(max(self._deadline - time.monotonic(), 0.0) + _POLL_SECONDS)
        if self._open and not self.failed:
            self.failed = "not confirmed in time"

    def _failed(self, record: Record, error: KafkaError) -> None:
        if error.code() in _FAULTS:
            self.refused.append(_Refused(record, error.name().lower().strip("_")))
        else:
            self.failed = error.name()


def _security(own: PluginOptions) -> dict[str, Any]:
    """Return the producer's options on who calls, and whom it trusts."""
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


#: What a record is to blame for.
_FAULTS = (
    frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD, KafkaError.RECORD_LIST_TOO_LARGE})
    if _HAS_LIBRARY
    else frozenset()
)
