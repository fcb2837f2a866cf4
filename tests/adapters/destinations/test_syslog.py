"""Receivers of lines that answer, close, or read slowly: a send ends in time, and a closed connection takes no more."""

import socket
import ssl
import threading
import time
from contextlib import ExitStack, suppress

import pytest

from PilotLoggingDIRAC.adapters.destinations.syslog import SyslogDestination
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from tests import addresses
from tests.destination_contract import line
from tests.server_certificate import certificate
from tests.waiting import PATIENCE_SECONDS

FORMAT = {"Format": "json", "Host": "localhost"}


class Receiver:
    """A server at ``port``; ``serve(connection)`` has each connection in a thread, all of which end with ``close``."""

    def __init__(self, serve):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port, self._serve, self._threads = self._socket.getsockname()[1], serve, []
        self._begin(self._run)

    def _begin(self, do, *arguments):
        self._threads.append(threading.Thread(target=do, args=arguments))
        self._threads[-1].start()

    def _run(self):
        with suppress(OSError):
            while True:
                self._begin(self._connection, self._socket.accept()[0])

    def _connection(self, connection):
        with connection, suppress(OSError):
            self._serve(connection)

    def close(self):
        """End the wait for connections, and wait for the threads."""
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        self._socket.close()


def test_a_receiver_that_answers_and_closes_is_sent_no_more():
    texts, has_closed = [], threading.Event()

    def refuse(connection):
        texts.append(connection.recv(65536))
        place = len(texts) - 1
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        has_closed.set()
        while text := connection.recv(65536):
            texts[place] += text

    receiver = Receiver(refuse)
    destination = SyslogDestination("Receiver", FORMAT | {"Port": str(receiver.port), "SSL": "no"})
    with suppress(DestinationUnavailable):
        destination.send([line(1, "first")])
    assert has_closed.wait(PATIENCE_SECONDS)
    with suppress(DestinationUnavailable):
        destination.send([line(2, "second")])
    destination.close()
    receiver.close()
    assert b"first" in texts[0]
    assert b"second" not in texts[0]


def test_a_receiver_that_answers_and_does_not_close_keeps_its_connection():
    texts, has_answered, has_both = [], threading.Event(), threading.Event()

    def greet(connection):
        connection.sendall(b"welcome\n")
        has_answered.set()
        place = len(texts)
        texts.append(b"")
        while text := connection.recv(65536):
            texts[place] += text
            if b"second" in texts[place]:
                has_both.set()

    receiver = Receiver(greet)
    destination = SyslogDestination("Receiver", FORMAT | {"Port": str(receiver.port), "SSL": "no"})
    destination.send([line(1, "first")])
    assert has_answered.wait(PATIENCE_SECONDS)
    destination.send([line(2, "second")])
    assert has_both.wait(PATIENCE_SECONDS)
    destination.close()
    receiver.close()
    assert len(texts) == 1


def test_a_receiver_that_reads_slowly_over_tls_is_left_at_the_time_limit(tmp_path):
    """Some of its records get through all the time."""
    files, has_ended = certificate(tmp_path, "localhost"), threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)

    def read_slowly(plain):
        with context.wrap_socket(plain, server_side=True) as connection:
            while not has_ended.wait(0.004):
                connection.recv(65536)

    receiver = Receiver(read_slowly)
    options = {"Port": str(receiver.port), "CA": str(files[0]), "SendSeconds": "1", "MaxBytes": "1000000"}
    destination = SyslogDestination("Receiver", FORMAT | options)
    records = [line(number, "x" * 500_000) for number in range(60)]
    began = time.monotonic()
    with pytest.raises(DestinationUnavailable, match="in time"):
        destination.send(records)
    assert time.monotonic() - began < 5
    destination.close()
    has_ended.set()
    receiver.close()


def test_a_receiver_with_silent_addresses_is_left_at_the_time_limit(monkeypatch):
    with ExitStack() as stack:
        addresses.resolve(monkeypatch, *(addresses.silent(stack) for _ in range(4)))
        destination, began = SyslogDestination("Receiver", FORMAT | {"SendSeconds": "1"}), time.monotonic()
        with pytest.raises(DestinationUnavailable, match="in time"):
            destination.send([line(1)])
        assert time.monotonic() - began < 3
