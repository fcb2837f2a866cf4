"""Two collectors behind HAProxy: one address, one database; either may die or be drained."""

import signal
import socket
import time
import uuid
from collections import Counter

import pytest

from .pilot import Connection, pilot_line
from .stack import Stack, world
from .stack.components import BALANCER, SECOND_TORNADO, TORNADO
from .stack.processes import wait_until

COLLECTORS = (TORNADO, SECOND_TORNADO)
VO = world.ALPHA.name


@pytest.fixture(scope="module")
def crowd(stack):
    """The stack of all tests, with a second collector and the balancer for as long as this module runs."""
    front = Stack(stack.root, collectors=2)
    front.start(SECOND_TORNADO, BALANCER)
    wait_until(lambda: all(map(front.front.balancer.is_up, COLLECTORS)), 10)
    yield front
    front.stop(BALANCER, SECOND_TORNADO)
    front.start(TORNADO)


@pytest.fixture
def pilot(crowd):
    """A pilot's connection through the balancer."""
    return Connection(crowd.front.url, crowd.pki.certificates, crowd.proxy("pila"), timeout=20)


def lines_of(crowd, stamp):
    operator = Connection(crowd.front.url, crowd.pki.certificates, crowd.proxy("opal"))
    page = operator.call("getLog", VO, stamp, "", 1 << 20)["Value"]
    return [line.rpartition("] ")[2] for line in page["Text"].splitlines()]


def serving(crowd):
    """Who served the last connection, by the balancer's log."""
    return crowd.log(BALANCER).read_text().splitlines()[-1].split()[1]


def send(crowd, pilot, stamp, number):
    """Send a message, which must be acknowledged; return which collector took it."""
    assert pilot.send(pilot_line(f"message {number}"), stamp)["OK"]
    time.sleep(0.2)
    return serving(crowd)


def test_a_pilot_stays_with_one_collector_and_goes_on_with_the_other_when_that_dies(crowd, pilot):
    stamp = uuid.uuid4().hex
    before = {send(crowd, pilot, stamp, number) for number in range(4)}
    assert len(before) == 1
    victim = before.pop()
    crowd.kill(victim)
    after = {send(crowd, pilot, stamp, number) for number in range(4, 8)}
    assert after == set(COLLECTORS) - {victim}
    crowd.start(victim)
    assert wait_until(lambda: crowd.front.balancer.is_up(victim), 20)
    assert send(crowd, pilot, stamp, 8) == victim
    assert lines_of(crowd, stamp) == [f"message {number}" for number in range(9)]


def test_a_collector_is_stopped_for_an_upgrade_and_no_pilot_notices(crowd, pilot):
    stamp = uuid.uuid4().hex
    victim = send(crowd, pilot, stamp, 0)
    crowd.front.balancer.order(f"set server collectors/{victim} state drain")
    other = send(crowd, pilot, stamp, 1)
    crowd.kill(victim, signal.SIGTERM)
    assert wait_until(lambda: crowd.pid(victim) is None, 15)
    assert [send(crowd, pilot, stamp, 2), other] == [other, *(set(COLLECTORS) - {victim})]
    crowd.start(victim)
    crowd.front.balancer.order(f"set server collectors/{victim} state ready")
    assert wait_until(lambda: crowd.front.balancer.is_up(victim), 20)
    assert lines_of(crowd, stamp) == ["message 0", "message 1", "message 2"]


def test_a_collector_that_hangs_is_left(crowd, pilot):
    stamp = uuid.uuid4().hex
    victim = send(crowd, pilot, stamp, 0)
    crowd.kill(victim, signal.SIGSTOP)
    try:
        assert wait_until(lambda: not crowd.front.balancer.is_up(victim), 20)
        assert send(crowd, pilot, stamp, 1) != victim
    finally:
        crowd.kill(victim, signal.SIGCONT)


def test_pilots_at_different_addresses_are_shared_out(crowd):
    balancer = crowd.front.balancer
    assert all(wait_until(lambda name=name: balancer.is_up(name), 15) for name in COLLECTORS)
    before = len(crowd.log(BALANCER).read_text().splitlines())
    for number in range(2, 34):
        with socket.create_connection(("127.0.0.1", balancer.port), 5, (f"127.0.0.{number}", 0)) as way:
            way.sendall(b"no TLS")
    time.sleep(0.5)
    lines = [line.split() for line in crowd.log(BALANCER).read_text().splitlines()[before:]]
    served = Counter(words[1] for words in lines if words[0].startswith("127.0.0."))
    assert min(served[name] for name in COLLECTORS) > 4, served
