"""Compressed bodies, also in a Tornado that has no place for their guard."""

import pytest
from tornado import http1connection
from tornado.httputil import HTTPHeaders

from PilotLoggingDIRAC.transport.guards.gzip import guard_gzip, take_compressed


@pytest.fixture
def another_tornado(monkeypatch):
    monkeypatch.delattr(http1connection, "_GzipMessageDelegate")


@pytest.mark.parametrize(("header", "encoding"), [("Content-Encoding", "gzip"), ("X-Consumed-Content-Encoding", "")])
def test_where_tornado_has_no_place_for_the_guard_a_body_is_what_its_headers_say(another_tornado, header, encoding):
    guard_gzip()
    assert take_compressed(HTTPHeaders({header: "gzip"})) == encoding
