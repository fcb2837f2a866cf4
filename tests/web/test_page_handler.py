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


async def answer(path):
    """Return the answer of a server with the page."""
    server = HTTPServer(Application([(Handler.LOCATION, Handler)]))
    socket, port = bind_unused_port()
    server.add_sockets([socket])
    try:
        return await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}{path}", raise_error=False)
    finally:
        server.stop()


@pytest.mark.parametrize("path", ["logs?VO=%FF", "search?VO=%FF", "search?Cursor=%FF", "log/vo/stamp/tail?Cursor=%FF"])
def test_address_that_is_no_utf8_is_the_caller_s_mistake(path, configure, caplog):
    configure({})
    found = asyncio.run(answer(f"/pilotlogs/api/{path}"))
    assert found.code == HTTPStatus.BAD_REQUEST
    assert not [record for record in caplog.records if record.exc_info]
