"""One hostile request must not stop a server: lengths that are none, and modules that a caller names."""

import json
import socket
import ssl

import pytest

from . import rpc
from .pilot import pilot_line

HEAD = b"POST /WorkloadManagement/TornadoPilotLogging HTTP/1.1\r\nHost: localhost\r\n"
#: Its import ends a process.
DEADLY = {"__dCls": "x", "__dMod": "unittest.__main__"}
SERVICE = "WorkloadManagement/PilotLogging"


def sent(stack, request):
    """Return the answer to bytes sent over TLS without a certificate; nothing when the connection is closed at once."""
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    with (
        socket.create_connection(("127.0.0.1", stack.ports["tornado"]), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as wrapped,
    ):
        wrapped.sendall(request)
        return wrapped.recv(1000)


@pytest.mark.parametrize("chunk", [b"-5", b"-0x5", b"1_0", b"+5", b"", b"zz", b"f" * 40])
def test_a_chunk_whose_length_is_none_is_refused_and_stops_nobody(stack, connect, stamp, chunk):
    answer = sent(stack, HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" + chunk + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert connect("pila").send(pilot_line("alive"), stamp)["OK"]


@pytest.mark.parametrize("length", ["-5", "+5", "1_0", "ten", "９"])
def test_a_body_whose_length_is_none_is_refused(stack, length):
    assert sent(stack, HEAD + f"Content-Length: {length}\r\n\r\n".encode()).startswith(b"HTTP/1.1 400 ")


def test_good_lengths_are_taken(stack):
    chunked = b"Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    assert sent(stack, HEAD + chunked + b"B\r\nmethod=ping\r\n0\r\n\r\n").startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("user", ["evil", "pila"])
def test_nobody_has_a_module_imported(stack, connect, user):
    running = stack.pid("tornado")
    for form in (
        {"method": "ping", "extraCredentials": json.dumps(DEADLY)},
        {"method": "echo", "args": json.dumps([DEADLY])},
    ):
        status, answer = connect(user).post(form)
        assert status in (400, 401) or not answer["OK"]
    assert connect("opal").call("ping")["OK"]
    assert stack.pid("tornado") == running


def test_objects_are_refused(connect):
    known = {"__dCls": "JSerializable", "__dMod": "DIRAC.Core.Utilities.JEncode"}
    status, answer = connect("pila").post({"method": "echo", "args": json.dumps([known])})
    assert (status, answer["OK"], answer["Message"]) == (200, False, "The arguments are not valid JSON")


def test_nobody_has_a_module_imported_over_diset(stack):
    trap = {"__dCls": "x", "__dMod": "integration_tests.fuzz.trap"}
    assert not rpc.call(stack, "pila", SERVICE, "echo", trap)["OK"]
    assert not list((stack.root / "tmp").glob("a-request-imported-this"))
    assert rpc.call(stack, "opal", SERVICE, "ping")["OK"]
