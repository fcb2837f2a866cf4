"""STOMP brokers, with stomp.py: ActiveMQ, RabbitMQ and others. Each record is a persistent message with a receipt."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stomp
from DIRAC.Core.Security import Locations
from DIRAC.Resources.MessageQueue.Utilities import getDestinationAddress, getMQParamsFromCS

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.record import Record

from .stomp_transport import cut, end_with_broker

_PORT = 61613
_MAX_BYTES = 16 * 1024 * 1024
_MAX_REASON = 200


class StompDestination:
    """A queue or topic of a STOMP broker, named in ``/Resources/MQServices`` as for DIRAC's own messages.

    ``MQ`` is ``<service>::Queues::<name>`` or ``<service>::Topics::<name>``; an option of the destination's own section
    beats that of the service. TLS is used where ``SSLVersion`` is set or ``SSL`` is yes: in the newest version that
    both sides have, and never below 1.2. Without ``User``, the client authenticates with
    the host's certificate.
    """

    def __init__(self, name: str, options: Mapping[str, Any]):
        own = PluginOptions(name, options)
        address = own.required("MQ")
        found = PluginOptions(name, _service(name, address) | {key: value for key, value in options.items() if value})
        self._queue = getDestinationAddress(address)
        self._hosts = [(host, found.number("Port", _PORT)) for host in found.names("Host")]
        if not self._hosts:
            raise InvalidInput(f"destination {name}: {address} has no Host in /Resources/MQServices")
        self._user, self._password = found.text("User"), found.text("Password")
        self._vhost = found.text("VHost", "/")
        self._tls = bool(found.text("SSLVersion")) or found.flag("SSL", False)
        self._files = (found.text("HostCertificate"), found.text("HostKey"), found.text("CA"))
        self._seconds = found.number("SendSeconds", 30.0)
        self._max_bytes = found.number("MaxBytes", _MAX_BYTES)
        self._connection: stomp.Connection12 | None = None
        self._answers = _Answers()
        self._receipts = itertools.count()

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Send records, and wait for the receipt of each. See ``Destination.send``."""
        bodies = [(record, record.as_json()) for record in records]
        large = [record for record, body in bodies if len(body) > self._max_bytes]
        fitting = [(record, body) for record, body in bodies if len(body) <= self._max_bytes]
        deadline = time.monotonic() + self._seconds
        try:
            with self._no_longer_than(self._seconds):
                self._send(fitting, deadline)
        except DestinationUnavailable:
            self.close()
            raise
        except (OSError, stomp.exception.StompException) as error:
            self.close()
            raise DestinationUnavailable(f"the broker can't be reached: {type(error).__name__}") from None
        return [Rejected(record.identity, f"larger than {self._max_bytes} bytes") for record in large]

    def close(self) -> None:
        """Close the connection, without waiting for the broker."""
        connection, self._connection = self._connection, None
        if connection is not None:
            cut(connection)

    def _send(self, bodies: Sequence[tuple[Record, bytes]], deadline: float) -> None:
        if not bodies:
            return
        connection = self._connected(deadline)
        names = {str(next(self._receipts)) for _ in bodies}
        for name, (record, body) in zip(names, bodies, strict=True):
            headers = {"persistent": "true", "receipt": name, "record-id": record.identity}
            connection.send(self._queue, body, "application/json", headers)
        self._answers.wait(lambda: names <= self._answers.receipts, deadline, "has not confirmed all records")
        self._answers.receipts.clear()

    def _connected(self, deadline: float) -> stomp.Connection12:
        """Return the connection, a new one where there is none."""
        if self._connection is not None and self._connection.is_connected():
            return self._connection
        self.close()
        self._answers = _Answers()
        self._connection = connection = stomp.Connection12(
            self._hosts, vhost=self._vhost, timeout=self._seconds, reconnect_attempts_max=1, keepalive=True
        )
        end_with_broker(connection)
        connection.set_listener("answers", self._answers)
        with self._credentials(connection):
            connection.connect(self._user or None, self._password or None)
            self._answers.wait(lambda: self._answers.is_connected, deadline, "has not accepted the connection")
        return connection

    @contextmanager
    def _credentials(self, connection: stomp.Connection12) -> Iterator[None]:
        """Set up TLS; its files are read while the connection is made."""
        if not self._tls:
            yield
            return
        certificate, key, authorities = self._files
        if not self._user and not certificate:
            certificate, key = Locations.getHostCertificateAndKeyLocation() or ("", "")
        with _bundle(authorities or Locations.getCAsLocation() or "") as bundle:
            files = {"cert_file": certificate or None, "key_file": key or None, "ca_certs": bundle}
            connection.set_ssl(self._hosts, **files)
            yield

    @contextmanager
    def _no_longer_than(self, seconds: float) -> Iterator[None]:
        """Cut the connection when time is over: stomp.py's own calls wait for ever for a broker that hangs."""
        timer = threading.Timer(seconds, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        if self._connection is not None:
            cut(self._connection)


class _Answers(stomp.ConnectionListener):
    """The broker's answers on one connection."""

    def __init__(self) -> None:
        self.is_connected, self.receipts, self._error = False, set[str](), ""
        self._changed = threading.Condition()

    def on_connected(self, frame: Any) -> None:
        """Note that the broker has accepted the connection."""
        with self._changed:
            self.is_connected = True
            self._changed.notify_all()

    def on_receipt(self, frame: Any) -> None:
        """Note that the broker has a record."""
        with self._changed:
            self.receipts.add(frame.headers.get("receipt-id", ""))
            self._changed.notify_all()

    def on_error(self, frame: Any) -> None:
        """Note the broker's complaint."""
        self._fail(f"the broker refuses: {frame.headers.get('message', 'without a reason')[:_MAX_REASON]}")

    def on_disconnected(self) -> None:
        """Note the end of the connection."""
        self._fail("the broker has closed the connection")

    def _fail(self, error: str) -> None:
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()

    def wait(self, is_there: Callable[[], bool], deadline: float, otherwise: str) -> None:
        """Wait for an answer. Raise DestinationUnavailable for an error, and when time is over."""
        with self._changed:
            while not is_there():
                if self._error:
                    raise DestinationUnavailable(self._error)
                if not self._changed.wait(max(deadline - time.monotonic(), 0.0)):
                    raise DestinationUnavailable(f"the broker {otherwise} in time")


def _service(name: str, address: str) -> dict[str, Any]:
    """Return the options of a queue and its service in the configuration, none if it is not there."""
    if address.count("::") != 2:
        raise InvalidInput(f"destination {name}: MQ is not <service>::Queues::<name> or <service>::Topics::<name>")
    found = getMQParamsFromCS(address)
    return found["Value"] if found["OK"] else {}


@contextmanager
def _bundle(place: str) -> Iterator[str | None]:
    """Yield a file with the authorities of a file or folder: stomp.py takes a file. None are those of the system."""
    if not place or not Path(place).is_dir():
        yield place or None
        return
    with tempfile.NamedTemporaryFile(suffix=".pem") as bundle:
        for path in sorted(Path(place).glob("*.pem")) or sorted(Path(place).glob("*.0")):
            bundle.write(path.read_bytes() + b"\n")
        bundle.flush()
        yield bundle.name
