"""The page's handler in a real Tornado: odd addresses have an answer of their own."""

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
from tornado.web import Application

from PilotLoggingDIRAC.web.page_handler import PageHandler


class Handler(PageHandler):
    """The page's handler for a caller whom DIRAC's server has let in."""

    _fullComponentName = "WorkloadManagement/PilotLogs"  # noqa: N815 - DIRAC's name

    def initialize(self):
        self.credDict = {}

    async def prepare(self):
        pass


async def answer(path, **headers):
    """Return the answer of a server with the page."""
    server = HTTPServer(Application([(Handler.LOCATION, Handler)]))
    socket, port = bind_unused_port()
    server.add_sockets([socket])
    try:
        return await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}{path}", headers=headers, raise_error=False)
    finally:
        server.stop()


@pytest.mark.parametrize("path", ["logs?VO=%FF", "search?VO=%FF", "search?Cursor=%FF", "log/vo/stamp/tail?Cursor=%FF"])
def test_address_that_is_no_utf8_is_the_caller_s_mistake(path, configure, caplog):
    configure({})
    found = asyncio.run(answer(f"/pilotlogs/api/{path}"))
    assert found.code == HTTPStatus.BAD_REQUEST
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("path", ["api/logs", "%61pi/logs", "ap%69%2Fsearch", "%61%70%69/log/vo/stamp/text"])
def test_logs_are_asked_for_by_any_spelling_of_their_address(path, configure, monkeypatch):
    """DIRAC authorises the method of the address, and another site's page may not ask for logs."""
    configure({})
    methods = []
    monkeypatch.setattr(Handler, "prepare", lambda self: methods.append(self._getMethod()))
    found = asyncio.run(answer(f"/pilotlogs/{path}", **{"Sec-Fetch-Site": "cross-site"}))
    assert (found.code, methods) == (HTTPStatus.BAD_REQUEST, ["web_logs"])
    assert b"another site" in found.body


@pytest.mark.parametrize("path", ["", "logs", "static/0123456789abcdef/page.js", "%2561pi/logs"])
def test_other_addresses_are_those_of_the_page(path, configure, monkeypatch):
    configure({})
    methods = []
    monkeypatch.setattr(Handler, "prepare", lambda self: methods.append(self._getMethod()))
    asyncio.run(answer(f"/pilotlogs/{path}"))
    assert methods == ["web_page"]
