"""Posts in a real Tornado: what another site's page lets a browser send is refused, whatever it says of its origin."""

import asyncio
import collections
import collections.abc
from http import HTTPStatus

import pytest

if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from PilotLoggingDIRAC.transport.identity.certificates import OwnCertificates


class Handler(OwnCertificates, RequestHandler):
    """A handler that takes what is not refused."""

    def prepare(self):
        self.refuse_odd_claims()

    def post(self):
        self.write("taken")


async def answer(headers):
    """Return the answer to a post with these headers; ``{here}`` in them is the server's own address."""
    server = HTTPServer(Application([("/", Handler)]))
    socket, port = bind_unused_port()
    server.add_sockets([socket])
    here = f"127.0.0.1:{port}"
    sent = {name: value.format(here=here) for name, value in headers.items()}
    try:
        return await AsyncHTTPClient().fetch(f"http://{here}/", method="POST", body="", headers=sent, raise_error=False)
    finally:
        server.stop()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "", "http://[", "http://[::1", "http://]"])
def test_post_of_another_origin_is_refused(origin, caplog):
    found = asyncio.run(answer({"Origin": origin}))
    assert found.code == HTTPStatus.BAD_REQUEST
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://{here}", "Sec-Fetch-Site": "same-origin"}])
def test_post_of_a_program_and_of_the_own_page_is_taken(headers):
    assert asyncio.run(answer(headers)).body == b"taken"
