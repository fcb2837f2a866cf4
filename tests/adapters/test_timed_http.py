"""Connections to hosts with several addresses: all of them share one time limit, and none uses it up."""

import socket
import time
from contextlib import ExitStack

import pytest

from PilotLoggingDIRAC.adapters.timed_http import connected
from tests import addresses

SECONDS = 2.0


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def host(monkeypatch):
    """``host(*addresses)``: the name of a host with these."""

    def name(*found):
        addresses.resolve(monkeypatch, *found)
        return "many.example.org"

    return name


def test_silent_addresses_share_the_time(stack, host):
    name, began = host(*(addresses.silent(stack) for _ in range(4))), time.monotonic()
    with pytest.raises(TimeoutError), connected(name, 1, None, began + SECONDS):
        pass
    assert 0.5 * SECONDS < time.monotonic() - began < 3 * SECONDS


@pytest.mark.parametrize("first", [addresses.silent, addresses.refusing])
def test_an_address_that_does_not_answer_hides_none_behind_it(stack, host, first):
    there = addresses.listening(stack)
    with connected(host(first(stack), there), 1, None, time.monotonic() + SECONDS) as connection:
        assert connection.getpeername() == there


def test_a_family_that_this_host_has_not_hides_no_address(stack, host, monkeypatch):
    there = addresses.listening(stack)
    name = host(there)
    (found,) = socket.getaddrinfo()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(-5, *found[1:]), found])
    with connected(name, 1, None, time.monotonic() + SECONDS) as connection:
        assert connection.getpeername() == there


def test_the_failure_of_the_last_address_is_told(stack, host):
    name = host(addresses.refusing(stack), addresses.refusing(stack))
    with pytest.raises(ConnectionRefusedError), connected(name, 1, None, time.monotonic() + SECONDS):
        pass
