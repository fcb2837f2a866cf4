"""Lengths in requests, also in a Tornado that reads them otherwise; what a server answers is in integration_tests."""

import pytest
from tornado import http1connection
from tornado.http1connection import HTTP1Connection

from PilotLoggingDIRAC.transport.guards import http_lengths
from PilotLoggingDIRAC.transport.guards.http_lengths import guard_http


@pytest.fixture(autouse=True)
def unguarded(monkeypatch):
    monkeypatch.setattr(http1connection, "int", int, raising=False)


def read_in_another_function(self, delegate):
    """Read a length as Tornado 6.4.1 does."""
    return http1connection.parse_hex_int("a")


def test_tornado_takes_other_lengths_only_unguarded():
    before = http1connection.int
    guard_http()
    assert (before("+5"), http1connection.int("5"), http1connection.int(b"a", 16)) == (5, 5, 10)
    with pytest.raises(http1connection.httputil.HTTPInputError):
        http1connection.int("+5")


@pytest.mark.parametrize("name", ["_read_body", "_read_chunked_body"])
def test_of_a_tornado_that_reads_some_lengths_otherwise_the_others_are_guarded(monkeypatch, warned, name):
    told = warned(http_lengths)
    monkeypatch.setattr(HTTP1Connection, name, read_in_another_function)
    guard_http()
    assert http1connection.int is not int
    monkeypatch.delattr(HTTP1Connection, name)
    guard_http()
    assert told == [("Lengths of requests can't be guarded, Tornado has changed", name)] * 2


def test_a_tornado_without_its_connection_is_left_alone_with_a_warning(monkeypatch, warned):
    told = warned(http_lengths)
    monkeypatch.delattr(http1connection, "HTTP1Connection")
    guard_http()
    assert http1connection.int is int
    assert len(told) == 2
