"""Syslog and lines of JSON over TCP, with TLS or without: what rsyslog, Fluent Bit, Vector and syslog-ng take.

Nobody confirms a record on such a connection. A send returns when the other host's kernel has all of it; what the
program there had not read when it died is lost. Where that matters, a broker is the destination to choose.
"""

from __future__ import annotations

import fcntl
import socket
import ssl
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from PilotLoggingDIRAC.adapters.timed_http import connect, context_of, seconds_left
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions
from PilotLoggingDIRAC.pilotlog.forward.record import Record

#: Facility "user-level", and severities, of RFC 5424.
_FACILITY = 1
_SEVERITIES = {
    **dict.fromkeys(("FATAL", "CRITICAL"), 2),
    **dict.fromkeys(("ERROR", "EXCEPT", "EXCEPTION"), 3),
    **dict.fromkeys(("WARN", "WARNING"), 4),
    **dict.fromkeys(("NOTICE", "ALWAYS"), 5),
    **dict.fromkeys(("DEBUG", "VERBOSE"), 7),
}
_INFO = 6
_SYSLOG_TLS_PORT = 6514
_SYSLOG_BYTES, _JSON_BYTES = 8192, 1024 * 1024
_POLL_SECONDS = 0.002
#: What a receiver may have sent, which nobody asked for, before it counts as closed.
_READ_BYTES, _MOST_READS = 65536, 16


def json_line(record: Record) -> bytes:
    """Return a record as a line of JSON."""
    return record.as_json() + b"\n"


def syslog_message(record: Record) -> bytes:
    """Return a record as a message of RFC 5424 whose text is JSON, with its length ahead (RFC 5425, 6587)."""
    priority = _FACILITY * 8 + _SEVERITIES.get(record.level, _INFO)
    moment = record.time.isoformat(timespec="microseconds")
    head = f"<{priority}>1 {moment}Z {_word(record.ce)} pilotlog {_word(record.pilot.stamp)} {record.kind} - "
    message = head.encode() + record.as_json()
    return f"{len(message)} ".encode() + message


def _word(text: str) -> str:
    return text if text and text.isascii() and text.isprintable() and " " not in text else "-"


_FORMATS: Mapping[str, tuple[Callable[[Record], bytes], int]] = {
    "syslog": (syslog_message, _SYSLOG_BYTES),
    "json": (json_line, _JSON_BYTES),
}


class SyslogDestination:
    """A receiver of syslog messages or lines of JSON (``Format``: ``syslog`` or ``json``) at ``Host`` and ``Port``.

    TLS is used unless ``SSL`` is no. ``CA`` is a file or folder of authorities, the system's by default;
    ``HostCertificate`` and ``HostKey`` are the client's. A record above ``MaxBytes`` is rejected.
    """

    def __init__(self, name: str, options: Mapping[str, Any]):
        found = PluginOptions(name, options)
        chosen = found.text("Format", "syslog").lower()
        if chosen not in _FORMATS:
            raise InvalidInput(f"destination {name}: Format is neither of {', '.join(_FORMATS)}")
        self._encode, most = _FORMATS[chosen]
        self._host, self._port = found.required("Host"), found.number("Port", _SYSLOG_TLS_PORT)
        self._tls = found.flag("SSL", True)
        self._files = (found.text("HostCertificate"), found.text("HostKey"), found.text("CA"))
        self._seconds = found.number("SendSeconds", 30.0)
        self._max_bytes = found.number("MaxBytes", most)
        self._connection: socket.socket | None = None

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Send records. See ``Destination.send``."""
        bodies = [(record, self._encode(record)) for record in records]
        text = b"".join(body for _, body in bodies if len(body) <= self._max_bytes)
        deadline = time.monotonic() + self._seconds
        try:
            if text:
                self._send(text, deadline)
        except (OSError, ValueError) as error:
            self.close()
            reason = "does not take records in time" if isinstance(error, TimeoutError) else type(error).__name__
            raise DestinationUnavailable(f"{self._host}:{self._port}: {reason}") from None
        large = f"larger than {self._max_bytes} bytes"
        return [Rejected(record.identity, large) for record, body in bodies if len(body) > self._max_bytes]

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()

    def _send(self, text: bytes, deadline: float) -> None:
        connection = self._connected(deadline)
        connection.settimeout(seconds_left(deadline))
        connection.sendall(text)
        while _unacknowledged(connection):
            connection.settimeout(seconds_left(deadline))
            time.sleep(_POLL_SECONDS)
        if _is_closed(connection):
            raise ConnectionResetError

    def _connected(self, deadline: float) -> socket.socket:
        """Return the connection, a new one where there is none or the other side has closed it."""
        if self._connection is not None and not _is_closed(self._connection):
            return self._connection
        self.close()
        plain = connect(self._host, self._port, deadline)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self._tls:
            plain.settimeout(seconds_left(deadline))
            self._connection = self._context().wrap_socket(plain, server_hostname=self._host)
        else:
            self._connection = plain
        return self._connection

    def _context(self) -> ssl.SSLContext:
        certificate, key, place = self._files
        context = context_of(place)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate:
            context.load_cert_chain(certificate, key or None)
        return context


def _unacknowledged(connection: socket.socket) -> int:
    """Return the number of bytes that the other host has not acknowledged (Linux)."""
    (number,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4))
    return int(number)


def _is_closed(connection: socket.socket) -> bool:
    """Return whether the other side has closed the connection, or sends so much that its end is not reached.

    What it has sent before is read, as it hides the end: a server of another protocol answers before it closes.
    """
    connection.setblocking(False)
    try:
        for _ in range(_MOST_READS):
            if not connection.recv(_READ_BYTES):
                return True
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    return True
