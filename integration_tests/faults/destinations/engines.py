"""The destinations of a field: their servers, the agents that forward to them, their faults, and what has arrived."""

import os
import subprocess
import time
from collections import Counter

from confluent_kafka.admin import AdminClient, NewTopic

from ..patience import stretched
from . import oracle, places
from .breaking import ANSWER_SECONDS, Breaker
from .readers import kafka_options, readers

ARRIVED_SECONDS = stretched(120)
DISK_BYTES = 192 * 1024 * 1024
PARTITIONS = 3
BEGUN = "SELECT COUNT(*) FROM PilotLogDestinations"
STANDINGS = "SELECT Name, Rejected, Reason, Error FROM PilotLogDestinations"
DATABASE = "PilotLoggingDB"
#: A receiver of lines reads the connections of two agents as it likes, as it confirms nothing.
KEEP_ORDER = (places.STREAM, places.QUEUE, places.RABBIT)
TELL_REPEATS = (places.SEARCH, places.STREAM)


class Engines:
    """All of that, for as long as the stack of a field lives."""

    def __init__(self, stack):
        self._stack = stack
        self._small_disk = None
        self.received = {}
        """The records at each destination, of the logs that were last judged."""

    def configure(self, agents_options):
        """Set the options of destinations and agents; before anything is started."""
        for path, value in places.configuration(self._stack).items():
            self._stack.set_option(path, value)
        for name in places.AGENTS:
            self._stack.component_options[name] = agents_options

    def start(self):
        """Start servers and agents, and return when each destination has begun. Raise Missing."""
        self._mount()
        self._stack.destinations.start(*places.SERVERS.values())
        kafka = AdminClient(kafka_options(self._stack))  # its answers end with it
        kafka.create_topics([NewTopic(places.NAME, PARTITIONS, 1)])[places.NAME].result(ANSWER_SECONDS)
        self.breaker = Breaker(self._stack, self._small_disk)
        self._readers = readers(self._stack)
        self._stack.start(*places.AGENTS)
        deadline = time.monotonic() + ARRIVED_SECONDS
        while self._stack.sql(DATABASE, BEGUN)[0][0] < len(places.SERVERS):
            if time.monotonic() > deadline:
                raise TimeoutError("the destinations have not begun")
            time.sleep(0.3)

    def close(self):
        """Give back what the stack's end does not."""
        if self._small_disk is not None:
            subprocess.run(["umount", "-l", self._small_disk], check=False)

    def _mount(self):
        """A small file system of its own for RabbitMQ's data, where that is allowed."""
        folder = self._stack.destinations.server("rabbitmq").folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", folder]
        if os.geteuid() == 0 and subprocess.run(words, capture_output=True).returncode == 0:
            self._small_disk = folder

    def judge(self, parts, text_of):
        """Wait until all has arrived. Return (findings, counts) of parts of logs; ``text_of`` gives their text."""
        texts = {(part.vo, part.stamp, part.number): text_of(part) for part in parts}
        findings, counts = [], Counter()
        for name in places.SERVERS:
            mine = {key: text for key, text in texts.items() if name in places.OF_VO[key[0]]}
            found, counted = self._arrived(name, mine)
            findings += [f"{name}: {finding}" for finding in found]
            counts.update({f"{name} {what}": number for what, number in counted.items()})
        for reader in self._readers.values():
            reader.rest()
        return [*findings, *self._rejected()], counts

    def _arrived(self, name, texts):
        """Look at a destination until nothing is missing, or for the last time."""
        deadline = time.monotonic() + ARRIVED_SECONDS
        while True:
            is_last = time.monotonic() > deadline
            found, missing, counts = self._look(name, texts)
            if is_last or not missing:
                return [*found, *missing], counts
            time.sleep(0.5)

    def _look(self, name, texts):
        by_log, strange = {key: [] for key in texts}, []
        self.received[name] = self._readers[name].records({stamp for _, stamp, _ in texts})
        for record in self.received[name]:
            by_log.get((record["vo"], record["stamp"], record["part"]), strange).append(record)
        findings = [f"of no log that it is sent: {record['id']}" for record in strange[: oracle.SHOWN]]
        missing, counts = [], Counter()
        for (vo, stamp, part), text in texts.items():
            received = by_log[vo, stamp, part]
            verdict = oracle.judge(text, received, name in TELL_REPEATS, name in KEEP_ORDER)
            findings += [f"{stamp} part {part}: {finding}" for finding in verdict.findings]
            missing += [f"{stamp} part {part}: {finding}" for finding in verdict.missing]
            counts.update(verdict.counts)
        return findings, missing, counts

    def _rejected(self):
        """Nothing that senders sent is unfit for a destination."""
        rows = self._stack.sql(DATABASE, STANDINGS)
        return [f"{name} rejected {number}: {reason}" for name, number, reason, _ in rows if number]
