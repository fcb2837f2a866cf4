"""Two collectors behind HAProxy: one address, one database; either may die or be drained."""

import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections import Counter

import pytest

from .pilot import Connection, pilot_line
from .stack import Stack, environment, world
from .stack.components import BALANCER, SECOND_TORNADO, TORNADO
from .stock_crowd import StockCrowd
from .waiting import stored, until

COLLECTORS = (TORNADO, SECOND_TORNADO)
VO = world.ALPHA.name


@pytest.fixture(scope="module")
def crowd(stack):
    """The stack of all tests, with a second collector and the balancer for as long as this module runs."""
    front = Stack(stack.root, collectors=2)
    front.start(SECOND_TORNADO, BALANCER)
    until(lambda: all(map(front.front.balancer.is_up, COLLECTORS)))
    yield front
    front.stop(BALANCER, SECOND_TORNADO)
    front.start(TORNADO)


@pytest.fixture
def pilot(crowd):
    """A pilot's connection through the balancer."""
    return Connection(crowd.front.url, crowd.pki.certificates, crowd.proxy("pila"))


def lines_of(crowd, stamp):
    stored(crowd)
    operator = Connection(crowd.front.url, crowd.pki.certificates, crowd.proxy("opal"))
    page = operator.call("getLog", VO, stamp, "", 1 << 20)["Value"]
    return [line.rpartition("] ")[2] for line in page["Text"].splitlines()]


def served(crowd):
    """Return who served each connection that has ended, by the balancer's log."""
    lines = (line.split() for line in crowd.log(BALANCER).read_text().splitlines())
    return [words[1] for words in lines if words and words[0].startswith("127.0.0.")]


def settled(crowd):
    """Return how many connections there were, once those of before have ended."""
    ended = len(served(crowd))
    while True:
        time.sleep(0.2)
        if len(served(crowd)) == ended:
            return ended
        ended = len(served(crowd))


def send(crowd, pilot, stamp, number):
    """Send a message, which must be acknowledged; return which collector took it."""
    before = settled(crowd)
    assert pilot.send(pilot_line(f"message {number}"), stamp)["OK"]
    until(lambda: len(served(crowd)) > before, seen=lambda: crowd.log(BALANCER).read_text()[-1000:])
    return served(crowd)[-1]


def test_a_pilot_stays_with_one_collector_and_goes_on_with_the_other_when_that_dies(crowd, pilot):
    stamp = uuid.uuid4().hex
    before = {send(crowd, pilot, stamp, number) for number in range(4)}
    assert len(before) == 1
    victim = before.pop()
    crowd.kill(victim)
    after = {send(crowd, pilot, stamp, number) for number in range(4, 8)}
    assert after == set(COLLECTORS) - {victim}
    crowd.start(victim)
    until(lambda: crowd.front.balancer.is_up(victim))
    assert send(crowd, pilot, stamp, 8) == victim
    assert lines_of(crowd, stamp) == [f"message {number}" for number in range(9)]


def test_a_collector_is_stopped_for_an_upgrade_and_no_pilot_notices(crowd, pilot):
    stamp = uuid.uuid4().hex
    victim = send(crowd, pilot, stamp, 0)
    crowd.front.balancer.order(f"set server collectors/{victim} state drain")
    other = send(crowd, pilot, stamp, 1)
    crowd.kill(victim, signal.SIGTERM)
    until(lambda: crowd.pid(victim) is None)
    assert [send(crowd, pilot, stamp, 2), other] == [other, *(set(COLLECTORS) - {victim})]
    crowd.start(victim)
    crowd.front.balancer.order(f"set server collectors/{victim} state ready")
    until(lambda: crowd.front.balancer.is_up(victim))
    assert lines_of(crowd, stamp) == ["message 0", "message 1", "message 2"]


def test_a_collector_that_hangs_is_left(crowd, pilot):
    stamp = uuid.uuid4().hex
    victim = send(crowd, pilot, stamp, 0)
    crowd.kill(victim, signal.SIGSTOP)
    try:
        until(lambda: not crowd.front.balancer.is_up(victim))
        assert send(crowd, pilot, stamp, 1) != victim
    finally:
        crowd.kill(victim, signal.SIGCONT)


def test_pilots_at_different_addresses_are_shared_out(crowd):
    balancer = crowd.front.balancer
    until(lambda: all(map(balancer.is_up, COLLECTORS)))
    before = settled(crowd)
    for number in range(2, 34):
        with socket.create_connection(("127.0.0.1", balancer.port), 5, (f"127.0.0.{number}", 0)) as way:
            way.sendall(b"no TLS")
    until(lambda: len(served(crowd)) >= before + 32, seen=lambda: len(served(crowd)) - before)
    shares = Counter(served(crowd)[before:])
    assert min(shares[name] for name in COLLECTORS) > 4, shares


RECIPE = environment.TOP / "docs" / "administrator" / "rolling-restart.sh"


def serve_restarts(crowd, folder, done):
    """Restart the collectors that the recipe asks for, as runit does."""
    while not done.wait(0.1):
        for wish in folder.glob("*.restart"):
            crowd.kill(wish.stem, signal.SIGTERM)
            until(lambda name=wish.stem: crowd.pid(name) is None)
            crowd.start(wish.stem)
            wish.unlink()


def test_the_guide_s_rolling_restart_refuses_no_stock_pilot_a_connection(crowd, tmp_path):
    until(lambda: all(map(crowd.front.balancer.is_up, COLLECTORS)))
    restart = tmp_path / "restart"
    restart.write_text(
        f'#!/bin/sh\ntouch "{tmp_path}/$1.restart"; while [ -e "{tmp_path}/$1.restart" ]; do sleep 0.1; done\n'
    )
    restart.chmod(0o700)
    servers = " ".join(f"{name}=localhost:{crowd.ports[name]}" for name in COLLECTORS)
    environs = {**os.environ, "SERVERS": servers, "ADMIN": str(crowd.front.balancer.control), "RESTART": str(restart)}
    before, done = {name: crowd.pid(name) for name in COLLECTORS}, threading.Event()
    serving = threading.Thread(target=serve_restarts, args=(crowd, tmp_path, done))
    serving.start()
    stock = StockCrowd(crowd.front.url, crowd.pki.certificates, crowd.proxy("pila"), VO, messages_per_second=50)
    with stock:
        recipe = subprocess.run(["sh", str(RECIPE)], env=environs, capture_output=True, text=True, check=False)
    done.set()
    serving.join()
    print(f"{sum(stock.sent.values())} messages in {stock.seconds:.0f} s, {stock.rate:.0f}/s")
    assert recipe.returncode == 0, recipe.stderr
    assert stock.failures == []
    assert all(crowd.pid(name) != before[name] for name in COLLECTORS)
    for stamp, number in stock.sent.items():
        assert lines_of(crowd, stamp) == [f"message {place}" for place in range(number)]
