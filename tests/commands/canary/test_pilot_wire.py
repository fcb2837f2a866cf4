"""The wire of a check: whatever answers at its URL, the message was not sent, and the check says so."""

import socket
import subprocess
import threading

import pytest

from PilotLoggingDIRAC.commands.canary.pilot_wire import NotSent, PilotWire
from tests.conftest import PILOT


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A proxy file's likeness: certificate and key in one file."""
    path = tmp_path_factory.mktemp("proxy") / "proxy.pem"
    subject = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=pilot", "-days", "2"]
    made = subprocess.run(["openssl", "req", "-x509", *subject, "-keyout", "-"], check=True, capture_output=True)
    path.write_bytes(made.stdout)
    return str(path)


@pytest.fixture
def answering(certificate, tmp_path):
    """``answering(bytes)``: a wire to a socket that answers one request with these bytes, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wire(answer):
            def serve():
                connection, _ = server.accept()
                with connection:
                    request = b""
                    while PILOT.stamp.encode() not in request:
                        request += connection.recv(65536)
                    connection.sendall(answer)

            threading.Thread(target=serve, daemon=True).start()
            url = f"http://127.0.0.1:{server.getsockname()[1]}"
            return PilotWire(url, str(tmp_path), certificate, None, 30.0)

        yield wire


def ok(body, length=None):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length or len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"garbage\r\n", "garbage"),
        (b"HTTP/1.1 many\r\n\r\n", "many"),
        (ok(b'{"OK"', length=100), "IncompleteRead"),
        (ok(b"[]"), "not a collector's"),
        (ok(b"null"), "not a collector's"),
        (ok(b"<html>"), "Expecting value"),
        (ok(b'{"OK": false, "Message": "no"}'), "no"),
    ],
)
def test_whatever_no_collector_answers_is_told(answering, answer, told):
    with pytest.raises(NotSent, match=told):
        answering(answer).send("hello\n", PILOT.stamp, PILOT.vo)


def test_what_the_collector_took_is_sent(answering):
    answering(ok(b'{"OK": true, "Value": null}')).send("hello\n", PILOT.stamp, PILOT.vo)
