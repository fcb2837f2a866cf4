"""The faults of destinations and of the agents that forward, done and undone."""

import json
import os
import signal
import time
import urllib.request
from contextlib import contextmanager

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from ...stack.components import MARIADB
from ...stack.processes import wait_until
from ..patience import stretched
from . import places
from .readers import kafka_options

#: What is left on the disk of a broker that is full: less than it wants to have.
LEFT_BYTES = 20 * 1024 * 1024
#: An agent that waits for its database, or for a destination, has come that far after this long.
REACHED_SECONDS = 0.7
ANSWER_SECONDS, DONE_SECONDS, STOP_SECONDS = 20, stretched(60), stretched(15)


class Breaker:
    """Does the faults of `plan`, one method for each."""

    def __init__(self, stack, small_disk):
        """``small_disk`` is the folder of RabbitMQ's data if that is a small file system, else None."""
        self._stack = stack
        self._small_disk = small_disk

    def do(self, fault):
        """Do a fault, and undo it after its time."""
        getattr(self, f"_{fault.lane}_{fault.kind}".replace(" ", "_"))(fault)

    # servers

    def _search_kill(self, fault):
        self._kill_server("opensearch-node", fault.seconds)

    def _search_stop(self, fault):
        self._stop_server("opensearch-node", fault.seconds)

    def _search_full(self, fault):
        """All indexes are read-only, as the cluster makes them when its disks are full; it answers 429."""
        block = "index.blocks.read_only_allow_delete"
        with self._asked(lambda on: self._ask_node("/pilotlogs-*/_settings", {block: on or None})):
            time.sleep(fault.seconds)

    def _search_refuse(self, fault):
        """Requests are too much for the node's memory; it answers 429."""
        limit = "network.breaker.inflight_requests.limit"
        with self._asked(
            lambda on: self._ask_node("/_cluster/settings", {"transient": {limit: "1kb" if on else None}})
        ):
            time.sleep(fault.seconds)

    def _stream_kill(self, fault):
        self._kill_server("kafka", fault.seconds)

    def _stream_stop(self, fault):
        self._stop_server("kafka", fault.seconds)

    def _stream_refuse(self, fault):
        """The topic wants more replicas than there are."""
        with self._asked(lambda on: self._want_replicas(2 if on else 1)):
            time.sleep(fault.seconds)

    def _queue_kill(self, fault):
        self._kill_server("activemq", fault.seconds)

    def _queue_stop(self, fault):
        self._stop_server("activemq", fault.seconds)

    def _rabbit_kill(self, fault):
        self._kill_server("rabbitmq", fault.seconds)

    def _rabbit_stop(self, fault):
        self._stop_server("rabbitmq", fault.seconds)

    def _rabbit_full(self, fault):
        """The disk has less room than the broker wants, so that it takes nothing; halted where it can't be filled."""
        if self._small_disk is None:
            self._stop_server("rabbitmq", fault.seconds)
            return
        ballast = self._small_disk / "ballast"
        room = os.statvfs(self._small_disk)
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - LEFT_BYTES))
        time.sleep(fault.seconds)
        ballast.unlink()

    def _lines_stop(self, fault):
        self._stop_server("rsyslog", fault.seconds)

    def _kill_server(self, name, seconds):
        self._stack.kill_all(name)
        self._start_again(seconds, name)

    def _start_again(self, seconds, *names):
        """Start what was killed, when so many seconds are over and it is really gone."""
        time.sleep(seconds)
        if not wait_until(lambda: not any(map(self._stack.pid, names)), STOP_SECONDS):
            raise TimeoutError(f"{', '.join(names)} live on after kill -9")
        self._stack.start(*names)

    @contextmanager
    def _stopped(self, name):
        self._stack.kill_all(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self._stack.kill_all(name, signal.SIGCONT)

    def _stop_server(self, name, seconds):
        with self._stopped(name):
            time.sleep(seconds)

    @contextmanager
    def _asked(self, ask):
        """Ask for a trouble, and for its end, until a server that may have just been started says yes."""
        try:
            _until_done(lambda: ask(True))
            yield
        finally:
            _until_done(lambda: ask(False))

    def _ask_node(self, path, settings):
        url = f"http://127.0.0.1:{self._stack.ports['opensearch-node']}{path}"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(settings).encode(), headers, method="PUT")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        direct.open(request, timeout=ANSWER_SECONDS).read()

    def _want_replicas(self, number):
        entry = ConfigEntry("min.insync.replicas", str(number), incremental_operation=AlterConfigOpType.SET)
        topic = ConfigResource(ResourceType.TOPIC, places.NAME, incremental_configs=[entry])
        client = AdminClient(kafka_options(self._stack))
        client.incremental_alter_configs([topic])[topic].result(ANSWER_SECONDS)

    # agents

    def _forwarder_kill(self, fault):
        self._kill_agents(fault.seconds, places.AGENTS[fault.detail])

    def _forwarder_kill_both(self, fault):
        self._kill_agents(fault.seconds, *places.AGENTS)

    def _forwarder_kill_before_cursors_move(self, fault):
        """The database does not answer: what was being sent arrives, and its cursors stay where they are."""
        self._stack.kill(MARIADB, signal.SIGSTOP)
        try:
            time.sleep(REACHED_SECONDS)
            for name in places.AGENTS:
                self._stack.kill(name)
        finally:
            self._stack.kill(MARIADB, signal.SIGCONT)
        self._start_again(fault.seconds, *places.AGENTS)

    def _forwarder_kill_while_sending(self, fault):
        """A destination does not answer, and the agent dies while it waits."""
        server = ("opensearch-node", "rabbitmq")[fault.detail]
        with self._stopped(server):
            time.sleep(fault.seconds)
            for name in places.AGENTS:
                self._stack.kill(name)
        self._start_again(0, *places.AGENTS)

    def _forwarder_stop(self, fault):
        """An agent is halted for longer than its leases last, while the other one goes on."""
        name = places.AGENTS[fault.detail]
        self._stack.kill(name, signal.SIGSTOP)
        time.sleep(fault.seconds)
        self._stack.kill(name, signal.SIGCONT)

    def _kill_agents(self, seconds, *names):
        for name in names:
            self._stack.kill(name)
        self._start_again(seconds, *names)


def _until_done(call):
    deadline = time.monotonic() + DONE_SECONDS
    while True:
        try:
            return call()
        except (OSError, TimeoutError, KafkaException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
