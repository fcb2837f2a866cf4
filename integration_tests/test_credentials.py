"""Callers are who their certificates say, at each request, however often they come and over whatever connection."""

import http.client
import json
import socket
import ssl
from urllib.parse import urlencode, urlsplit

import pytest

from .test_collector import ALPHA


def collector(stack):
    """The parts of the collector's URL."""
    return urlsplit(stack.url("WorkloadManagement", "TornadoPilotLogging"))


def client_context(stack, user):
    """A TLS context with a user's proxy."""
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    context.load_cert_chain(str(stack.proxy(user)))
    return context


class Kept:
    """A connection that is kept alive, of a user."""

    def __init__(self, stack, user, context=None):
        self._url = collector(stack)
        context = context or client_context(stack, user)
        self._http = http.client.HTTPSConnection(self._url.netloc, context=context, timeout=30)

    def call(self, method, *arguments, **more):
        """(HTTP status, answer)."""
        body = urlencode({"method": method, "args": json.dumps(arguments)} | more)
        self._http.request("POST", self._url.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = self._http.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if answer.status == 200 else text

    def who(self):
        """(user, group) as the service sees them."""
        value = self.call("whoami")[1]["Value"]
        return value["username"], value["group"]


def test_callers_by_turns_are_themselves(stack):
    """More requests than there are answers to mix up: over kept connections, and over new ones."""
    names = {"pila": ("pila", "alpha_pilot"), "opal": ("opal", "alpha_operator"), "opbert": ("opbert", "beta_operator")}
    kept = {user: Kept(stack, user) for user in names}
    for _ in range(5):
        for user, expected in names.items():
            assert kept[user].who() == expected
            assert Kept(stack, user).who() == expected


CLAIMS = ('"hosts"', '["/CN=somebody", "alpha_operator"]', '"alpha_operator"')


@pytest.mark.parametrize("number", range(len(CLAIMS)), ids=["host", "delegation", "group"])
def test_what_a_body_claims_gives_no_more_to_this_request_nor_to_the_next(stack, stamp, number):
    """The first request of a new proxy claims, then one of a known one."""
    stack.make_proxy(f"claimer{number}", "pila", "alpha_pilot")
    pilot = Kept(stack, f"claimer{number}")
    for _ in range(2):
        status, answer = pilot.call("getStatus", extraCredentials=CLAIMS[number])
        assert status == 401 or not answer["OK"]
        assert pilot.who() == ("pila", "alpha_pilot")
    assert pilot.call("sendMessage", '"text\\n"', stamp, ALPHA)[1]["OK"]


def test_a_host_is_a_host_only_where_it_says_so(stack):
    """Its certificate alone is nobody's."""
    host = stack.pki.host_folder()
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    context.load_cert_chain(host / "hostcert.pem", host / "hostkey.pem")
    asked = Kept(stack, "pila", context)
    for _ in range(2):
        assert asked.call("getStatus", extraCredentials='"hosts"')[1]["OK"]
        status, answer = asked.call("getStatus")
        assert status == 401 or not answer["OK"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def test_who_takes_a_session_up_again_makes_a_whole_handshake(stack, version):
    """The chain of certificates comes with a whole handshake only."""
    context = client_context(stack, "pila")
    context.maximum_version = version
    first, _, session = exchange(stack, context)
    second, reused, _ = exchange(stack, context, session)
    assert (b'"username": "pila"' in first, b'"username": "pila"' in second, reused) == (True, True, False)


def exchange(stack, context, session=None):
    """(answer to whoami, whether the session was taken up again, session) of one connection."""
    url = collector(stack)
    body = b"method=whoami&args=%5B%5D"
    head = f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    plain, answer = socket.create_connection((url.hostname, url.port), timeout=30), b""
    with context.wrap_socket(plain, server_hostname=url.hostname, session=session) as sock:
        sock.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        while part := sock.recv(65536):
            answer += part
        return answer, sock.session_reused, sock.session
