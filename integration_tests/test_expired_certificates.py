"""A certificate's end is its caller's end, also on a connection or a watched log that was opened before."""

import http.client
import json
import ssl
import time
import urllib.parse
import uuid

import pytest

from .pilot import pilot_line
from .stack import world
from .waiting import until

ALPHA = world.ALPHA.name
HOURS = 25 / 3600
"""What the short proxies are valid for: long enough to open connections on a busy machine."""


class KeptAlive:
    """One connection to the Tornado of a stack, with a proxy."""

    def __init__(self, stack, proxy):
        context = ssl.create_default_context(capath=str(stack.pki.certificates))
        context.load_cert_chain(str(proxy))
        self._connection = http.client.HTTPSConnection("localhost", stack.ports["tornado"], context=context, timeout=60)

    def call(self, method, *arguments, headers=()):
        """The status of a call of the collector, and what it answers."""
        body = urllib.parse.urlencode({"method": method, "args": json.dumps(arguments)})
        form = {"Content-Type": "application/x-www-form-urlencoded", **dict(headers)}
        self._connection.request("POST", "/WorkloadManagement/TornadoPilotLogging", body, form)
        return self._read()

    def page(self, path):
        """The status of a request to the page, and what it answers."""
        self._connection.request("GET", f"/pilotlogs/api/{path}")
        return self._read()

    def tail(self, stamp):
        """The lines of a log as they come, up to the end of the stream."""
        self._connection.request("GET", f"/pilotlogs/api/log/{ALPHA}/{stamp}/tail")
        answer = self._connection.getresponse()
        assert answer.status == 200
        return iter(answer.readline, b"")

    def _read(self):
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def short(stack):
    """Proxies of a pilot and of an operator that end soon, and when that is."""
    proxies = [
        stack.make_proxy("pila_short", "pila", "alpha_pilot", hours=HOURS),
        stack.make_proxy("opal_short", "opal", "alpha_operator", hours=HOURS),
    ]
    return *proxies, time.monotonic() + HOURS * 3600


def test_what_was_opened_before_the_end_gives_nothing_after_it(stack, connect, short):
    pilot_proxy, operator_proxy, end = short
    stamp = uuid.uuid4().hex
    assert connect("pila").send(pilot_line("first"), stamp)["OK"]
    sender, reader, page, watcher = (
        KeptAlive(stack, proxy) for proxy in (pilot_proxy, operator_proxy, operator_proxy, operator_proxy)
    )
    assert sender.call("sendMessage", json.dumps(pilot_line("second")), stamp, ALPHA)[0] == 200
    assert reader.call("getLogs", stamp, ALPHA)[0] == 200
    assert page.page("me")[0] == 200
    lines = watcher.tail(stamp)
    assert any(b"second" in line for line in lines)
    until(lambda: time.monotonic() > end + 2)
    assert sender.call("sendMessage", json.dumps(pilot_line("third")), stamp, ALPHA)[0] == 401
    assert reader.call("getLogs", stamp, ALPHA)[0] == 401
    assert page.page("me")[0] == 401
    assert connect("pila").send(pilot_line("fourth"), stamp)["OK"]
    assert not any(b"fourth" in line for line in lines), "the stream goes on"


@pytest.mark.parametrize(
    "header",
    [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://elsewhere.example.org"),
        ("Origin", "null"),
    ],
    ids=" ".join,
)
def test_a_form_of_another_site_s_page_is_not_taken(stack, header):
    stamp = uuid.uuid4().hex
    sender = KeptAlive(stack, stack.proxy("pila"))
    message = (json.dumps(pilot_line("forged")), stamp, ALPHA)
    assert sender.call("sendMessage", *message, headers=[header])[0] == 400
    reader = KeptAlive(stack, stack.proxy("opal"))
    assert not json.loads(reader.call("getLogs", stamp, ALPHA)[1])["OK"]
