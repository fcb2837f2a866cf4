"""HTTP over a connection of which all steps together have one deadline, however slowly the other side sends."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@contextmanager
def connected(host: str, port: int, context: ssl.SSLContext | None, deadline: float) -> Iterator[socket.socket]:
    """Yield a connection, with TLS if there is a context. Raise OSError, of which TimeoutError is one.

    ``deadline`` is a time of ``time.monotonic``. Only the look-up of the name may take longer.
    """
    with connect(host, port, deadline) as plain:
        plain.settimeout(seconds_left(deadline))
        if context is None:
            yield plain
            return
        with context.wrap_socket(plain, server_hostname=host) as connection:
            connection.settimeout(seconds_left(deadline))
            yield connection


def connect(host: str, port: int, deadline: float) -> socket.socket:
    """Return a connection to the first address of a host that takes one. Raise OSError, of which TimeoutError is one.

    Each address has an equal share of the time that is left, so that a silent one hides none behind it.
    """
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure = OSError("the host has no address")
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        try:
            return _connected_to(family, kind, protocol, address, seconds_left(deadline) / (len(addresses) - number))
        except OSError as error:
            failure = error
    raise failure


def _connected_to(family: int, kind: int, protocol: int, address: Any, seconds: float) -> socket.socket:
    plain = socket.socket(family, kind, protocol)
    try:
        plain.settimeout(seconds)
        plain.connect(address)
    except OSError:
        plain.close()
        raise
    return plain


def request_head(method: str, url: str, fields: Mapping[str, object]) -> bytes:
    """Return the head of a request that is the only one of its connection. Raise ValueError if it would have other
    lines or blanks than it should: a URL may be configured, or come from a server.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    found = {"Host": host, "User-Agent": "PilotLoggingDIRAC", "Connection": "close", **fields}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in found.items())]
    if " " in target + host or not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError
    return "\r\n".join([*lines, "", ""]).encode()


def answer_of(connection: socket.socket, method: str, deadline: float) -> http.client.HTTPResponse:
    """Return the answer to a request that was sent, its head read. Raise OSError or HTTPException."""
    timed = TimedConnection(connection, deadline)
    answer = http.client.HTTPResponse(timed, method=method)  # type: ignore[arg-type]  # it needs makefile only
    answer.begin()
    return answer


@dataclass(eq=False)
class TimedConnection(io.RawIOBase):
    """A connection for ``HTTPResponse`` whose reads all end at one deadline."""

    connection: socket.socket
    deadline: float

    def makefile(self, *_: object) -> io.BufferedReader:
        """Return a buffered file over the connection."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the bytes that have arrived into a writable buffer; wait for the first one until the deadline."""
        self.connection.settimeout(seconds_left(self.deadline))
        return self.connection.recv_into(memoryview(buffer))


def seconds_left(deadline: float) -> float:
    """Return the seconds until a deadline. Raise TimeoutError after it."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def context_of(ca: str) -> ssl.SSLContext:
    """Return a context with the authorities of a file or folder, or with those of the system."""
    if not ca:
        return ssl.create_default_context()
    return ssl.create_default_context(capath=ca) if Path(ca).is_dir() else ssl.create_default_context(cafile=ca)
